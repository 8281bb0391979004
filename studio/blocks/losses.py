"""Losses: one number that says how wrong the network is."""

from math import inf

from studio.api import (
    BlockSpec,
    Inferred,
    Metric,
    Param,
    Params,
    Port,
    Shape,
    ShapeError,
    Shapes,
    size,
)

from ._classes import IGNORED, accuracy, counted, how_many, share_of
from ._forms import LOSS, SCALAR
from ._source import call
from ._values import INPUTS, both, compared, mean_of, over


def _cross_entropy(shapes: Shapes, p: Params) -> Inferred:
    scores, target = shapes["scores"], shapes["target"]
    if target.dtype != "int":
        raise ShapeError(f"expected classes, received {target.kind} {target}", "target")
    if scores.dims[:-1] != target.dims:
        wanted = "×".join([*(str(dim) for dim in target.dims), "classes"])
        raise ShapeError(f"expected scores {wanted}, received {scores}", "scores")
    if target.limit is not None and scores.dims[-1] != target.limit:
        raise ShapeError(
            f"expected one score for each of {target.limit} classes, received {scores.dims[-1]}",
            "scores",
        )
    _class_weights(p, scores)
    return SCALAR


def _class_weights(p: Params, scores: Shape) -> str:
    """Return the weights as source text, empty for none."""
    written = p.text("class_weights").replace(",", " ").split()
    try:
        weights = [float(part) for part in written]
    except ValueError:
        weights = []
    if written and (len(weights) != scores.dims[-1] or not all(0 <= w < inf for w in weights)):
        raise ShapeError(
            f"expected {scores.dims[-1]} class weights such as 1, 2.5, received "
            f"{p.text('class_weights')}"
        )
    return f"{{scores}}.new_tensor({weights})" if weights else ""


def _cross_entropy_call(shapes: Shapes, p: Params) -> str:
    tokens = shapes["target"].rank > 1
    weights = _class_weights(p, shapes["scores"])
    return call(
        "F.cross_entropy",
        "{scores}.flatten(0, -2)" if tokens else "{scores}",
        "{target}.flatten()" if tokens else "{target}",
        *([f"weight={weights}"] if weights else []),
        ignore_index=(p.whole("ignore_index"), -100),
        label_smoothing=(p.real("label_smoothing"), 0.0),
    )


def _counted(shapes: Shapes, p: Params) -> str:
    weights = _class_weights(p, shapes["scores"])
    if not weights:
        return how_many(shapes, p)
    which = counted(shapes, p)
    return f"{weights}[{{target}}{f'[{which[1:-1]}]' if which else ''}].sum()"


def _perplexity(shapes: Shapes, p: Params) -> str:
    """Tokens are guessed one after another; what else is in the loss is no surprise about them."""
    extra = p.real("label_smoothing") > 0 or p.text("class_weights").strip()
    return "" if extra or shapes["target"].rank < 2 else "{loss}.exp()"


def _top_accuracy(shapes: Shapes, p: Params) -> str:
    if not p.flag("top_5"):
        return ""
    best = min(5, size(shapes["scores"].dims[-1], "the classes"))
    right = f"({{scores}}.topk({best}).indices == {{target}}.unsqueeze(-1)).any(-1)"
    return share_of(right, shapes, p)


def _mse_call(shapes: Shapes, _: Params) -> str:
    return call("F.mse_loss", *both(shapes))


CROSS_ENTROPY = BlockSpec(
    id="loss.cross_entropy",
    title="Cross-entropy",
    family="Loss",
    common=True,
    role="loss",
    stem="loss",
    inputs=(
        Port("scores", "float", (2, 3), help="One score for each class, before any softmax"),
        Port("target", "int", (1, 2), help="The right class"),
    ),
    outputs=LOSS,
    params=(
        Param(
            "label_smoothing",
            0.0,
            low=0.0,
            high=1.0,
            title="label smoothing",
            help="Share of the truth that is spread over all classes",
        ),
        IGNORED,
        Param(
            "class_weights",
            "",
            title="class weights",
            help="A number for each class, such as 1, 2.5; large ones for rare classes",
        ),
        Param(
            "top_5",
            False,
            title="top-5 accuracy",
            help="Also show how often the right class is among the best five",
        ),
    ),
    infer=_cross_entropy,
    call=_cross_entropy_call,
    over=_counted,
    metrics=(
        accuracy("scores"),
        Metric("top-5 accuracy", _top_accuracy, unit="%", over=how_many),
        Metric("perplexity", _perplexity, higher_is_better=False, combine="exp"),
    ),
    formula="L = −log softmax(scores)[target], mean over the targets that count",
    help=(
        "How surprised the network is by the right class: minus the logarithm of the probability "
        "it gave. It takes raw scores and has the softmax inside. Guessing among K classes costs "
        "log K, so that ten classes begin near 2.3. For texts its exponential is shown too, the "
        "perplexity, as if the network wavered between so many tokens."
    ),
    paper="Good 1952: Rational decisions; PyTorch: torch.nn.functional.cross_entropy",
    synonyms=(
        "ce",
        "log loss",
        "nll",
        "softmax loss",
        "classification",
        "logits",
        "padding",
        "perplexity",
    ),
)

MSE = BlockSpec(
    id="loss.mse",
    title="Mean squared error",
    family="Loss",
    common=True,
    role="loss",
    stem="loss",
    inputs=INPUTS,
    outputs=LOSS,
    infer=compared,
    call=_mse_call,
    over=over,
    metrics=(mean_of("mae", "abs"),),
    formula="L = mean of (prediction − target)², over what the mask keeps",
    help=(
        "The mean of the squared differences, for predicting numbers. Squaring makes large errors "
        "count more than many small ones, so that outliers pull hard."
    ),
    paper="Gauss 1809; PyTorch: torch.nn.functional.mse_loss",
    synonyms=("l2", "regression", "squared error", "least squares"),
)
