import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from PySide6.QtCore import QProcess, Qt

from studio.core.edits import SetTraining
from studio.core.experiment import OBJECTIVE, TRAINING, Choice, Objective
from studio.core.settings import TURNS
from studio.ui.training.page import TrainPage
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

ENGINE_MS = 60_000


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        yield window


def _page(window: MainWindow) -> TrainPage:
    window.studio.front.show_page("train")
    page = window.pages.currentWidget()
    assert isinstance(page, TrainPage)
    return page


def test_epochs_are_set_and_undone(window, qtbot) -> None:
    page = _page(window)
    field = page.settings.form.field("epochs")

    field.selectAll()
    qtbot.keyClicks(field, "3")
    changed = window.studio.workspace.document.experiment.training.settings["epochs"]
    window.studio.workspace.document.undo()

    assert 3 == changed
    qtbot.waitUntil(lambda: field.text() == "40")


def test_another_optimiser_brings_its_own_form(window, qtbot) -> None:
    page = _page(window)

    page.optimizer.chooser.kind_chosen.emit("sgd")
    qtbot.waitUntil(lambda: "momentum" in {param.name for param in page.optimizer.form.params})

    objective = window.studio.workspace.document.experiment.training.objectives[0]
    assert "sgd" == objective.optimizer.kind


def test_the_learning_rate_is_drawn_before_anything_is_trained(window, qtbot) -> None:
    page = _page(window)

    assert "From 0.003 to" in page.curve.accessibleDescription()


def test_a_page_on_an_empty_drawing_says_why_it_cannot_train(window, qtbot) -> None:
    page = _page(window)

    window.studio.filing.new()

    qtbot.waitUntil(lambda: "canvas is empty" in page.why_not.text())


@pytest.mark.slow
def test_training_pauses_goes_on_stops_and_outlives_its_engine(window, qtbot) -> None:
    session, deeds = window.studio.session, window.menus.deeds
    window.docks.make_dashboard()

    deeds["train.start"].trigger()
    qtbot.waitUntil(lambda: session.state == "running", timeout=ENGINE_MS)
    qtbot.waitUntil(deeds["train.pause"].isEnabled)
    deeds["train.pause"].trigger()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=ENGINE_MS)
    qtbot.waitUntil(lambda: deeds["train.start"].text() == "Resume")
    deeds["train.start"].trigger()
    qtbot.waitUntil(lambda: session.state == "running", timeout=ENGINE_MS)
    for child in psutil.Process(os.getpid()).children(recursive=True):
        child.send_signal(signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(window.studio.notices.open), timeout=ENGINE_MS)
    told = window.studio.notices.open[-1]
    window.studio.notices.answer(told, "Train again")
    qtbot.waitUntil(lambda: session.state == "running", timeout=ENGINE_MS)
    qtbot.waitUntil(deeds["train.stop"].isEnabled)
    deeds["train.stop"].trigger()
    qtbot.waitUntil(lambda: session.state == "ended", timeout=ENGINE_MS)

    assert "error" == told.level
    assert session.ended is not None
    assert "stopped" == session.ended.reason
    assert 16 == len(window.studio.workspace.graph.nodes)


def test_every_setting_of_the_run_has_a_field(window, qtbot) -> None:
    page = _page(window)

    shown = [param for card in page.cards for param in card.form.params]

    assert {*TRAINING, *OBJECTIVE} - {*TURNS} <= set(shown), "turns are for several objectives"
    assert "all" == _aside(page.settings.form.field("batch_size"), 0)


def _aside(field, value: int) -> str:
    field.set_value(value)
    return field.aside


def test_the_forms_are_about_the_objective_that_is_chosen(window, qtbot) -> None:
    page = _page(window)
    document = window.studio.workspace.document
    assert page.objectives.isHidden()
    first = document.experiment.training.objectives[0]
    critic = Objective("critic", Choice("sgd", {"lr": 0.25}))
    training = replace(document.experiment.training, objectives=(first, critic))
    document.apply(SetTraining(training, label="Add an objective"))
    qtbot.waitUntil(lambda: not page.objectives.isHidden())

    page.objectives.chooser.kind_chosen.emit("1")
    qtbot.waitUntil(lambda: page.optimizer.form.field("lr").text() == "0.25")
    field = page.objective.form.field("clip_norm")
    field.selectAll()
    qtbot.keyClicks(field, "2")

    objectives = document.experiment.training.objectives
    assert {"clip_norm": 2.0} == objectives[1].settings
    assert first == objectives[0]
    assert "From 0.25 to 0.25" in page.curve.accessibleDescription()


def test_a_learning_rate_is_found_by_a_test_and_taken(window, qtbot) -> None:
    card = _page(window).range
    document = window.studio.workspace.document
    before = document.experiment

    qtbot.mouseClick(card.begin, Qt.MouseButton.LeftButton)
    assert not card.begin.isEnabled()
    qtbot.waitUntil(card.begin.isEnabled, timeout=ENGINE_MS)

    assert before is document.experiment
    assert "fits: a tenth of the rate with the least loss; now 0.003" in card.said.text()
    assert not card.curve.isHidden()
    qtbot.mouseClick(card.take, Qt.MouseButton.LeftButton)
    rate = document.experiment.training.objectives[0].optimizer.params["lr"]
    assert 1e-4 < rate < 0.1
    assert f"Take {rate:g}" == card.take.text()


def test_a_batch_size_is_found_by_a_test_and_taken(window, qtbot) -> None:
    card = _page(window).batch
    document = window.studio.workspace.document
    before = document.experiment

    qtbot.mouseClick(card.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.begin.isEnabled, timeout=2 * ENGINE_MS)

    assert before is document.experiment
    assert "nearly as fast as any; now 64" in card.said.text()
    assert not card.curve.isHidden()
    qtbot.mouseClick(card.take, Qt.MouseButton.LeftButton)
    size = document.experiment.training.settings["batch_size"]
    assert size in {2**power for power in range(3, 12)}
    assert f"Take {size:,}" == card.take.text()


def test_leaving_the_page_ends_the_test(window, qtbot) -> None:
    card = _page(window).range
    qtbot.mouseClick(card.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.process.state() == QProcess.ProcessState.Running)

    window.studio.front.show_page("build")

    assert QProcess.ProcessState.NotRunning == card.process.state()
    assert card.begin.isEnabled()
