"""Schedules draw the curves they promise; optimisers can be chosen by name and value."""

from itertools import pairwise
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.app.catalogue import builtin_catalog
from studio.app.gallery import find_experiment
from studio.core.addresses import set_at
from studio.core.errors import ParamError
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.params import Params, Value, complete
from studio.core.recipes import Schedule

CATALOG = builtin_catalog()
SCHEDULES = list(CATALOG.schedules.values())


def curve(schedule: str, steps: int, *, epochs: int = 10, **given_values: Value) -> list[float]:
    spec = CATALOG.schedules[schedule]
    params = Params({**complete(spec.params, given_values), "epochs": epochs})
    return [spec.factor(step, steps, params) for step in range(steps)]


def test_a_constant_rate_never_changes() -> None:
    assert [1.0] * 50 == curve("constant", 50)


def test_a_cosine_starts_at_one_passes_the_middle_at_half_and_ends_at_its_floor() -> None:
    factors = curve("cosine", 101, floor=0.2)

    assert factors[0] == 1.0
    assert isclose(factors[50], 0.6)
    assert isclose(factors[-1], 0.2)


def test_a_cosine_only_falls_once_it_is_warm() -> None:
    factors = curve("cosine", 200, warmup=0.1)

    assert factors[:20] == pytest.approx([(step + 1) / 20 for step in range(20)])
    assert all(later <= sooner for sooner, later in pairwise(factors[20:]))


def test_the_longer_of_two_warm_ups_counts() -> None:
    assert curve("constant", 100, warmup=0.1, warmup_steps=40)[19] == pytest.approx(0.5)
    assert curve("constant", 100, warmup=0.4, warmup_steps=10)[19] == pytest.approx(0.5)


def test_steps_drop_after_every_so_many_epochs() -> None:
    factors = curve("step", 100, epochs=10, every=4, decay=0.5)

    assert factors == [1.0] * 40 + [0.5] * 40 + [0.25] * 20


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda spec: spec.id)
@given(
    steps=st.integers(0, 5000),
    share=st.floats(0, 1),
    warmup=st.floats(0, 1),
    warmup_steps=st.integers(0, 6000),
    epochs=st.integers(1, 100),
)
def test_every_factor_lies_between_zero_and_one(
    schedule: Schedule, steps: int, share: float, warmup: float, warmup_steps: int, epochs: int
) -> None:
    values = complete(schedule.params, {"warmup": warmup, "warmup_steps": warmup_steps})
    params = Params({**values, "epochs": epochs})

    factor = schedule.factor(round(share * (steps + 10)), steps, params)

    assert 0.0 <= factor <= 1.0


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda spec: spec.id)
def test_the_engine_finds_a_schedule_by_the_name_of_its_function(schedule: Schedule) -> None:
    from importlib import import_module

    module = import_module(schedule.factor.__module__)

    assert getattr(module, schedule.factor.__qualname__) is schedule.factor


def test_the_command_line_sets_optimisers_and_schedules() -> None:
    experiment = Experiment()
    for assignment in ("training.optimizer=sgd", "training.optimizer.nesterov=on"):
        experiment = set_at(experiment, assignment, CATALOG)
    experiment = set_at(experiment, "training.schedule=cosine", CATALOG)

    objective = experiment.training.objectives[0]

    assert objective.optimizer.kind == "sgd"
    assert objective.optimizer.params == {"nesterov": True}
    assert objective.schedule.kind == "cosine"


def test_the_command_line_sets_what_a_loss_counts_and_how_it_rises() -> None:
    experiment = open_file(find_experiment("vae-digits"))
    before = dict(experiment.training.objectives[0].losses)
    (loss,) = (id_ for id_ in before if id_ == "divergence")
    for assignment in (
        f"training.losses.{loss}=0.25",
        f"training.losses.{loss}.warm_up=0.5",
        "training.losses.reconstruction.weight=7",
    ):
        experiment = set_at(experiment, assignment, CATALOG)

    objective = experiment.training.objectives[0]

    assert {**before, loss: 0.25, "reconstruction": 7.0} == objective.losses
    assert {loss: 0.5} == {key: share for key, share in objective.warm_ups.items() if share}


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("training.losses.kl=1", "expected one of .*divergence.*, received kl"),
        ("training.losses.divergence=-1", "weight: expected a number of at least 0"),
        ("training.losses.divergence.warm_up=2", "expected a number from 0 to 1"),
    ],
)
def test_a_loss_that_is_not_there_or_a_weight_that_is_none_is_refused(
    assignment: str, words: str
) -> None:
    with pytest.raises(ParamError, match=words):
        set_at(open_file(find_experiment("vae-digits")), assignment, CATALOG)
