"""Objectives that lack something are told of in sentences, with a way out."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from studio.core.check import check
from studio.core.experiment import Experiment, Objective
from studio.core.fileio import dumps, loads
from studio.core.params import Value
from tests.helpers.builders import CATALOG, Drawing


def drawing(*objectives: Objective) -> Experiment:
    """Return two layers, each with a loss of its own behind it."""
    net = Drawing("Two losses")
    first = net.chain(("io.vector", {"features": 4}), ("nn.linear", {"out_features": 3}))
    second = net.chain("nn.relu", ("nn.linear", {"out_features": 3}), after=first)
    net.loss(first, classes=3)
    net.loss(second, classes=3)
    experiment = net.experiment()
    training = replace(experiment.training, objectives=objectives)
    return replace(experiment, training=training)


def said(*objectives: Objective) -> list[str]:
    return [problem.message for problem in check(drawing(*objectives), CATALOG).problems[:9]]


def one(name: str, loss: str, block: str, settings: Mapping[str, Value] | None = None) -> Objective:
    blocks = (block,) if block else ()
    return Objective(name, losses={loss: 1.0}, blocks=blocks, settings=settings or {})


FIRST, SECOND = one("first", "loss1", "fc1"), one("second", "loss2", "fc2")


def test_two_objectives_that_share_the_work_are_sound() -> None:
    checked = check(drawing(FIRST, SECOND), CATALOG)
    assert not [p for p in checked.problems if "bjective" in p.message]


@pytest.mark.parametrize(
    ("objectives", "sentence"),
    [
        (
            (FIRST, replace(SECOND, name="first")),
            "2 objectives are called first",
        ),
        (
            (FIRST, replace(SECOND, losses={"gone": 1.0})),
            "Objective second: there is no loss left that it minimises",
        ),
        (
            (FIRST, replace(SECOND, losses={"relu1": 1.0})),
            "Objective second: expected losses of the drawing, received relu1",
        ),
        (
            (FIRST, replace(SECOND, blocks=("relu1",))),
            "Objective second: none of its blocks has weights to learn",
        ),
        (
            (replace(FIRST, settings={"every": 2}), replace(SECOND, settings={"every": 3})),
            "No objective learns at every step",
        ),
        (
            (replace(FIRST, settings={"joint": True}), SECOND),
            "Objective first is the first: there is no pass to share",
        ),
        (
            (FIRST, replace(SECOND, settings={"joint": True}, blocks=("fc1",))),
            "Objectives first and second share a pass and both update fc1",
        ),
    ],
)
def test_what_cannot_be_minimised_is_an_error(
    objectives: tuple[Objective, ...], sentence: str
) -> None:
    found = {problem.message: problem for problem in check(drawing(*objectives), CATALOG).problems}
    assert sentence in found
    assert found[sentence].level == "error"
    assert found[sentence].hint


def test_a_loss_in_no_objective_and_a_block_in_none_are_warned_of() -> None:
    found = {problem.message: problem.level for problem in check(drawing(FIRST), CATALOG).problems}
    assert found["loss2 is in no objective: it is computed, and nothing learns of it"] == "warning"
    assert found["fc2 is updated by no objective: its weights stay as they are drawn"] == "warning"


def test_an_objective_that_shares_a_pass_may_rest_as_long_as_the_first_learns() -> None:
    joint = replace(SECOND, settings={"joint": True, "every": 3})
    assert "No objective learns at every step" not in said(FIRST, joint)


def test_a_warm_up_is_kept_in_the_file_and_an_empty_one_leaves_no_trace() -> None:
    plain, risen = drawing(FIRST), drawing(replace(FIRST, warm_ups={"loss1": 0.25}))
    assert "warm_ups" not in dumps(plain)
    assert loads(dumps(risen)) == risen
    assert loads(dumps(plain)) == plain
