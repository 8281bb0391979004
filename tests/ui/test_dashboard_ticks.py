"""Numbers beside a chart are round, few, and written alike."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.dashboard.paint import spread
from studio.ui.dashboard.scale import Scale, value_range
from studio.ui.dashboard.ticks import linear_ticks, log_ticks, number


def labels(lo: float, hi: float, most: int = 5) -> list[str]:
    return [tick.label for tick in linear_ticks(lo, hi, most)]


@pytest.mark.parametrize(
    ("lo", "hi", "expected"),
    [
        (0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 2.31, ["0", "0.5", "1.0", "1.5", "2.0"]),
        (0, 12_345, ["0", "5 k", "10 k"]),
        (0, 3000, ["0", "1,000", "2,000", "3,000"]),
        (0, 3e7, ["0", "10 M", "20 M", "30 M"]),
        (-3, 3, ["−2", "0", "2"]),
        (1e-5, 4e-4, ["1×10⁻⁴", "2×10⁻⁴", "3×10⁻⁴", "4×10⁻⁴"]),
    ],
)
def test_marks_of_an_axis_are_round_and_alike(lo: float, hi: float, expected: list[str]) -> None:
    assert expected == labels(lo, hi)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(1, 12))
def test_marks_lie_inside_and_are_not_too_many(lo: float, span: float, most: int) -> None:
    ticks = linear_ticks(lo, lo + span, most)

    assert len(ticks) <= most + 1
    slack = (span + abs(lo)) * 1e-6
    assert all(lo - slack <= tick.value <= lo + span + slack for tick in ticks)


def test_whole_marks_do_not_split_a_step() -> None:
    assert ["0", "1", "2", "3"] == [tick.label for tick in linear_ticks(0, 3, 10, whole=True)]


def test_a_logarithmic_axis_is_marked_at_powers_of_ten() -> None:
    assert ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"] == [
        tick.label for tick in log_ticks(1e-4, 2, 6) if tick.label
    ]
    assert ["0.1", "1"] == [tick.label for tick in log_ticks(0.02, 2.3, 6) if tick.label]
    assert ["0.2", "0.5"] == [tick.label for tick in log_ticks(0.15, 0.9, 6) if tick.label]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.01234, "0.0123"),
        (1234.5, "1.23 k"),
        (999.9, "1 k"),
        (3.2e-5, "3.2×10⁻⁵"),
        (-2.5, "−2.5"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
    ],
)
def test_a_number_has_three_figures(value: float, text: str) -> None:
    assert text == number(value)


@given(
    st.floats(1e-3, 1e3), st.floats(1.01, 1e3), st.booleans(), st.floats(0, 500), st.floats(0.1, 3)
)
def test_zooming_keeps_what_is_under_the_pointer(
    lo: float, ratio: float, log: bool, pixel: float, factor: float
) -> None:
    scale = Scale(lo, lo * ratio, 0, 500, log)
    value = scale.value(pixel)
    low, high = scale.zoomed(pixel, factor)

    zoomed = Scale(low, high, 0, 500, log)

    if low < high and (not log or low > 0):
        assert pixel == pytest.approx(zoomed.pixel(value), abs=0.5)


def test_what_is_not_positive_has_no_place_on_a_logarithmic_axis() -> None:
    scale = Scale(0.1, 10, 0, 100, log=True)

    assert np.isnan(scale.pixels(np.array([0.0, -1.0]))).all()
    assert scale.pixel(1.0) == pytest.approx(50)


def test_a_loss_axis_begins_at_zero_and_shares_end_at_one() -> None:
    assert value_range(0.01, 2.0)[0] == 0.0
    low, high = value_range(0.3, 1.0, within=(0.0, 1.0))
    assert 0.0 <= low < 0.3
    assert high == pytest.approx(1.02)


@given(st.lists(st.floats(0, 200), max_size=10))
def test_names_at_the_end_of_curves_do_not_overlap(wanted: list[float]) -> None:
    placed = spread(wanted, 14, 0, 200)

    assert all(b - a >= 13.99 for a, b in zip(sorted(placed), sorted(placed)[1:], strict=False))
