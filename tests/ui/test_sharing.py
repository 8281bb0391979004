"""Sharing weights: the owner is clicked on the canvas."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.core.graph import NodeId
from studio.ui.window import MainWindow
from tests.helpers.builders import mlp
from tests.helpers.desk import opened_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on a network with ``fc2`` and, unwired, its ``twin``."""
    with opened_window(qtbot) as window:
        experiment = mlp(8, 8, 8, 3)
        nodes = experiment.graph.nodes.values()
        moved = [replace(node, x=232.0 * at) for at, node in enumerate(nodes)]
        graph = experiment.graph.put(*moved)
        twin = replace(graph.nodes["fc2"], id="twin", title="twin", x=232.0, y=200.0)
        window.studio.filing.adopt(replace(experiment, graph=graph.add(twin)), None)
        window.pages.build.canvas.fit()
        window.studio.workspace.select(["twin"])
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        QTest.qWait(5)
        yield window


def click(window: MainWindow, block: NodeId) -> None:
    canvas = window.pages.build.canvas
    at = canvas.node_rect(block).center().toPoint()
    QTest.mouseMove(canvas, at)
    QTest.mouseClick(canvas, LEFT, pos=at)


def test_the_block_that_is_clicked_lends_its_weights(window: MainWindow) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas

    window.studio.run("mode.share")
    canvas.grab()
    click(window, "fc2")

    assert "fc2" == workspace.graph.nodes["twin"].shares
    assert {"twin"} == workspace.selection
    assert "Share weights of fc2 with twin" == workspace.document.undo_label
    window.studio.run("mode.unshare")
    assert "" == workspace.graph.nodes["twin"].shares


@pytest.mark.parametrize("block", ["relu1", "vector1"])
def test_a_block_that_does_not_fit_is_not_taken(window: MainWindow, block: NodeId) -> None:
    workspace = window.studio.workspace
    before = workspace.document.experiment

    window.studio.run("mode.share")
    click(window, block)

    assert before is workspace.document.experiment
    assert window.pages.build.canvas.gesture is None


def test_escape_chooses_none(window: MainWindow) -> None:
    canvas = window.pages.build.canvas

    window.studio.run("mode.share")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    click(window, "fc2")

    assert "" == window.studio.workspace.graph.nodes["twin"].shares
