"""Losses: one number that says how wrong the network is."""

from studio.api import BlockSpec, Inferred, Metric, Param, Params, Port, Shape, ShapeError, Shapes

from ._source import call

_LOSS = (Port("loss", "float", (0,)),)
_SCALAR = Inferred({"loss": Shape(())})


def _cross_entropy(shapes: Shapes, _: Params) -> Inferred:
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
    return _SCALAR


def _cross_entropy_call(shapes: Shapes, p: Params) -> str:
    tokens = shapes["target"].rank > 1
    return call(
        "F.cross_entropy",
        "{scores}.flatten(0, -2)" if tokens else "{scores}",
        "{target}.flatten()" if tokens else "{target}",
        label_smoothing=(p.real("label_smoothing"), 0.0),
    )


def _mse(shapes: Shapes, _: Params) -> Inferred:
    prediction, target = shapes["prediction"], shapes["target"]
    if prediction.dims != target.dims:
        raise ShapeError(f"expected {target} as the target, received {prediction}", "prediction")
    return _SCALAR


CROSS_ENTROPY = BlockSpec(
    id="loss.cross_entropy",
    title="Cross-entropy",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("scores", "float", (2, 3), help="One score for each class, before any softmax"),
        Port("target", "int", (1, 2), help="The right class"),
    ),
    outputs=_LOSS,
    params=(
        Param(
            "label_smoothing",
            0.0,
            low=0.0,
            high=1.0,
            title="label smoothing",
            help="Share of the truth that is spread over all classes",
        ),
    ),
    infer=_cross_entropy,
    call=_cross_entropy_call,
    metrics=(Metric("accuracy", "({scores}.argmax(-1) == {target}).float().mean()"),),
    formula="L = −log softmax(scores)[target], mean over the batch",
    help=(
        "How surprised the network is by the right class: minus the logarithm of the probability "
        "it gave. It takes raw scores and has the softmax inside. Guessing among K classes costs "
        "log K, so that ten classes begin near 2.3."
    ),
    paper="Good 1952: Rational decisions; PyTorch: torch.nn.functional.cross_entropy",
    synonyms=("ce", "log loss", "nll", "softmax loss", "classification", "logits"),
)

MSE = BlockSpec(
    id="loss.mse",
    title="Mean squared error",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("prediction", "float", help="What the network says"),
        Port("target", "float", help="What is right"),
    ),
    outputs=_LOSS,
    infer=_mse,
    call="F.mse_loss({prediction}, {target})",
    metrics=(Metric("mae", "({prediction} - {target}).abs().mean()", higher_is_better=False),),
    formula="L = mean of (prediction − target)²",
    help=(
        "The mean of the squared differences, for predicting numbers. Squaring makes large errors "
        "count more than many small ones, so that outliers pull hard."
    ),
    paper="Gauss 1809; PyTorch: torch.nn.functional.mse_loss",
    synonyms=("l2", "regression", "squared error", "least squares"),
)
