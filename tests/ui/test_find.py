"""Find: a bar over the canvas leads from block to block, into composites too."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app import composing
from studio.app.seeking import seek
from studio.ui.widgets.find_bar import FindBar
from studio.ui.window import MainWindow
from tests.helpers.builders import mlp
from tests.helpers.desk import opened_window

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ENTER = Qt.Key.Key_Return


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot) as window:
        window.studio.filing.adopt(mlp(8, 8, 8, 3), None)
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        QTest.qWait(5)
        yield window


def find(window: MainWindow, words: str) -> FindBar:
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    bar = window.pages.build.find_bar
    QTest.keyClicks(bar.field, words)
    return bar


def titles(window: MainWindow, words: str) -> list[str]:
    return [" › ".join(hit.titles) for hit in seek(window.studio.workspace, words)]


def test_enter_leads_from_block_to_block_and_says_which(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    bar = find(window, "relu")

    seen = []
    for _ in range(3):
        QTest.keyClick(bar.field, ENTER)
        seen += workspace.selection
    words = bar.count.text()
    QTest.keyClick(bar.field, ENTER, SHIFT)

    assert ["relu1", "relu2", "relu1"] == seen
    assert "1 of 2" == words
    assert {"relu2"} == workspace.selection
    middle = canvas.node_rect("relu2").center() - canvas.rect().center().toPointF()
    assert middle.manhattanLength() < 3


def test_escape_closes_the_bar_and_gives_the_keyboard_back(window: MainWindow) -> None:
    bar = find(window, "relu")

    QTest.keyClick(bar.field, Qt.Key.Key_Escape)

    assert bar.isHidden()
    assert window.pages.build.canvas.hasFocus()


def test_blocks_are_found_by_title_kind_parameter_and_problem(window: MainWindow) -> None:
    window.studio.workspace.place("nn.dropout", 0.0, 400.0)
    window.studio.workspace.place("nn.conv2d", 0.0, 800.0)

    assert ["fc1", "fc2", "fc3"] == titles(window, "linear")
    assert ["fc1", "fc2"] == titles(window, "linear features=8")
    assert ["fc3"] == titles(window, "out_features=3")
    assert ["conv1"] == titles(window, "kernel=3") == titles(window, "kernel=3x3")
    assert ["dropout1", "conv1"] == titles(window, "problem")
    assert ["dropout1", "conv1"] == titles(window, "nothing connected")
    assert [] == titles(window, "linear features=9")
    assert [] == titles(window, "   ")


def test_what_is_inside_a_composite_is_found_with_its_path_and_opened(
    window: MainWindow,
) -> None:
    workspace = window.studio.workspace
    workspace.select(["fc1", "relu1"])
    composing.fold(workspace, "layer")
    bar = find(window, "relu1")

    QTest.keyClick(bar.field, ENTER)

    assert "1 of 1  layer › relu1" == bar.count.text()
    assert "layer" == workspace.where
    assert {"relu1"} == workspace.selection


def test_nothing_found_is_said(window: MainWindow) -> None:
    bar = find(window, "no such thing")

    QTest.keyClick(bar.field, ENTER)

    assert "Nothing found" == bar.count.text()
    assert not bar.next.isEnabled()
