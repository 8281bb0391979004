"""The smoothed course of a curve is the debiased moving average, however its points come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.series import Series
from studio.runs.smoothing import Smoothed, recurrence


def by_hand(values: list[float], weight: float) -> list[float]:
    """TensorBoard's formula, one value after the other."""
    mean, count, result = 0.0, 0, []
    for value in values:
        if not np.isfinite(value):
            result.append(float("nan"))
            continue
        mean = weight * mean + (1 - weight) * value
        count += 1
        result.append(mean / (1 - weight**count) if weight else mean)
    return result


@given(
    st.lists(st.floats(-100, 100) | st.just(float("nan")), max_size=400),
    st.sampled_from([0.0, 0.3, 0.6, 0.9, 0.99]),
    st.integers(1, 90),
)
def test_smoothing_is_the_same_in_blocks_and_one_by_one(
    values: list[float], weight: float, block: int
) -> None:
    source = Series("train/loss")
    smoothed = Smoothed(source, weight)

    for begin in range(0, len(values), block):
        part = values[begin : begin + block]
        source.extend(range(begin, begin + len(part)), part)
        smoothed.follow()

    expected = by_hand(values, weight)
    assert np.allclose(expected, smoothed.follow().values, equal_nan=True, atol=1e-9)
    assert smoothed.follows(source)


@pytest.mark.parametrize("weight", [0.2, 0.6, 0.9, 0.99, 0.999])
def test_a_long_recurrence_is_exact(weight: float) -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    result = recurrence(weight, values, 3.0)

    assert np.allclose(result[1:], weight * result[:-1] + values[1:], atol=1e-9)
    assert result[0] == pytest.approx(weight * 3.0 + values[0])


def test_the_first_values_are_not_pulled_to_zero() -> None:
    source = Series("train/loss")
    source.extend((1, 2, 3), (5.0, 5.0, 5.0))

    assert Smoothed(source, 0.99).follow().values.tolist() == pytest.approx([5.0, 5.0, 5.0])
