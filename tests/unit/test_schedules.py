"""Schedules beside constant, steps and cosine draw the curves they promise."""

from math import inf, isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.app.catalogue import builtin_catalog
from studio.core.params import Params, Value, complete

CATALOG = builtin_catalog()
PLATEAU = CATALOG.schedules["plateau"]


def curve(schedule: str, steps: int, *, epochs: int = 10, **given_values: Value) -> list[float]:
    spec = CATALOG.schedules[schedule]
    params = Params({**complete(spec.params, given_values), "epochs": epochs})
    return [spec.factor(step, steps, params) for step in range(steps)]


def reaction(losses: list[float], **given_values: Value) -> float:
    assert PLATEAU.react is not None
    return PLATEAU.react(losses, Params(complete(PLATEAU.params, given_values)))


@pytest.mark.parametrize("schedule", ["linear", "cosine", "polynomial"])
@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_a_schedule_with_an_end_reaches_its_floor_at_the_last_step(
    schedule: str, floor: float
) -> None:
    factors = curve(schedule, 50, floor=floor, warmup_steps=5)

    assert factors[4] == factors[5] == 1.0
    assert isclose(factors[-1], floor, abs_tol=1e-12)


def test_the_cosine_of_llama_warms_2000_steps_and_keeps_a_tenth() -> None:
    factors = curve("cosine", 10_000, warmup_steps=2000, floor=0.1)

    assert factors[999] == 0.5
    assert factors[1999] == 1.0
    assert isclose(factors[-1], 0.1)


def test_the_inverse_root_is_the_rate_of_the_first_transformer() -> None:
    width, warm = 512, 4000
    factors = curve("inverse-root", 10_000, warmup_steps=warm, warmup=0.0)

    peak = (width * warm) ** -0.5
    for step in (1, 10, 4000, 4001, 9999):
        published = width**-0.5 * min(step**-0.5, step * warm**-1.5)
        assert isclose(peak * factors[step - 1], published)


def test_an_inverse_power_of_a_half_falls_with_the_root_of_the_epochs() -> None:
    factors = curve("inverse-power", 40, epochs=40)

    assert factors == pytest.approx([1 / sqrt(epoch + 1) for epoch in range(40)])


def test_restarts_begin_anew_and_last_longer() -> None:
    factors = curve("cosine-restarts", 700, epochs=70, first=10, growth=2)

    again = [step for step in range(1, 700) if factors[step] > factors[step - 1] + 0.5]
    assert again == [100, 300]
    assert factors[100] == factors[300] == 1.0


def test_the_rate_falls_after_epochs_without_a_gain_and_rests() -> None:
    losses = [3.0, 2.0, 2.0, 2.0, 2.0]

    assert reaction(losses[:4], patience=2) == 1.0
    assert reaction(losses, patience=2) == pytest.approx(0.1)
    assert reaction([*losses, 2.0, 2.0, 2.0], patience=2) == pytest.approx(0.01)
    assert reaction([*losses, 2.0, 2.0, 2.0], patience=2, cooldown=1) == pytest.approx(0.1)
    assert reaction([*losses, 1.0, 1.0], patience=2) == pytest.approx(0.1)
    assert reaction([2.0] * 100, patience=0, floor=0.05) == 0.05


@given(
    losses=st.lists(st.floats(0, 100) | st.just(inf) | st.just(float("nan")), max_size=40),
    more=st.floats(0, 100),
    patience=st.integers(0, 5),
)
def test_what_is_left_of_a_rate_never_grows_again(
    losses: list[float], more: float, patience: int
) -> None:
    left = reaction(losses, patience=patience)

    assert 0.0 <= reaction([*losses, more], patience=patience) <= left <= 1.0
