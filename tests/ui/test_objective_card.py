"""Objectives are added, named, given losses and blocks, and removed on the Train page."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.edits import SetTraining
from studio.core.experiment import Objective, Training
from studio.core.settings import TURNS
from studio.ui.training.objective_card import ObjectiveCard
from studio.ui.training.page import TrainPage
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

GALLERY = "gan-digits"


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot, GALLERY) as window:
        yield window


@pytest.fixture
def page(window: MainWindow) -> TrainPage:
    window.studio.front.show_page("train")
    page = window.pages.currentWidget()
    assert isinstance(page, TrainPage)
    return page


def objectives(window: MainWindow) -> tuple[Objective, ...]:
    return window.studio.workspace.document.experiment.training.objectives


def settled(page: TrainPage) -> ObjectiveCard:
    page.refresh()
    return page.objectives


def ticked(card: ObjectiveCard) -> set[str]:
    return {tick.text() for tick in card.blocks.ticks.values() if tick.isChecked()}


def minimised(card: ObjectiveCard) -> set[str]:
    return {row[0].text() for row in card.losses.rows.values() if row[0].isChecked()}


def test_each_objective_shows_its_losses_its_blocks_and_its_optimiser(page: TrainPage) -> None:
    card = settled(page)

    critic = minimised(card), ticked(card), page.optimizer.form.field("lr").text()
    card.chooser.kind_chosen.emit("1")
    settled(page)

    assert critic[:2] == ({"real", "fake"}, {"critic"})
    assert (minimised(card), ticked(card)) == ({"fool"}, {"generator"})
    assert page.optimizer.form.field("lr").text() != critic[2]
    assert card.name.text() == "generator"


def test_a_loss_is_left_out_weighed_and_warmed_up(
    window: MainWindow, page: TrainPage, qtbot: QtBot
) -> None:
    card = settled(page)
    counts, weight, rise = card.losses.rows["fake"]

    weight.selectAll()
    qtbot.keyClicks(weight, "0.5")
    rise.selectAll()
    qtbot.keyClicks(rise, "20")
    assert objectives(window)[0].losses == {"real": 1.0, "fake": 0.5}
    assert objectives(window)[0].warm_ups == {"fake": 0.2}

    counts.click()
    settled(page)

    assert objectives(window)[0].losses == {"real": 1.0}
    assert not card.losses.rows["real"][0].isEnabled(), "one loss at least stays"


def test_blocks_are_ticked_or_taken_from_the_selection(window: MainWindow, page: TrainPage) -> None:
    card = settled(page)

    card.blocks.ticks["generator"].click()
    assert objectives(window)[0].blocks == (), "both are all there are"
    window.studio.workspace.select({"critic_of_fakes"})
    card.take.click()
    settled(page)

    assert objectives(window)[0].blocks == ("critic",), "the owner of the weights"
    assert ticked(card) == {"critic"}


def test_an_objective_is_added_for_what_is_left_renamed_and_removed(
    window: MainWindow, page: TrainPage, qtbot: QtBot
) -> None:
    card = settled(page)
    card.chooser.kind_chosen.emit("1")
    settled(page).less.click()
    settled(page)
    assert [one.name for one in objectives(window)] == ["critic"]
    assert not card.isHidden(), "there are several losses to choose from"
    assert not {param.name for param in page.objective.form.params} & {p.name for p in TURNS}

    card.more.click()
    settled(page)
    assert objectives(window)[1].losses == {"fool": 1.0}
    card.name.selectAll()
    qtbot.keyClicks(card.name, "painter")

    assert [one.name for one in objectives(window)] == ["critic", "painter"]
    assert card.at == 1
    assert {param.name for param in TURNS} <= {p.name for p in page.objective.form.params}
    window.studio.workspace.document.undo()
    assert objectives(window)[1].name != "painter"


def test_what_no_objective_looks_after_is_told_on_the_page(
    window: MainWindow, page: TrainPage, qtbot: QtBot
) -> None:
    settings = dict(window.studio.workspace.document.experiment.training.settings)
    twins = tuple(Objective("same", losses={"real": 1.0}) for _ in range(2))

    window.studio.workspace.apply(SetTraining(Training(settings, twins)))

    qtbot.waitUntil(lambda: "2 objectives are called same" in page.why_not.text())
    card = settled(page)
    assert [card.chooser.itemText(at) for at in range(2)] == ["same (1)", "same (2)"]
    qtbot.mouseClick(card.less, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "called same" not in page.why_not.text())
