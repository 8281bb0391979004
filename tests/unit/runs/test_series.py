"""A series shows every spike and its newest point, at any zoom, as exactly as brute force."""

import math
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.series import Series, View, column_width

MILLION = 1_000_000


def filled(values: np.ndarray, steps: np.ndarray | None = None, *, block: int = 1000) -> Series:
    series = Series("train/loss")
    steps = np.arange(len(values)) if steps is None else steps
    for begin in range(0, len(values), block):
        series.extend(steps[begin : begin + block], values[begin : begin + block])
    return series


def shown_high(view: View) -> float:
    return float(np.nanmax(view.high))


def test_a_short_series_is_shown_point_by_point() -> None:
    series = filled(np.array([3.0, 2.0, 2.5]), np.array([10, 20, 30]))

    view = series.view(10, 30, 800)

    assert view.exact
    assert [10, 20, 30] == view.start.tolist()
    assert [3.0, 2.0, 2.5] == view.last.tolist()


@pytest.mark.parametrize("count", [999_000, 999_499, MILLION])
def test_a_spike_on_the_newest_point_is_shown(count: int) -> None:
    values = np.zeros(count)
    values[-1] = 100.0
    series = filled(values, block=50_000)

    view = series.view(0, count - 1, 1200)

    assert shown_high(view) == 100.0
    assert count - 1 == view.end[-1]
    assert view.last[-1] == 100.0


def test_fifty_spikes_of_one_step_in_a_million_are_all_shown() -> None:
    rng = np.random.default_rng(0)
    spikes = np.sort(rng.choice(MILLION, 50, replace=False))
    values = np.zeros(MILLION)
    values[spikes] = 5.0
    series = filled(values, block=50_000)

    view = series.view(0, MILLION, 1200)
    lit = (view.high == 5.0).nonzero()[0]

    holding = np.unique(np.searchsorted(view.start, spikes, side="right") - 1)
    assert holding.tolist() == lit.tolist()


finite = st.floats(-1e6, 1e6)
strange = st.sampled_from([math.nan, math.inf, -math.inf])
histories = st.lists(st.tuples(st.integers(1, 40), finite | strange), min_size=1, max_size=400)


@given(
    histories,
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
    st.integers(1, 30),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_every_column_holds_exactly_the_extremes_of_its_points(
    history: list[tuple[int, float]], blocks: list[int], columns: int, left: float, right: float
) -> None:
    steps = np.cumsum([gap for gap, _ in history])
    values = np.array([value for _, value in history])
    series = Series("x")
    begin = 0
    while begin < len(steps):
        size = blocks[begin % len(blocks)]
        series.extend(steps[begin : begin + size], values[begin : begin + size])
        begin += size
    lo, hi = sorted((left * steps[-1], right * steps[-1]))

    view = series.view(lo, hi, columns)

    for at, (start, end) in enumerate(zip(view.start, view.end, strict=True)):
        inside = values[(steps >= start) & (steps <= end)]
        inside = inside[np.isfinite(inside)]
        if len(inside):
            assert (inside.min(), inside.max()) == (view.low[at], view.high[at])
            assert view.low[at] <= min(view.first[at], view.last[at])
            assert view.high[at] >= max(view.first[at], view.last[at])
        else:
            assert np.isnan(view.low[at])
            assert np.isnan(view.high[at])
    covered = sum(
        ((steps >= a) & (steps <= b)).sum() for a, b in zip(view.start, view.end, strict=True)
    )
    wanted = (steps >= lo) & (steps <= hi)
    assert covered >= wanted.sum()
    assert all(a < b for a, b in pairwise(view.start))
    assert set(view.broken.tolist()) <= set(steps[~np.isfinite(values)].tolist())
    for step in steps[wanted & ~np.isfinite(values)]:
        column = np.searchsorted(view.start, step, side="right") - 1
        assert any(view.start[column] <= b <= view.end[column] for b in view.broken)


def test_a_long_series_of_uneven_steps_is_as_exact() -> None:
    rng = np.random.default_rng(1)
    steps = np.cumsum(np.where(np.arange(200_000) < 100_000, 1, rng.integers(1, 500, 200_000)))
    values = rng.normal(size=200_000)
    values[rng.choice(200_000, 300)] = np.nan
    series = filled(values, steps, block=7_919)

    for lo, hi in ((0, steps[-1]), (50_000, 2_000_000), (99_990, 101_000)):
        view = series.view(lo, hi, 500)
        first = np.searchsorted(steps, view.start)
        stop = np.searchsorted(steps, view.end, side="right")
        expected = [np.nanmax(values[a:b]) for a, b in zip(first, stop, strict=True)]
        assert expected == view.high.tolist()
        assert stop[:-1].tolist() == first[1:].tolist()


def test_a_view_is_not_wider_than_asked_and_no_coarser_than_half() -> None:
    series = filled(np.zeros(100_000), block=10_000)

    view = series.view(0, 99_999, 300)

    assert 150 <= len(view) <= 302


def test_columns_stay_where_they_are_while_the_series_grows() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=70_000)
    series = filled(values[:60_000], block=10_000)
    before = series.view(0, 65_536, 256)

    series.extend(np.arange(60_000, 61_000), values[60_000:61_000])
    after = series.view(0, 65_536, 256)

    whole = len(before) - 1  # the last one was still filling
    assert before.start[:whole].tolist() == after.start[:whole].tolist()
    assert before.high[:whole].tolist() == after.high[:whole].tolist()
    assert all(start % 256 == 0 for start in after.start)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1), st.floats(0, 1)), max_size=30),
    st.integers(2, 12),
)
def test_looking_while_it_grows_shows_what_a_first_look_shows(
    looks: list[tuple[int, float, float]], columns: int
) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=2_000)
    values[rng.random(2_000) < 0.05] = np.nan
    steps = np.cumsum(rng.integers(1, 4, 2_000))
    series, count = Series("x"), 0
    for size, left, right in looks:
        series.extend(steps[count : count + size], values[count : count + size])
        count += size
        lo, hi = sorted((left * steps[count - 1], right * steps[count - 1]))

        looked = series.view(lo, hi, columns)
        first = filled(values[:count], steps[:count]).view(lo, hi, columns)

        for name in ("start", "end", "first", "low", "high", "last", "broken"):
            assert np.array_equal(getattr(first, name), getattr(looked, name), equal_nan=True), name


