"""What can be changed while a run goes on, told by an engine that a test speaks for."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from studio.app.run_journal import journal, marks
from studio.app.studio import Studio
from studio.core.edits import SetTraining
from studio.core.fileio import dumps
from studio.runs.commands import Adjust
from studio.runs.events import Adjusted, Checkpointed, Note
from studio.runs.spec import Adjustment
from tests.helpers.told import Told, running


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def studio(engine: Told) -> Iterator[Studio]:
    studio = Studio(new_engine=lambda: engine)
    running(studio, engine)
    yield studio
    studio.close()


def adjusted(setting: str, value: float, *, step: int, before: float = 0.0) -> Adjusted:
    return Adjusted(
        step=step, adjustment=Adjustment(setting=setting, value=value, step=step), before=before
    )


def live(studio: Studio) -> dict[str, tuple[float, int | None]]:
    return {one.name: (one.value, one.since) for one in studio.trainer.live.settings()}


def test_a_run_begins_with_the_settings_of_the_experiment(studio: Studio) -> None:
    assert {"lr", "weight_decay", "clip_norm", "batch_size"} == live(studio).keys()
    assert all(since is None for _, since in live(studio).values())
    assert studio.trainer.live.open


def test_a_change_is_sent_and_shown_once_the_engine_has_made_it(
    studio: Studio, engine: Told
) -> None:
    before = live(studio)["lr"]
    studio.trainer.live.change("lr", 0.5)
    sent = engine.sent[-1]
    unanswered = live(studio)["lr"]
    engine.say(studio, adjusted("lr", 0.5, step=40))

    assert Adjust(adjustment=Adjustment(setting="lr", value=0.5)) == sent
    assert before == unanswered
    assert (0.5, 40) == live(studio)["lr"]


def test_one_of_several_objectives_is_changed_alone_and_kept_in_its_place(
    studio: Studio, engine: Told
) -> None:
    two_objectives(studio)
    studio.trainer.live.change("lr", 0.5, at=1)
    sent = engine.sent[-1]
    made = Adjustment(setting="lr", value=0.5, objective="critic", step=7)
    engine.say(studio, Adjusted(step=7, adjustment=made, before=0.1))
    now = [studio.trainer.live.value("lr", at) for at in (0, 1)]
    studio.trainer.live.keep()
    objectives = studio.workspace.document.experiment.training.objectives

    assert Adjust(adjustment=Adjustment(setting="lr", value=0.5, objective="critic")) == sent
    assert [0.005, 0.5] == now
    assert [0.005, 0.5] == [one.optimizer.params["lr"] for one in objectives]


def two_objectives(studio: Studio) -> None:
    """Let the run, and the experiment, have a second objective beside the first."""
    experiment = studio.workspace.document.experiment
    (first,) = experiment.training.objectives
    both = (first, replace(first, name="critic"))
    changed = replace(experiment, training=replace(experiment.training, objectives=both))
    studio.workspace.apply(SetTraining(changed.training))
    assert studio.trainer.run is not None
    studio.trainer.live.begin(
        msgspec.structs.replace(studio.trainer.run, experiment=dumps(changed))
    )


def test_what_is_the_same_is_not_sent(studio: Studio, engine: Told) -> None:
    count = len(engine.sent)

    studio.trainer.live.change("lr", live(studio)["lr"][0])

    assert count == len(engine.sent)


def test_the_experiment_keeps_its_own_settings_until_asked_and_can_have_them_back(
    studio: Studio, engine: Told
) -> None:
    document = studio.workspace.document
    before = document.experiment
    engine.say(studio, adjusted("lr", 0.25, step=10), adjusted("batch_size", 32, step=12))
    untouched = document.experiment
    studio.trainer.live.keep()
    (objective,) = document.experiment.training.objectives
    kept = objective.optimizer.params["lr"], document.experiment.training.settings["batch_size"]
    document.undo()

    assert before is untouched
    assert (0.25, 32) == kept
    assert before is document.experiment


def test_what_the_experiment_has_already_need_not_be_kept(studio: Studio, engine: Told) -> None:
    engine.say(studio, adjusted("clip_norm", 1.0, step=10))
    offered = [setting.name for _, setting in studio.trainer.live.unkept()]
    studio.trainer.live.keep()

    assert ["clip_norm"] == offered
    assert () == studio.trainer.live.unkept()


def test_another_document_is_not_offered_what_was_changed(studio: Studio, engine: Told) -> None:
    engine.say(studio, adjusted("clip_norm", 1.0, step=10))
    offered = len(studio.trainer.live.unkept())
    studio.filing.new()

    assert 1 == offered
    assert () == studio.trainer.live.unkept()


def test_the_journal_lists_what_was_done_and_said_once_each(studio: Studio, engine: Told) -> None:
    passing = [
        Checkpointed(step=at, epoch=1, file=f"step-{at:09}.safetensors", size=4000, seconds=0.1)
        for at in (100, 200, 300)
    ]
    kept = Checkpointed(step=150, epoch=1, file="kept-000000150.safetensors", size=4000, seconds=0)
    rate = adjusted("lr", 0.01, step=120, before=0.1)
    events = [passing[0], rate, kept, *passing[1:], rate, Note(message="A sentence")]

    assert [
        ("Step 120", "Learning rate 0.01, before 0.1"),
        ("Step 150", "Checkpoint kept, 4.0 kB"),
        ("Step 300", "Checkpoint written, 4.0 kB"),
        ("", "A sentence"),
    ] == journal(events)
    assert [(120, "learning rate 0.01"), (150, "checkpoint"), (300, "checkpoint")] == marks(events)
