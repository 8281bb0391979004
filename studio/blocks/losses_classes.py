"""Losses for classes and labels: beyond one right class by its number."""

from studio.api import BlockSpec, Inferred, Metric, Param, Params, Port, ShapeError, Shapes

from ._classes import IGNORED, accuracy, how_many
from ._forms import LOSS, SCALAR
from ._source import call

_SCORES = Port("scores", "float", (2, 3), help="One score for each class, before any softmax")


def _soft(shapes: Shapes, _: Params) -> Inferred:
    scores, target = shapes["scores"], shapes["target"]
    if scores.dims != target.dims:
        raise ShapeError(
            f"expected one score for each share of {target}, received {scores}", "scores"
        )
    return SCALAR


def _soft_call(shapes: Shapes, p: Params) -> str:
    rows = ".flatten(0, -2)" if shapes["scores"].rank > 2 else ""
    return call(
        "F.cross_entropy",
        f"{{scores}}{rows}",
        f"{{target}}{rows}",
        label_smoothing=(p.real("label_smoothing"), 0.0),
    )


def _labels(shapes: Shapes, port: str) -> Inferred:
    """Take targets like the answers, or classes 0 and 1 for one answer a sample."""
    answers, target = shapes[port], shapes["target"]
    if target.dtype == "int":
        if (target.limit or 2) > 2:
            raise ShapeError(f"expected two classes, received {target.limit}", "target")
        if answers.dims != (*target.dims, 1):
            wanted = "×".join([*(str(dim) for dim in target.dims), "1"])
            raise ShapeError(f"expected answers {wanted}, received {answers}", port)
    elif answers.dims != target.dims:
        raise ShapeError(f"expected {target} as the target, received {answers}", port)
    return SCALAR


def _labels_text(shapes: Shapes, port: str) -> str:
    if shapes["target"].dtype == "int":
        return f"{{target}}.unsqueeze(-1).to({{{port}}}.dtype)"
    return "{target}"


def _bce_logits(shapes: Shapes, _: Params) -> Inferred:
    return _labels(shapes, "scores")


def _bce_logits_call(shapes: Shapes, p: Params) -> str:
    text = f"{{scores}}, {_labels_text(shapes, 'scores')}"
    if p.real("pos_weight") != 1:
        text += ", pos_weight={scores}.new_tensor({pos_weight})"
    return f"F.binary_cross_entropy_with_logits({text})"


def _bce_logits_accuracy(shapes: Shapes, _: Params) -> str:
    wanted = _labels_text(shapes, "scores")
    return f"(({{scores}} > 0) == ({wanted} > 0.5)).float().mean()"


def _bce(shapes: Shapes, _: Params) -> Inferred:
    return _labels(shapes, "probabilities")


def _bce_call(shapes: Shapes, _: Params) -> str:
    wanted = _labels_text(shapes, "probabilities")
    return f"F.binary_cross_entropy({{probabilities}}, {wanted})"


def _bce_accuracy(shapes: Shapes, _: Params) -> str:
    wanted = _labels_text(shapes, "probabilities")
    return f"(({{probabilities}} > 0.5) == ({wanted} > 0.5)).float().mean()"


def _classes(shapes: Shapes, port: str) -> Inferred:
    answers, target = shapes[port], shapes["target"]
    if answers.dims[:-1] != target.dims:
        wanted = "×".join([*(str(dim) for dim in target.dims), "classes"])
        raise ShapeError(f"expected {wanted}, received {answers}", port)
    if target.limit is not None and answers.dims[-1] != target.limit:
        raise ShapeError(
            f"expected one answer for each of {target.limit} classes, received {answers.dims[-1]}",
            port,
        )
    return SCALAR


def _rows(shapes: Shapes, port: str) -> tuple[str, str]:
    if shapes["target"].rank > 1:
        return f"{{{port}}}.flatten(0, -2)", "{target}.flatten()"
    return f"{{{port}}}", "{target}"


def _nll(shapes: Shapes, _: Params) -> Inferred:
    return _classes(shapes, "log_probs")


def _nll_call(shapes: Shapes, p: Params) -> str:
    answers, target = _rows(shapes, "log_probs")
    return call("F.nll_loss", answers, target, ignore_index=(p.whole("ignore_index"), -100))


def _perplexity(shapes: Shapes, _: Params) -> str:
    return "{loss}.exp()" if shapes["target"].rank > 1 else ""


def _margin(shapes: Shapes, _: Params) -> Inferred:
    return _classes(shapes, "scores")


def _margin_call(shapes: Shapes, p: Params) -> str:
    answers, target = _rows(shapes, "scores")
    margin = (p.real("margin"), 1.0)
    return call("F.multi_margin_loss", answers, target, p=(int(p.text("p")), 1), margin=margin)


def _multi_label(shapes: Shapes, _: Params) -> Inferred:
    scores, target = shapes["scores"], shapes["target"]
    if scores.dims != target.dims:
        raise ShapeError(f"expected {target} as scores, received {scores}", "scores")
    if target.limit is not None and scores.dims[-1] != target.limit:
        raise ShapeError(
            f"expected one score for each of {target.limit} labels, received {scores.dims[-1]}",
            "scores",
        )
    return SCALAR


_ACCURACY = Metric("accuracy", "({scores}.argmax(-1) == {target}).float().mean()", unit="%")