def test_what_is_not_finite_is_kept_and_told_apart() -> None:
    values = np.ones(50_000)
    values[[7, 8, 40_000]] = [np.nan, np.inf, -np.inf]
    series = filled(values, block=10_000)

    view = series.view(0, 50_000, 100)

    assert [7, 8, 40_000] == series.broken.tolist()
    assert [7, 40_000] == view.broken.tolist()
    assert (1.0, 1.0) == view.limits
    assert math.isinf(series.values[8])


def test_a_stretch_without_a_finite_value_leaves_a_gap() -> None:
    values = np.ones(20_000)
    values[5_000:15_000] = np.nan

    view = filled(values).view(0, 20_000, 100)

    assert np.isnan(view.high[len(view) // 2])
    assert np.isnan(view.first[len(view) // 2])


def test_steps_must_grow() -> None:
    series = filled(np.array([1.0]), np.array([5]))

    with pytest.raises(ValueError, match="expected steps that grow, received 5"):
        series.append(5, 2.0)

    assert len(series) == 1


def test_values_and_steps_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="as many values as steps"):
        Series("x").extend((1, 2), (1.0,))


def test_no_points_are_no_news() -> None:
    series = filled(np.array([1.0]))

    series.extend((), ())

    assert series.version == 1


def test_a_look_between_two_points_far_apart_shows_both() -> None:
    series = filled(np.arange(40.0), np.arange(40) * 1_000_000)

    view = series.view(10_000_001, 10_999_999, 1)

    assert [10.0, 11.0] == view.last.tolist()


def test_a_look_anew_shows_the_same() -> None:
    series = filled(np.random.default_rng(0).normal(size=30_000))
    before = series.view(0, 30_000, 100)

    series.forget_views()
    after = series.view(0, 30_000, 100)

    assert before.high.tolist() == after.high.tolist()


def test_an_empty_series_has_an_empty_view() -> None:
    view = Series("x").view(0, 100, 10)

    assert len(view) == 0
    assert view.limits is None
    assert Series("x").last is None


def test_the_value_at_a_step_is_the_newest_until_then() -> None:
    series = filled(np.array([3.0, 2.0]), np.array([10, 20]))

    assert series.value_at(9) is None
    assert (10, 3.0) == series.value_at(19.5)
    assert (20, 2.0) == series.value_at(1000)
    assert (20, 2.0) == series.last


def test_the_pyramid_takes_less_than_a_third_of_the_points() -> None:
    series = Series("x")
    series.extend(np.arange(MILLION), np.zeros(MILLION))

    assert series.nbytes < 16 * MILLION * 4 / 3


def test_a_view_of_millions_costs_little_more_than_one_of_thousands() -> None:
    rng = np.random.default_rng(3)
    small, large = filled(rng.normal(size=20_000)), Series("x")
    large.extend(np.arange(3 * MILLION), rng.normal(size=3 * MILLION))

    ratio = seconds(large) / seconds(small)

    assert ratio < 15, ratio  # the points are 150 times as many


def seconds(series: Series) -> float:
    def once() -> float:
        begin = time.perf_counter()
        series.view(0, len(series), 1200)
        return time.perf_counter() - begin

    return min(once() for _ in range(7))


def test_a_column_is_a_power_of_two_wide() -> None:
    assert column_width(1000, 1000) == 1
    assert column_width(1001, 1000) == 2
    assert column_width(1e6, 1200) == 1024
    assert column_width(0, 100) == 1
