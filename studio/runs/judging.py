"""Judging predictions: confusion, scores by class, calibration, ROC and precision over recall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ByClass:
    """Precision, recall, F1 and the number of samples of every class; NaN where none is defined."""

    precision: Floats
    recall: Floats
    f1: Floats
    support: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How sure the answers are, by bins of equal width, and how often they are right.

    ``error`` is the expected calibration error (Guo et al. 2017): the mean distance of both,
    weighted by how many samples a bin has.
    """

    confidence: Floats
    accuracy: Floats
    counts: Ints
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A line through every threshold, and the area below it."""

    x: Floats
    y: Floats
    area: float


def confusion(classes: Ints, said: Ints, count: int) -> Ints:
    """Return C×C: how many samples of each class (row) were taken for each class (column)."""
    flat = np.bincount(classes * count + said, minlength=count * count)
    return flat.reshape(count, count).astype(np.int64)


def by_class(matrix: Ints) -> ByClass:
    """Return the scores of every class of a confusion matrix."""
    right = np.diag(matrix).astype(np.float64)
    taken, there = matrix.sum(axis=0), matrix.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = right / taken, right / there
        f1 = 2 * right / (taken + there)
    return ByClass(precision, recall, f1, there.astype(np.int64))


def calibration(scores: Floats, classes: Ints, bins: int = 10) -> Calibration:
    """Return confidence and accuracy by bins of the greatest probability."""
    sure, right = scores.max(axis=1), scores.argmax(axis=1) == classes
    place = np.clip((sure * bins).astype(int), 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        confidence = np.bincount(place, weights=sure, minlength=bins) / counts
        accuracy = np.bincount(place, weights=right, minlength=bins) / counts
    gaps = np.where(counts > 0, np.abs(confidence - accuracy), 0.0)
    return Calibration(
        confidence, accuracy, counts, float((gaps * counts).sum() / max(counts.sum(), 1))
    )


def roc(scores: Floats, positive: NDArray[np.bool_]) -> Curve:
    """Return the share of true positives over that of false ones, by falling score."""
    right, wrong = _counted(scores, positive)
    x, y = wrong / max(wrong[-1], 1), right / max(right[-1], 1)
    return Curve(x, y, float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum()))


def precision_recall(scores: Floats, positive: NDArray[np.bool_]) -> Curve:
    """Return precision over recall; the area is the average precision, a sum of steps."""
    right, wrong = _counted(scores, positive)
    recall = right / max(right[-1], 1)
    with np.errstate(invalid="ignore"):
        precision = np.where(right + wrong > 0, right / (right + wrong), 1.0)
    area = float((np.diff(recall) * precision[1:]).sum())
    return Curve(recall, precision, area)


def _counted(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return true and false positives at every threshold, from none on."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], positive[order]
    last = np.flatnonzero(np.r_[np.diff(sorted_scores) != 0, True])  # of equal scores the last
    right = np.cumsum(hits)[last]
    wrong = last + 1 - right
    return np.r_[0.0, right], np.r_[0.0, wrong]
