"""Metrics for classes, computed once over a whole part by scikit-learn."""

from typing import TYPE_CHECKING

from studio.api import BlockSpec, Inferred, Param, Params, Port, Scoring, ShapeError, Shapes, size

from ._classes import IGNORED
from ._scores import CLASSES, NOTHING, expect_classes, guessed, picked

if TYPE_CHECKING:
    from ._scores import Kept

_HERE = "studio.blocks.metrics_classes"
_AVERAGE = Param(
    "average",
    "macro",
    choices=("macro", "micro", "weighted"),
    help="macro: every class counts the same; micro: every sample; weighted: classes by their size",
)


def f1(kept: "Kept", p: Params) -> float:
    """Return the F1 of guessed and right classes."""
    from sklearn.metrics import f1_score

    guess, right = kept
    return float(f1_score(right, guess, average=p.text("average"), zero_division=0.0))


def precision(kept: "Kept", p: Params) -> float:
    """Return the precision of guessed and right classes."""
    from sklearn.metrics import precision_score

    guess, right = kept
    return float(precision_score(right, guess, average=p.text("average"), zero_division=0.0))


def recall(kept: "Kept", p: Params) -> float:
    """Return the recall of guessed and right classes."""
    from sklearn.metrics import recall_score

    guess, right = kept
    return float(recall_score(right, guess, average=p.text("average"), zero_division=0.0))


def share(kept: "Kept", _: Params) -> float | None:
    """Return how often something holds; of nothing, nothing is said."""
    (holds,) = kept
    return float(holds.mean()) if holds.size else None


def auc(kept: "Kept", _: Params) -> float | None:
    """Return the area under the curve, or the mean of those of each class against the rest.

    A class that the part has none of, or nothing but, has no curve and is left out.
    """
    import numpy as np
    from sklearn.metrics import roc_auc_score

    scores, right = kept
    if scores.shape[1] == 1:
        columns = [(scores[:, 0], right.reshape(-1) > 0.5)]
    elif scores.shape[1] == 2:
        columns = [(scores[:, 1] - scores[:, 0], right == 1)]
    else:
        columns = [(scores[:, number], right == number) for number in range(scores.shape[1])]
    found = [
        roc_auc_score(holds, score) for score, holds in columns if 0 < holds.sum() < len(holds)
    ]
    return float(np.mean(found)) if found else None


def _top_k(shapes: Shapes, p: Params) -> Inferred:
    classes = size(shapes["scores"].dims[-1], "the classes")
    if p.whole("k") > classes:
        raise ShapeError(f"expected at most the {classes} classes, received {p.whole('k')}")
    return expect_classes(shapes, p)


def _hits(shapes: Shapes, p: Params) -> str:
    best = "({scores}.topk({k}).indices == {target}.unsqueeze(-1)).any(-1)"
    return picked(best, shapes, p)


def _auc(shapes: Shapes, p: Params) -> Inferred:
    scores, target = shapes["scores"], shapes["target"]
    if scores.dims[-1] != 1:
        return expect_classes(shapes, p)
    if target.dims not in (scores.dims, scores.dims[:-1]):
        raise ShapeError(f"expected 0 or 1 for each score, received {target}", "target")
    if (target.limit or 2) > 2:
        raise ShapeError(f"expected two classes, received {target.limit}", "target")
    return NOTHING


def _ranked(shapes: Shapes, _: Params) -> str:
    """Probabilities and scores put one class's samples in different orders: take the former."""
    several = shapes["scores"].dims[-1] not in (1, 2)
    return f"{{scores}}{'.softmax(-1)' if several else ''}, {{target}}"


F1 = BlockSpec(
    id="metric.f1",
    title="F1",
    family="Metric",
    role="metric",
    stem="f1_score",
    inputs=CLASSES,
    outputs=(),
    params=(_AVERAGE, IGNORED),
    infer=expect_classes,
    call=guessed,
    scoring=Scoring(f"{_HERE}:f1", unit="%"),
    summary="{average}",
    formula="F₁ = 2·precision·recall / (precision + recall)",
    help=(
        "One number for classes of unequal size, where guessing the large one alone would have a "
        "high accuracy. It is high only where both precision and recall are. Computed once over "
        "the whole part."
    ),
    paper="van Rijsbergen 1979: Information retrieval; scikit-learn: f1_score",
    synonyms=("f-score", "f-measure", "imbalanced", "macro", "micro"),
)

PRECISION = BlockSpec(
    id="metric.precision",
    title="Precision",
    family="Metric",
    role="metric",
    stem="precision",
    inputs=CLASSES,
    outputs=(),
    params=(_AVERAGE, IGNORED),
    infer=expect_classes,
    call=guessed,
    scoring=Scoring(f"{_HERE}:precision", unit="%"),
    summary="{average}",
    formula="precision = true positives / (true + false positives)",
    help=(
        "Of the samples said to be of a class, how many are. A class that is never guessed counts "
        "as 0. Computed once over the whole part."
    ),
    paper="van Rijsbergen 1979: Information retrieval; scikit-learn: precision_score",
    synonyms=("positive predictive value", "false positives", "imbalanced"),
)

RECALL = BlockSpec(
    id="metric.recall",
    title="Recall",
    family="Metric",
    role="metric",
    stem="recall",
    inputs=CLASSES,
    outputs=(),
    params=(_AVERAGE, IGNORED),
    infer=expect_classes,
    call=guessed,
    scoring=Scoring(f"{_HERE}:recall", unit="%"),
    summary="{average}",
    formula="recall = true positives / (true positives + false negatives)",
    help=(
        "Of the samples of a class, how many are found. With macro it is the balanced accuracy, "
        "with micro the plain one. Computed once over the whole part."
    ),
    paper="van Rijsbergen 1979: Information retrieval; scikit-learn: recall_score",
    synonyms=("sensitivity", "balanced accuracy", "false negatives", "imbalanced"),
)

TOP_K = BlockSpec(
    id="metric.top_k",
    title="Top-k accuracy",
    family="Metric",
    role="metric",
    stem="top_k",
    inputs=CLASSES,
    outputs=(),
    params=(Param("k", 5, low=1, high=1_000_000, help="Among how many it may be"), IGNORED),
    infer=_top_k,
    call=_hits,
    scoring=Scoring(f"{_HERE}:share", unit="%"),
    summary="top {k}",
    formula="share of targets among the k highest scores",
    help=(
        "How often the right class is among the best few, for many classes of which some are "
        "hardly told apart. With k = 1 it is the accuracy."
    ),
    paper="Russakovsky et al. 2015: ImageNet large scale visual recognition challenge",
    synonyms=("top-5", "top 5", "hit rate", "imagenet"),
)

AUC = BlockSpec(
    id="metric.auc",
    title="AUC",
    family="Metric",
    role="metric",
    stem="auc",
    inputs=(
        Port("scores", "float", (2,), help="One score, or one for each class"),
        Port("target", None, (1, 2), help="0 or 1, or the right class"),
    ),
    outputs=(),
    infer=_auc,
    call=_ranked,
    scoring=Scoring(f"{_HERE}:auc"),
    formula="AUC = P(score of a positive > score of a negative)",
    help=(
        "How well scores order the samples, whatever the threshold: 0.5 is chance, 1 is perfect. "
        "For several classes it is the mean of each against the rest. It needs the whole part: "
        "the mean over batches would be another number."
    ),
    paper="Hanley, McNeil 1982: The area under a ROC curve; scikit-learn: roc_auc_score",
    synonyms=("roc", "area under the curve", "one-vs-rest", "ranking"),
)
