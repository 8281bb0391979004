"""Composites in the window: folded, opened, changed, kept and brought in, with real keys."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from studio.app import composing, stacking
from studio.core.composites import composite_of, ports_in
from studio.core.experiment import Experiment
from studio.core.fileio import save
from studio.ui.dialogs.names import NameQuestion
from studio.ui.window import MainWindow
from tests.helpers.builders import mlp
from tests.helpers.desk import opened_window

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot) as window:
        show(window, mlp(4, 8, 8, 3))
        yield window


def show(window: MainWindow, experiment: Experiment) -> None:
    window.studio.filing.adopt(experiment, None)
    spread = {
        id_: replace(node, x=232.0 * at, y=40.0 * (at % 2))
        for at, (id_, node) in enumerate(experiment.graph.nodes.items())
    }
    graph = experiment.graph.put(*spread.values())
    window.studio.filing.adopt(replace(experiment, graph=graph), None)
    window.pages.build.canvas.setFocus()


def fold(window: MainWindow, name: str, *ids: str) -> str:
    """Select blocks, press the keys, type the name, press Enter; return the block made."""
    workspace = window.studio.workspace
    workspace.select(ids)
    QTest.qWait(1)
    QTest.keyClick(window, Qt.Key.Key_G, CTRL | SHIFT)
    (question,) = window.findChildren(NameQuestion)
    QTest.keyClicks(question.field, name)
    QTest.keyClick(question.field, Qt.Key.Key_Return)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    QTest.qWait(5)
    (made,) = workspace.selection
    return made


def test_a_selection_is_folded_under_the_name_that_is_typed(window: MainWindow) -> None:
    workspace = window.studio.workspace
    parameters = workspace.checked.parameters

    made = fold(window, "Hidden layer", "fc1", "relu1")

    (composite,) = workspace.document.experiment.composites.values()
    assert "Hidden layer" == composite.title
    assert composite.kind == workspace.graph.nodes[made].kind
    assert {"fc1", "relu1"} <= composite.graph.nodes.keys()
    assert parameters == workspace.checked.parameters
    assert "Fold into Hidden layer" == workspace.document.undo_label
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert {} == workspace.document.experiment.composites


def test_enter_opens_a_composite_and_backspace_leads_back(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    made = fold(window, "Hidden layer", "fc1", "relu1")
    canvas.setFocus()

    QTest.keyClick(canvas, Qt.Key.Key_Return)

    crumbs = window.pages.build.breadcrumb
    assert "hidden_layer" == workspace.where
    assert ["MLP", "Hidden layer"] == [crumb.text() for crumb in crumbs.crumbs]
    assert crumbs.isVisible()
    assert {"fc1", "relu1", "x", "y"} == set(canvas.model.ids)
    assert "B×8" == str(workspace.here.blocks["fc1"].outputs["y"])
    QTest.qWait(5)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert "" == workspace.where
    assert {made} == workspace.selection
    assert not crumbs.isVisible()


def test_a_double_click_opens_and_a_click_on_the_breadcrumb_closes(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    made = fold(window, "Hidden layer", "fc1", "relu1")
    canvas.fit()

    QTest.mouseDClick(
        canvas, Qt.MouseButton.LeftButton, pos=canvas.node_rect(made).center().toPoint()
    )
    opened = workspace.where
    QTest.mouseClick(window.pages.build.breadcrumb.crumbs[0], Qt.MouseButton.LeftButton)

    assert "hidden_layer" == opened
    assert "" == workspace.where


def test_what_is_changed_inside_changes_every_instance(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    fold(window, "Hidden layer", "fc1", "relu1")
    QTest.keyClick(window, Qt.Key.Key_D, CTRL)
    QTest.qWait(1)
    QTest.keyClick(window, Qt.Key.Key_Down, ALT)
    workspace.select(["relu1"])
    QTest.qWait(1)

    QTest.keyClick(canvas, Qt.Key.Key_Delete)

    assert {"fc1", "x", "y"} == workspace.graph.nodes.keys()
    assert 2 == sum(
        node.kind == "composite:hidden_layer"
        for node in workspace.document.experiment.graph.nodes.values()
    )
    QTest.keyClick(window, Qt.Key.Key_Up, ALT)
    assert "" == workspace.where


def test_a_block_added_inside_stands_in_the_composite_and_is_undone_there(
    window: MainWindow,
) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    fold(window, "Hidden layer", "fc1", "relu1")
    outside = workspace.document.experiment.graph
    QTest.keyClick(canvas, Qt.Key.Key_Return)

    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    field = canvas.quick.findChild(QLineEdit)
    QTest.keyClicks(field, "dropout")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert "dropout1" in workspace.graph.nodes
    assert outside is workspace.document.experiment.graph
    assert "dropout1" in canvas.model.ids
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert "dropout1" not in canvas.model.ids


def test_undoing_the_fold_while_it_is_open_leads_out(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    fold(window, "Hidden layer", "fc1", "relu1")
    QTest.keyClick(canvas, Qt.Key.Key_Return)

    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)

    assert "" == workspace.where
    assert {"fc1", "relu1"} <= set(canvas.model.ids)
    canvas.grab()


def test_unfolding_gives_the_blocks_back(window: MainWindow) -> None:
    workspace = window.studio.workspace
    parameters = workspace.checked.parameters
    fold(window, "Hidden layer", "fc1", "relu1")

    QTest.keyClick(window, Qt.Key.Key_U, CTRL | SHIFT)

    assert {"fc1", "relu1"} == workspace.selection
    assert parameters == workspace.checked.parameters


def test_data_and_losses_stay_outside_when_all_is_folded(window: MainWindow) -> None:
    workspace = window.studio.workspace

    fold(window, "Everything", *workspace.graph.nodes)

    roles = {spec.role for id_ in workspace.graph.nodes if (spec := workspace.spec_of(id_))}
    (composite,) = workspace.document.experiment.composites.values()
    assert {"input", "layer", "target", "loss"} == roles
    assert 1 == len(ports_in(composite.graph, "io.port_in"))


def test_a_composite_of_the_library_can_be_placed_in_another_experiment(
    window: MainWindow,
) -> None:
    studio, palette = window.studio, window.pages.build.palette_panel
    fold(window, "Hidden layer", "fc1", "relu1")
    studio.run("compose.keep")
    show(window, Experiment())

    palette.search.setFocus()
    QTest.keyClicks(palette.search, "hidden")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)

    (node,) = studio.workspace.graph.nodes.values()
    assert "composite:hidden_layer" == node.kind
    assert "Hidden layer" == studio.workspace.document.experiment.composites["hidden_layer"].title
    assert node.kind not in studio.workspace.offer.brings


def test_composites_of_another_file_are_brought_in(window: MainWindow, tmp_path) -> None:
    studio = window.studio
    fold(window, "Hidden layer", "fc1", "relu1")
    path = tmp_path / "other.netwright"
    save(studio.workspace.document.experiment, path)
    show(window, Experiment())
    answers = []
    studio.front.ask_open = answers.append

    studio.run("compose.import")
    answers[0](path)

    assert {"hidden_layer"} == studio.workspace.document.experiment.composites.keys()
    assert "Imported 1 composite" in studio.notices.open[-1].message


def test_a_key_right_after_a_fold_finds_the_deed_that_it_made_possible(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    QTest.qWait(5)
    before = workspace.graph
    workspace.select(list(before.nodes)[1:3])
    composing.fold(workspace, "Part")
    assert workspace.graph != before

    QTest.keyClick(canvas, Qt.Key.Key_U, CTRL | SHIFT)  # the event loop has not turned since

    assert before.nodes.keys() == workspace.graph.nodes.keys()


def test_a_composite_is_taken_out_of_the_library_and_brought_back(window: MainWindow) -> None:
    studio = window.studio
    fold(window, "Hidden layer", "fc1", "relu1")
    studio.run("compose.keep")
    show(window, Experiment())

    def offered() -> bool:
        return "composite:hidden_layer" in studio.workspace.offer.specs

    seen = [offered()]
    (removal,) = (
        action
        for action in studio.actions.actions(studio)
        if action.id.startswith("compose.remove.")
    )
    removal.run(studio)
    seen.append(offered())
    news = studio.notices.open[-1]
    studio.notices.answer(news, "Undo")
    seen.append(offered())

    assert "Removed Hidden layer from the library" == news.message
    assert [True, False, True] == seen


@pytest.mark.parametrize("times", [1, 3])
def test_what_was_repeated_is_unfolded_from_its_form(window: MainWindow, times: int) -> None:
    workspace = window.studio.workspace
    workspace.select(["fc2"])
    before = len(workspace.graph.nodes)
    stacking.repeat_block(workspace, "fc2", 3)
    (made,) = (id_ for id_, node in workspace.graph.nodes.items() if composite_of(node.kind))
    stacking.repeat_block(workspace, made, times)
    workspace.select([made])
    QTest.qWait(50)

    (button,) = (
        b for b in window.pages.build.inspector.findChildren(QPushButton) if b.text() == "Unfold"
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    assert before + times - 1 == len(workspace.graph.nodes)
    assert not any(composite_of(node.kind) for node in workspace.graph.nodes.values())
