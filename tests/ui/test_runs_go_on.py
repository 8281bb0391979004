"""Real runs looked back on: gone on with after a crash, gone back, and begun with their weights."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt

from studio.app.looking_back import offer_to_go_on
from studio.app.studio import Studio
from studio.core.edits import SetParam
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.door import DOOR
from studio.runs.index import look_at
from studio.runs.saved import open_run
from studio.ui.dialogs.leaving import LeavingQuestion
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

ENGINE_MS = 60_000


@pytest.fixture
def open_window(qtbot) -> Iterator[Callable[[str], MainWindow]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda file="": stack.enter_context(opened_window(qtbot, file))


def train(studio: Studio, *, epochs: int, checkpoint_secs: int = 60) -> Path:
    """Begin a short training of spirals, and return its folder."""
    from dataclasses import replace

    experiment = studio.workspace.document.experiment
    settings = {
        **experiment.training.settings,
        "epochs": epochs,
        "checkpoint_secs": checkpoint_secs,
    }
    training = replace(experiment.training, settings=settings)
    studio.filing.adopt(replace(experiment, training=training), None)
    assert studio.run("train.start")
    assert studio.trainer.run is not None
    return Path(studio.trainer.run.folder)


def losses(folder: Path) -> list[float]:
    with open_run(folder) as saved:
        return list(saved.series("train/loss")[1].tolist())


@pytest.mark.slow
def test_a_run_whose_window_was_killed_is_offered_and_goes_on_to_its_end(
    open_window, qtbot
) -> None:
    first = open_window("spirals-mlp")
    folder = train(first.studio, epochs=150, checkpoint_secs=1)
    qtbot.waitUntil(lambda: newest_checkpoint(folder) is not None, timeout=ENGINE_MS)
    first._pulse.stop()  # a window that was killed learns nothing of its engine's end
    for child in psutil.Process(os.getpid()).children(recursive=True):
        child.send_signal(signal.SIGKILL)
        child.wait()
    shown = losses(folder)
    second = open_window("").studio
    offer_to_go_on(second)
    qtbot.waitUntil(lambda: bool(second.notices.open))
    offer = second.notices.open[0]
    second.notices.answer(offer, "Go on")
    qtbot.waitUntil(lambda: second.session.ended is not None, timeout=ENGINE_MS)

    assert "was cut off at step" in offer.message
    assert "finished" == look_at(folder).state
    assert shown == losses(folder)[: len(shown)]
    assert look_at(folder).summary.steps == len(losses(folder))
    assert len(losses(folder)) == len(second.record.series["train/loss"])


@pytest.mark.slow
def test_a_fork_begins_with_the_weights_that_fit_and_says_which_are_new(open_window, qtbot) -> None:
    window = open_window("spirals-mlp")
    studio = window.studio
    folder = train(studio, epochs=2)
    qtbot.waitUntil(lambda: studio.session.ended is not None, timeout=ENGINE_MS)
    studio.front.show_page("runs")
    qtbot.waitUntil(lambda: bool(studio.desk.runs) and studio.desk.complete)
    studio.desk.choose([folder.name])

    (fork,) = studio.actions.rows["runs.fork"].rows(studio)
    fork.run(studio)
    said = studio.notices.open[-1].message
    block = next(id_ for id_, node in studio.workspace.graph.nodes.items() if "linear" in node.kind)
    studio.workspace.document.apply(SetParam((block,), "out_features", 40))
    studio.trainer.train()
    qtbot.waitUntil(lambda: studio.session.ended is not None, timeout=ENGINE_MS)
    told = next(one for one in studio.notices.open if "taken from" in one.message)

    assert f"Train begins with the weights of {folder.name}" in said
    assert "of another shape" in told.message
    assert "Of another shape: " in told.details
    forked = look_at(Path(studio.trainer.run.folder)).summary
    assert forked.origin is not None
    assert folder.name == forked.origin.run
    assert forked.began is not None
    assert forked.began.kept


@pytest.mark.slow
def test_going_back_makes_a_new_run_and_leaves_the_old_one(open_window, qtbot) -> None:
    studio = open_window("spirals-mlp").studio
    folder = train(studio, epochs=2)
    qtbot.waitUntil(lambda: studio.session.ended is not None, timeout=ENGINE_MS)
    before = losses(folder)
    studio.front.show_page("runs")
    qtbot.waitUntil(lambda: bool(studio.desk.runs) and studio.desk.complete)
    studio.desk.choose([folder.name])

    (back,) = studio.actions.rows["runs.go-back"].rows(studio)
    back.run(studio)
    qtbot.waitUntil(lambda: studio.trainer.run.folder != str(folder), timeout=ENGINE_MS)
    qtbot.waitUntil(lambda: studio.session.ended is not None, timeout=ENGINE_MS)

    assert before == losses(folder)
    assert before == losses(Path(studio.trainer.run.folder))


@pytest.mark.slow
def test_a_run_left_to_go_on_without_a_window_is_watched_by_the_next_one(
    open_window, qtbot
) -> None:
    window = open_window("spirals-mlp")
    folder = train(window.studio, epochs=100_000)
    qtbot.waitUntil(lambda: "train/loss" in window.studio.record.series, timeout=ENGINE_MS)
    window.close()
    (question,) = window.findChildren(LeavingQuestion)
    qtbot.mouseClick(question.go_on, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (folder / DOOR).is_file() and not window.isVisible(), timeout=ENGINE_MS)
    second = open_window("").studio
    second.front.show_page("runs")
    qtbot.waitUntil(lambda: bool(second.desk.runs) and second.desk.complete)
    second.desk.choose([folder.name])

    assert second.run("runs.watch")
    qtbot.waitUntil(lambda: second.session.state == "running", timeout=ENGINE_MS)
    seen = second.record.step
    qtbot.waitUntil(lambda: second.record.step > seen, timeout=ENGINE_MS)
    second.session.stop()
    qtbot.waitUntil(lambda: second.session.ended is not None, timeout=ENGINE_MS)

    steps = second.record.series["train/loss"].steps.tolist()
    assert list(range(1, len(steps) + 1)) == steps
    assert "stopped" == look_at(folder).state
    assert not (folder / DOOR).exists()
