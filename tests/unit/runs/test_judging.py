"""Judging predictions: the same numbers as scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.judging import by_class, calibration, confusion, precision_recall, roc


def some(seed: int, *, classes: int = 4, samples: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities, some of them equal, and what is right."""
    random = np.random.default_rng(seed)
    right = random.integers(0, classes, samples)
    raw = random.integers(1, 6, (samples, classes)).astype(float)
    raw[np.arange(samples), right] += random.integers(0, 4, samples)
    return raw / raw.sum(axis=1, keepdims=True), right


@given(st.integers(0, 1000))
def test_confusion_and_scores_by_class_are_those_of_scikit_learn(seed: int) -> None:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    scores, right = some(seed, samples=40)
    said = scores.argmax(axis=1)

    matrix = confusion(right, said, 4)

    assert np.array_equal(matrix, confusion_matrix(right, said, labels=range(4)))
    found = by_class(matrix)
    expected = precision_recall_fscore_support(right, said, labels=range(4), zero_division=np.nan)
    for mine, theirs in zip(
        (found.precision, found.recall, found.f1, found.support), expected, strict=True
    ):
        np.testing.assert_allclose(mine, theirs)


@given(st.integers(0, 1000))
def test_areas_below_the_curves_are_those_of_scikit_learn(seed: int) -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    scores, right = some(seed, samples=60)
    positive = right == 1
    if positive.all() or not positive.any():
        return

    assert roc(scores[:, 1], positive).area == pytest.approx(roc_auc_score(positive, scores[:, 1]))
    assert precision_recall(scores[:, 1], positive).area == pytest.approx(
        average_precision_score(positive, scores[:, 1])
    )


def test_a_curve_goes_through_every_threshold_of_scikit_learns() -> None:
    from sklearn.metrics import roc_curve

    scores, right = some(3)
    x, y, _ = roc_curve(right == 2, scores[:, 2], drop_intermediate=False)

    curve = roc(scores[:, 2], right == 2)

    np.testing.assert_allclose(curve.x, x)
    np.testing.assert_allclose(curve.y, y)


def test_answers_that_are_right_as_often_as_they_are_sure_are_calibrated() -> None:
    random = np.random.default_rng(0)
    sure = random.uniform(0.5, 1.0, 40_000)
    right = (random.random(40_000) < sure).astype(int)
    scores = np.stack([1 - sure, sure], axis=1)

    good, bold = calibration(scores, right), calibration(np.round(scores), right)

    assert good.error < 0.02
    assert bold.error == pytest.approx(0.25, abs=0.02)
    np.testing.assert_allclose(good.confidence[5:], good.accuracy[5:], atol=0.03)
    assert good.counts.sum() == 40_000
    assert np.isnan(good.accuracy[:5]).all()


def test_a_class_that_never_comes_has_no_recall_and_counts_no_sample() -> None:
    found = by_class(confusion(np.array([0, 0, 1]), np.array([0, 2, 1]), 3))

    assert np.isnan(found.recall[2])
    assert found.precision[2] == 0
    assert found.support.tolist() == [2, 1, 0]
