"""Each trouble of a run is told in a sentence with a way out, by an engine a test speaks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.app.notices import Notice
from studio.app.silence import PATIENCE_SECS, Silence
from studio.app.studio import Studio
from studio.runs.checkpoints import checkpoint_path
from studio.runs.commands import Keep, Start, Stop
from studio.runs.events import (
    Adjusted,
    Beat,
    Ended,
    Event,
    Failed,
    Preview,
)
from studio.runs.spec import Adjustment
from studio.runs.store import RunStore
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


def folder_of(studio: Studio) -> Path:
    assert studio.trainer.run is not None
    return Path(studio.trainer.run.folder)


def with_checkpoint(studio: Studio, step: int) -> None:
    """Leave the record and the checkpoint of a run that came so far."""
    assert studio.trainer.run is not None
    store = RunStore(folder_of(studio))
    store.describe(studio.trainer.run)
    store.close()
    path = checkpoint_path(folder_of(studio), step)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")


def fail(studio: Studio, engine: Told, **said: object) -> Notice:
    failed = Failed(message="It went wrong", **said)
    engine.say(studio, failed, Ended(reason="failed", step=failed.step, epoch=1, seconds=1.0))
    return studio.notices.open[-1]


def words(notice: Notice) -> list[str]:
    return [label for label, _ in notice.answers]


def newest_start(engine: Told) -> Start:
    return [command for command in engine.sent if isinstance(command, Start)][-1]


def test_a_killed_engine_is_gone_on_with_from_its_checkpoint(studio: Studio, engine: Told) -> None:
    with_checkpoint(studio, 40)
    folder = folder_of(studio)

    notice = fail(studio, engine, kind="engine-died", step=52)
    studio.notices.answer(notice, "Go on from step 40")

    assert ["Go on from step 40", "Train again", "Dismiss"] == words(notice)
    assert str(checkpoint_path(folder, 40)) == newest_start(engine).checkpoint


def test_the_block_to_blame_is_selected_and_can_be_shown(
    studio: Studio, engine: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    block = next(iter(studio.workspace.graph.nodes))
    monkeypatch.setattr(studio.front, "center_on", shown.append)

    notice = fail(studio, engine, kind="error", block=block, step=3)
    selected = studio.workspace.selection
    studio.workspace.select(())
    studio.notices.answer(notice, "Show the block")

    assert selected == studio.workspace.selection == {block}
    assert shown == [block]


def test_a_failure_leaves_alone_what_a_person_has_selected(studio: Studio, engine: Told) -> None:
    block, other, *_ = studio.workspace.graph.nodes
    studio.workspace.select((other,))

    fail(studio, engine, kind="error", block=block, step=3)

    assert studio.workspace.selection == {other}


def test_a_failure_is_no_news_any_more_when_the_next_run_begins(
    studio: Studio, engine: Told
) -> None:
    notice = fail(studio, engine, kind="error", step=52)
    studio.run("train.start")

    assert notice not in studio.notices.open


def test_a_killed_engine_without_a_checkpoint_trains_again(studio: Studio, engine: Told) -> None:
    folder = folder_of(studio)

    notice = fail(studio, engine, kind="engine-died", step=52)
    studio.notices.answer(notice, "Train again")

    assert ["Train again", "Dismiss"] == words(notice)
    assert folder != folder_of(studio)
    assert "" == newest_start(engine).checkpoint


def test_out_of_memory_halves_the_batch_in_one_undoable_edit_and_trains_again(
    studio: Studio, engine: Told
) -> None:
    before = studio.workspace.document.experiment
    batch = newest_start(engine).spec.batch_size

    notice = fail(studio, engine, kind="out-of-memory", block="nowhere")
    studio.notices.answer(notice, f"Halve the batch to {batch // 2} and train again")
    halved = newest_start(engine).spec.batch_size
    studio.workspace.document.undo()

    assert batch // 2 == halved
    assert before is studio.workspace.document.experiment


def test_out_of_memory_halves_the_batch_that_was_adjusted(studio: Studio, engine: Told) -> None:
    size = Adjustment(setting="batch_size", value=16, step=3)
    engine.say(studio, Adjusted(step=3, adjustment=size, before=64))

    notice = fail(studio, engine, kind="out-of-memory")

    assert "Halve the batch to 8 and train again" in words(notice)


def test_a_loss_that_is_no_number_goes_back_at_a_tenth_of_the_rate_it_had_there(
    studio: Studio, engine: Told
) -> None:
    folder = folder_of(studio)
    with_checkpoint(studio, 40)
    for step, value in ((10, 0.5), (50, 9.0)):
        rate = Adjustment(setting="lr", value=value, step=step)
        engine.say(studio, Adjusted(step=step, adjustment=rate, before=0.1))

    notice = fail(studio, engine, kind="nan", step=52)
    studio.notices.answer(notice, "Go back to step 40, at a tenth of the rate")
    start = newest_start(engine)

    assert str(checkpoint_path(folder, 40)) == start.checkpoint
    assert folder != Path(start.spec.folder)
    assert Adjustment(setting="lr", value=0.05, step=40) == start.spec.adjustments[-1]


def test_a_loss_that_is_no_number_from_the_start_is_trained_again_more_slowly(
    studio: Studio, engine: Told
) -> None:
    before = studio.workspace.document.experiment
    rate = newest_start(engine).spec.objectives[0].lr

    notice = fail(studio, engine, kind="nan", step=2)
    studio.notices.answer(notice, "Train again at a tenth of the rate")
    slower = newest_start(engine).spec.objectives[0].lr
    studio.workspace.document.undo()

    assert pytest.approx(rate / 10) == slower
    assert before is studio.workspace.document.experiment


def test_a_lost_device_gets_a_fresh_engine(studio: Studio, engine: Told) -> None:
    with_checkpoint(studio, 40)

    notice = fail(studio, engine, kind="device", step=52)
    studio.notices.answer(notice, "Restart the engine and go on from step 40")

    assert [True] == engine.closed
    assert newest_start(engine).checkpoint.endswith("000000040.safetensors")


def test_a_lost_device_can_be_left_for_the_processor(studio: Studio, engine: Told) -> None:
    notice = fail(studio, engine, kind="device", step=52)
    studio.notices.answer(notice, "Train on the CPU")

    assert [True] == engine.closed
    assert "cpu" == newest_start(engine).spec.device


# An engine that does nothing


def silent_for(silence: Silence, clock: list[float], secs: int, *said: Event) -> None:
    for _ in range(secs):
        clock[0] += 1.0
        silence.hear(said, running=True)


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def silence(clock: list[float]) -> Silence:
    return Silence(clock=lambda: clock[0])


def told_by(silence: Silence) -> list[float]:
    told: list[float] = []
    silence.stalled.connect(told.append)
    return told


def test_a_minute_without_a_batch_is_told_once(silence: Silence, clock: list[float]) -> None:
    told = told_by(silence)
    silent_for(silence, clock, 59, Beat(work=3))
    early = list(told)
    silent_for(silence, clock, 30, Beat(work=3))

    assert [] == early
    assert [PATIENCE_SECS] == told


def test_batches_that_are_only_looked_at_are_work_and_other_answers_are_not(
    silence: Silence, clock: list[float]
) -> None:
    told = told_by(silence)
    for work in range(200):
        silent_for(silence, clock, 1, Beat(work=work))
    looked = list(told)
    silent_for(silence, clock, 61, Preview(request=1, arrays={}))

    assert [] == looked
    assert [PATIENCE_SECS] == told


def test_who_waits_is_asked_again_after_twice_as_long(silence: Silence, clock: list[float]) -> None:
    told = told_by(silence)
    silent_for(silence, clock, 60)
    silence.wait()
    silent_for(silence, clock, 119)
    still = list(told)
    silent_for(silence, clock, 1)

    assert [PATIENCE_SECS] == still
    assert [PATIENCE_SECS, 2 * PATIENCE_SECS] == told


def test_a_machine_that_slept_has_not_waited(silence: Silence, clock: list[float]) -> None:
    told = told_by(silence)
    clock[0] += 3600.0
    silence.hear((), running=True)

    assert [] == told


def test_a_stalled_engine_is_restarted_from_its_checkpoint(studio: Studio, engine: Told) -> None:
    with_checkpoint(studio, 40)
    studio.session.silence.stalled.tell(60.0)
    notice = studio.notices.open[-1]
    studio.notices.answer(notice, "Restart from step 40")

    assert "The engine has not finished a step for 60 s" == notice.message
    assert [True] == engine.closed
    assert newest_start(engine).checkpoint.endswith("000000040.safetensors")


def test_the_question_goes_when_the_engine_works_again(studio: Studio, engine: Told) -> None:
    studio.session.silence.stalled.tell(60.0)
    asked = studio.notices.open[-1]
    studio.session.silence.over.tell(None)

    assert asked not in studio.notices.open


# Leaving


def test_leaving_stops_the_run_and_goes_on_when_its_end_is_told(
    studio: Studio, engine: Told
) -> None:
    left: list[str] = []
    studio.leaving.stop_run(lambda: left.append("left"))
    waiting = list(left)
    sent = engine.sent[-1]
    engine.say(studio, Ended(reason="stopped", step=9, epoch=1, seconds=1.0))

    assert ([], ["left"]) == (waiting, left)
    assert Stop() == sent
    assert Keep() not in engine.sent  # one is written at the end anyway


def test_leaving_a_run_that_keeps_no_checkpoints_asks_for_one(engine: Told) -> None:
    studio = Studio(new_engine=lambda: engine)
    running(studio, engine, keeping_secs=0)
    studio.leaving.stop_run(lambda: None)
    studio.close()

    assert [Keep(), Stop()] == engine.sent[-2:]


def test_without_a_run_nothing_is_asked(studio: Studio, engine: Told) -> None:
    asked = studio.leaving.asks
    engine.say(studio, Ended(reason="finished", step=9, epoch=1, seconds=1.0))

    assert (True, False) == (asked, studio.leaving.asks)


# The next run with these weights


def test_train_on_is_offered_for_the_document_that_was_trained(
    studio: Studio, engine: Told
) -> None:
    with_checkpoint(studio, 40)
    engine.say(studio, Ended(reason="stopped", step=40, epoch=1, seconds=1.0))
    offered = studio.trainer.can_train_on
    studio.filing.new()

    assert offered
    assert not studio.trainer.can_train_on


def test_train_on_finds_blocks_again_by_who_they_are(studio: Studio, engine: Told) -> None:
    from studio.core.edits import Rename

    with_checkpoint(studio, 40)
    engine.say(studio, Ended(reason="stopped", step=40, epoch=1, seconds=1.0))
    linear = next(
        id_ for id_, node in studio.workspace.graph.nodes.items() if "linear" in node.kind
    )
    old = attribute(newest_start(engine), linear)
    studio.workspace.apply(Rename(linear, "Renamed"))
    assert studio.run("train.on")
    start = newest_start(engine)

    assert start.spec.origin is not None
    assert 40 == start.spec.origin.step
    assert {old: attribute(start, linear)} == start.spec.origin.names
    assert old != attribute(start, linear)


def attribute(start: Start, block: str) -> str:
    return next(known.attribute for known in start.spec.program.blocks if known.id == block)