SOFT_CROSS_ENTROPY = BlockSpec(
    id="loss.soft_cross_entropy",
    title="Cross-entropy with shares",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(_SCORES, Port("target", "float", (2, 3), help="The share of each class, adding to 1")),
    outputs=LOSS,
    params=(
        Param(
            "label_smoothing",
            0.0,
            low=0.0,
            high=1.0,
            title="label smoothing",
            help="Share of each target that is spread over all classes",
        ),
    ),
    infer=_soft,
    call=_soft_call,
    metrics=(
        Metric("accuracy", "({scores}.argmax(-1) == {target}.argmax(-1)).float().mean()", unit="%"),
    ),
    formula="L = −Σₖ target_k · log softmax(scores)_k, mean over the batch",
    help=(
        "Cross-entropy for targets that are a row of shares instead of one class: one-hot rows, "
        "mixed pictures, the answers of a teacher. It takes raw scores and has the softmax inside."
    ),
    paper="Hinton, Vinyals, Dean 2015: Distilling the knowledge; PyTorch: F.cross_entropy",
    synonyms=("one-hot", "soft targets", "categorical", "mixup", "ce"),
)

BCE_WITH_LOGITS = BlockSpec(
    id="loss.bce_with_logits",
    title="Binary cross-entropy",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("scores", "float", (2, 3), help="One score for each question, before any sigmoid"),
        Port("target", None, help="0 or 1 for each, or one of two classes"),
    ),
    outputs=LOSS,
    params=(
        Param(
            "pos_weight",
            1.0,
            low=0.0,
            high=1e6,
            title="weight of yes",
            help="Above 1 where yes is rare",
        ),
    ),
    infer=_bce_logits,
    call=_bce_logits_call,
    metrics=(Metric("accuracy", _bce_logits_accuracy, unit="%"),),
    formula="L = −mean of t·log σ(s) + (1 − t)·log(1 − σ(s))",
    help=(
        "For questions with yes or no: one for each sample, or several labels of which any number "
        "may hold. It takes raw scores and has the sigmoid inside, which stays exact where a "
        "sigmoid would round to 0 or 1."
    ),
    paper="Cox 1958: Regression of binary sequences; PyTorch: F.binary_cross_entropy_with_logits",
    synonyms=("bce", "logistic regression", "sigmoid", "multi-label", "log loss", "gan"),
)

BCE = BlockSpec(
    id="loss.bce",
    title="Binary cross-entropy of probabilities",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("probabilities", "float", (2, 3), help="Between 0 and 1, from a Sigmoid"),
        Port("target", None, help="0 or 1 for each, or one of two classes"),
    ),
    outputs=LOSS,
    infer=_bce,
    call=_bce_call,
    metrics=(Metric("accuracy", _bce_accuracy, unit="%"),),
    formula="L = −mean of t·log p + (1 − t)·log(1 − p)",
    help=(
        "Binary cross-entropy for answers that have been through a sigmoid, such as the pixels of "
        "an autoencoder. Where you can, use the one that takes scores: it cannot overflow."
    ),
    paper="PyTorch: torch.nn.functional.binary_cross_entropy",
    synonyms=("bce", "log loss", "sigmoid", "autoencoder"),
)

NLL = BlockSpec(
    id="loss.nll",
    title="Negative log-likelihood",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("log_probs", "float", (2, 3), help="Logarithms of probabilities, from LogSoftmax"),
        Port("target", "int", (1, 2), help="The right class"),
    ),
    outputs=LOSS,
    params=(IGNORED,),
    infer=_nll,
    call=_nll_call,
    over=how_many,
    metrics=(
        accuracy("log_probs"),
        Metric("perplexity", _perplexity, higher_is_better=False, combine="exp"),
    ),
    formula="L = −log_probs[target], mean over the targets that count",
    help=(
        "Minus the logarithm of the probability that the right class got. LogSoftmax and this "
        "loss together are Cross-entropy; apart, the probabilities can be used on the way."
    ),
    paper="Fisher 1922: Mathematical foundations of statistics; PyTorch: F.nll_loss",
    synonyms=("nll", "log loss", "maximum likelihood", "padding", "perplexity"),
)

MULTI_MARGIN = BlockSpec(
    id="loss.multi_margin",
    title="Multi-class margin",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(_SCORES, Port("target", "int", (1, 2), help="The right class")),
    outputs=LOSS,
    params=(
        Param("margin", 1.0, low=0.0, high=1e6, help="By how much the right class must lead"),
        Param("p", "1", choices=("1", "2"), title="power", help="2 punishes large misses more"),
    ),
    infer=_margin,
    call=_margin_call,
    metrics=(_ACCURACY,),
    formula="L = 1/K · Σ_{k≠t} max(0, margin − s_t + s_k)^p, mean over the batch",
    help=(
        "The hinge loss of support vector machines for several classes: it asks that the right "
        "class leads by a margin, and then is content. Unlike Cross-entropy it gives no "
        "probabilities."
    ),
    paper="Crammer, Singer 2001: Multiclass kernel machines; PyTorch: F.multi_margin_loss",
    synonyms=("hinge", "svm", "margin"),
)

MULTI_LABEL_MARGIN = BlockSpec(
    id="loss.multi_label_margin",
    title="Multi-label margin",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("scores", "float", (2,), help="One score for each label"),
        Port("target", "int", (2,), help="The labels that hold; −1 ends a list"),
    ),
    outputs=LOSS,
    infer=_multi_label,
    call="F.multilabel_margin_loss({scores}, {target})",
    formula="L = 1/K · Σ_{t holds} Σ_{k does not} max(0, 1 − s_t + s_k), mean over the batch",
    help=(
        "For samples with several labels: each label that holds shall lead each that does not by "
        "1. The target lists the numbers of those that hold, filled up with −1."
    ),
    paper="Crammer, Singer 2003: Topic-ranking algorithms; PyTorch: F.multilabel_margin_loss",
    synonyms=("hinge", "multi-label", "ranking", "tags"),
)
