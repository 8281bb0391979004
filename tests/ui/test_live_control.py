"""A real run, interfered with from the window: changed, kept, left, stalled, and trained on."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from studio.app.choosing import set_training
from studio.app.notices import Notice
from studio.app.run_journal import journal
from studio.core.edits import SetParam
from studio.runs.checkpoints import checkpoints_in, newest_checkpoint
from studio.runs.events import Adjusted, Checkpointed
from studio.runs.index import look_at
from studio.runs.interventions import told_in
from studio.ui.dialogs.leaving import LeavingQuestion
from studio.ui.training.page import TrainPage
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

ENGINE_MS = 60_000


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "spirals-mlp") as window:
        window.docks.make_dashboard()
        yield window


def begin(window: MainWindow, qtbot, **settings: int) -> Path:
    """Train for longer than any test, and return the folder of the run."""
    studio = window.studio
    experiment = studio.workspace.document.experiment
    for name, value in ({"epochs": 5000} | settings).items():
        experiment = set_training(experiment, "settings", name, value)(experiment)
    studio.filing.adopt(experiment, None)
    assert studio.run("train.start")
    qtbot.waitUntil(lambda: studio.record.step > 20, timeout=ENGINE_MS)
    return Path(studio.trainer.run.folder)


def type_into(field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def end(window: MainWindow, qtbot) -> None:
    window.studio.run("train.stop")
    qtbot.waitUntil(lambda: not window.studio.session.busy, timeout=ENGINE_MS)


def awaited(window: MainWindow, qtbot, words: str) -> Notice:
    """Wait for a notice with these words."""
    notices = window.studio.notices
    qtbot.waitUntil(lambda: any(words in one.message for one in notices.open), timeout=ENGINE_MS)
    return next(one for one in notices.open if words in one.message)


@pytest.mark.slow
def test_a_rate_that_is_typed_holds_from_a_step_on_and_is_marked_and_journalled(
    window: MainWindow, qtbot
) -> None:
    studio = window.studio
    folder = begin(window, qtbot)
    before = studio.workspace.document.experiment
    studio.front.show_page("train")
    page = window.pages.currentWidget()
    assert isinstance(page, TrainPage)
    qtbot.waitUntil(lambda: page.live.isVisible() and "lr" in page.live.rows)
    row = page.live.rows["lr"]
    type_into(row.field, "0.02")
    qtbot.waitUntil(lambda: row.since.text() != "", timeout=ENGINE_MS)
    studio.run("train.keep")
    made = studio.record.interventions
    qtbot.waitUntil(lambda: any(isinstance(one, Checkpointed) for one in made), timeout=ENGINE_MS)
    told = [label.text() for label in window.findChildren(QLabel)]
    untouched = studio.workspace.document.experiment
    QTest.mouseClick(page.live.keep, Qt.MouseButton.LeftButton)
    kept = studio.workspace.document.experiment.training.objectives[0].optimizer.params["lr"]
    end(window, qtbot)

    (adjusted,) = [one for one in made if isinstance(one, Adjusted)]
    assert f"From step {adjusted.step + 1:,} on" == row.since.text()
    assert before is untouched
    assert 0.02 == kept
    assert any(text.endswith("GB of memory") for text in told)
    words = [what for _, what in journal(told_in(folder))]
    assert "Learning rate 0.02, before 0.005" in words
    assert any(what.startswith("Checkpoint kept, ") for what in words)
    assert [True] == [one.marked for one in checkpoints_in(folder) if one.marked]


@pytest.mark.slow
def test_a_rate_that_is_dragged_is_sent_once_it_rests(window: MainWindow, qtbot) -> None:
    studio = window.studio
    begin(window, qtbot)
    studio.front.show_page("train")
    page = window.pages.currentWidget()
    qtbot.waitUntil(lambda: "lr" in page.live.rows)
    slider = page.live.rows["lr"].slider
    for place in (-10, -50, -100):
        slider.setValue(place)
    live = studio.trainer.live
    qtbot.waitUntil(lambda: live.settings()[0].since is not None, timeout=ENGINE_MS)

    adjusted = [one for one in studio.record.interventions if isinstance(one, Adjusted)]
    assert [0.0005] == [one.adjustment.value for one in adjusted]


@pytest.mark.slow
def test_closing_the_window_asks_and_leaves_a_checkpoint_to_go_on_from(
    window: MainWindow, qtbot
) -> None:
    studio = window.studio
    folder = begin(window, qtbot)
    window.close()
    (question,) = window.findChildren(LeavingQuestion)
    question.reject()
    stayed = window.isVisible() and studio.session.busy
    qtbot.waitUntil(lambda: not window.findChildren(LeavingQuestion))
    window.close()
    (question,) = window.findChildren(LeavingQuestion)
    QTest.mouseClick(question.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=ENGINE_MS)
    run = look_at(folder)

    assert stayed
    assert "stopped" == run.state
    assert run.summary.step == newest_checkpoint(folder).step


@pytest.mark.slow
def test_an_engine_that_hangs_is_told_and_can_be_restarted_from_its_checkpoint(
    window: MainWindow, qtbot, monkeypatch
) -> None:
    studio = window.studio
    folder = begin(window, qtbot)
    studio.run("train.keep")
    qtbot.waitUntil(lambda: newest_checkpoint(folder) is not None, timeout=ENGINE_MS)
    newest = newest_checkpoint(folder)
    monkeypatch.setattr(studio.session.silence, "_patience_secs", 1.0)
    for child in psutil.Process(os.getpid()).children(recursive=True):
        child.send_signal(signal.SIGSTOP)
    notice = awaited(window, qtbot, "has not finished a step")
    words = [label for label, _ in notice.answers]
    studio.notices.answer(notice, words[1])
    qtbot.waitUntil(lambda: studio.session.state == "running", timeout=ENGINE_MS)
    qtbot.waitUntil(lambda: studio.record.step > newest.step, timeout=ENGINE_MS)

    assert ["Wait", f"Restart from step {newest.step:,}"] == words
    assert folder == Path(studio.trainer.run.folder)
    assert "has not finished a step for" in notice.message


@pytest.mark.slow
def test_a_loss_that_is_no_number_is_told_with_block_and_step_and_trained_more_slowly(
    window: MainWindow, qtbot
) -> None:
    studio = window.studio
    begin(window, qtbot)
    studio.trainer.live.change("lr", 1e30)
    notice = awaited(window, qtbot, "no longer a number")
    words = [label for label, _ in notice.answers]

    assert "The loss is no longer a number at step" in notice.message
    assert "is the first block that is not finite" in notice.message
    qtbot.waitUntil(lambda: not studio.session.busy, timeout=ENGINE_MS)
    studio.notices.answer(notice, "Train again at a tenth of the rate")
    assert pytest.approx(0.0005) == studio.trainer.run.objectives[0].lr
    assert "Show the block" in words


@pytest.mark.slow
def test_an_edited_drawing_trains_on_with_the_weights_that_fit(window: MainWindow, qtbot) -> None:
    studio = window.studio
    first = begin(window, qtbot)
    end(window, qtbot)
    studio.workspace.apply(SetParam(("fc2",), "out_features", 40))
    assert studio.run("train.on")
    notice = awaited(window, qtbot, "taken from")
    end(window, qtbot)

    step = newest_checkpoint(first).step
    assert (
        f"Weights of fc1 taken from {first.name} at step {step:,}; of another shape: fc2, fc3"
        == notice.message
    )
    assert "Taken: fc1, fc3 – fc1.weight, fc1.bias, fc3.bias" in notice.details
    assert first != Path(studio.trainer.run.folder)
