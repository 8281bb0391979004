"""Comparing with another version: said in words, marked on the canvas, kept up while editing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app import composing
from studio.core.edits import Rename, SetParam
from studio.core.fileio import save
from studio.core.graph import End
from studio.core.marking import AddFrame, SetBends, SetBookmark
from studio.core.marks import Frame, View
from studio.ui.comparing import LINES, ComparePanel
from studio.ui.theme import tokens
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window on a LeNet that was changed since it was written to ``before.netwright``."""
    with opened_window(qtbot, "lenet-digits") as window:
        workspace = window.studio.workspace
        save(workspace.document.experiment, tmp_path / "before.netwright")
        workspace.apply(SetParam(("conv2",), "out_channels", 24))
        workspace.select(["dropout"])
        window.studio.run("edit.delete")
        workspace.place("nn.gelu", 0.0, 600.0)
        compare(window, tmp_path / "before.netwright")
        yield window


def compare(window: MainWindow, path: Path) -> None:
    answers = []
    front = window.studio.front
    front.ask_open = answers.append
    window.studio.run("file.compare")
    answers[0](path)


def panel(window: MainWindow) -> ComparePanel:
    return window.pages.build.compared


def words(window: MainWindow) -> list[str]:
    found = panel(window).list
    return [found.item(row).text() for row in range(found.count())]


def test_what_differs_is_counted_and_listed_with_signs(window: MainWindow) -> None:
    said = panel(window).said.text()

    assert panel(window).isVisible()
    assert "Compared with before.netwright: 1 block added, 1 block removed, 1 block changed" == said
    assert {"+  gelu1, GELU", "−  dropout, Dropout"} <= {*words(window)}
    assert any("conv2: out channels" in row and "→ 24" in row for row in words(window))


def test_a_click_on_a_difference_goes_to_its_block(window: MainWindow) -> None:
    found = panel(window).list
    row = next(at for at, text in enumerate(words(window)) if "conv2: out" in text)
    found.scrollToItem(found.item(row))

    place = found.visualItemRect(found.item(row)).center()
    QTest.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert {"conv2"} == window.studio.workspace.selection


def test_differences_are_coloured_on_the_canvas(window: MainWindow) -> None:
    canvas = window.pages.build.canvas
    theme = tokens(canvas)
    canvas.fit()
    canvas.settle()
    image = canvas.grab().toImage()

    def around(block: str) -> set[str]:
        rect = canvas.node_rect(block)
        x, top = round(rect.center().x()), round(rect.top())
        return {image.pixelColor(x, y).name() for y in range(top - 5, top)}

    assert QColor(theme.good).name() in around("gelu1")
    assert QColor(theme.warning).name() in around("conv2")


def test_the_list_follows_edits_and_undo_empties_it(window: MainWindow) -> None:
    workspace = window.studio.workspace
    workspace.apply(Rename("fc1", "wide"))
    more = words(window)

    while workspace.document.undo_label:
        workspace.document.undo()

    assert any("wide: title fc1 → wide" in row for row in more)
    assert "nothing differs" in panel(window).said.text()
    assert [] == words(window)


def test_differences_inside_a_composite_are_found_and_opened(
    window: MainWindow, tmp_path: Path
) -> None:
    workspace = window.studio.workspace
    workspace.select(["conv1", "relu1"])
    composing.fold(workspace, "Begin")
    save(workspace.document.experiment, tmp_path / "folded.netwright")
    workspace.open_composite("begin")
    workspace.apply(SetParam(("conv1",), "out_channels", 12))
    workspace.go_to(0)
    compare(window, tmp_path / "folded.netwright")

    panel(window).list.itemActivated.emit(panel(window).list.item(0))

    (row,) = words(window)
    assert row.startswith("~  Begin › conv1: out channels")
    assert row.endswith("→ 12")
    assert "begin" == workspace.where
    assert {"conv1"} == workspace.selection


def test_closing_the_panel_takes_the_marks_away(window: MainWindow) -> None:
    QTest.mouseClick(panel(window).shut, Qt.MouseButton.LeftButton)

    assert panel(window).isHidden()
    assert {} == window.studio.comparison.marks("")
    assert not window.menus.deeds["file.compare-stop"].action.when(window.studio)


def test_frames_notes_bends_and_bookmarks_are_listed_painted_and_gone_to(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    frame = Frame("f1", "Stem", x=3000.0, y=2000.0, width=300.0, height=200.0)
    workspace.apply(AddFrame(frame))
    workspace.apply(SetBends(End("conv1", "x"), ((10.0, 400.0),)))
    workspace.apply(SetBookmark("far", View(-4000.0, 0.0, 0.5)))
    assert {"+  frame Stem", "+  bookmark far"} <= {*words(window)}
    assert any(row.startswith("+  bends of") and "conv1" in row for row in words(window))
    assert "3 marks changed" in panel(window).said.text()

    found = panel(window).list
    row = words(window).index("+  frame Stem")
    found.setCurrentRow(row)
    QTest.keyClick(found, Qt.Key.Key_Return)

    assert workspace.marked.frames == {"f1"}
    assert abs(canvas.view().x - 3150.0) < 1.0
    edge = canvas.view_from_scene(QPointF(3000.0, 2100.0)).toPoint() + QPoint(-3, 0)
    good, seen = QColor(tokens(window).good), canvas.grab().toImage().pixelColor(edge)
    assert all(abs(a - b) < 9 for a, b in zip(good.getRgb(), seen.getRgb(), strict=True))
    found.setCurrentRow(words(window).index("+  bookmark far"))
    QTest.keyClick(found, Qt.Key.Key_Return)
    assert canvas.view() == View(-4000.0, 0.0, 0.5)


def test_nothing_that_differs_is_shown_in_the_red_of_what_is_wrong(window: MainWindow) -> None:
    found = panel(window).list
    rows = [found.item(row) for row in range(found.count())]
    colours = {row.text()[0]: row.foreground().color().name().upper() for row in rows}

    assert {"+", "−", "~"} == colours.keys()
    assert (3, 3) == (len({*colours.values()}), len({*LINES.values()}))
    assert tokens(window).error not in colours.values()
