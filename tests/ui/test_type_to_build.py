"""Type-to-build: a line such as ``conv 64 3 > bn > relu`` typed on the canvas becomes blocks."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.graph import End
from studio.ui.canvas.canvas import Canvas
from tests.helpers.drawing import chain, placed
from tests.helpers.hand import Hand

Show = Callable[[Workspace], tuple[Canvas, Hand]]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(workspace: Workspace) -> tuple[Canvas, Hand]:
        canvas = Canvas(workspace)
        qtbot.addWidget(canvas)
        canvas.resize(1200, 700)
        canvas.show()
        canvas.fit()
        return canvas, Hand(canvas)

    return shown


def field(canvas: Canvas) -> QLineEdit:
    found = canvas.quick.findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


def test_a_typed_line_becomes_a_wired_chain_at_the_cursor_in_one_step(
    show: Show, qtbot: QtBot
) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(300, 200))
    qtbot.keyClicks(field(canvas), "conv 64 3 > bn > relu > maxpool 2")
    preview = canvas.quick.line.text()
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    graph = canvas.workspace.graph
    kinds = ["nn.conv2d", "nn.batch_norm2d", "nn.relu", "nn.max_pool2d"]
    assert kinds == [graph.nodes[id_].kind for id_ in graph.order]
    assert 3 == len(graph.feeds)
    assert "Conv2d 64 3×3 › BatchNorm2d › ReLU › MaxPool2d 2×2" == preview
    assert {*graph.nodes} == canvas.workspace.selection
    assert canvas.node_rect(graph.order[0]).contains(QPointF(300, 200))
    canvas.workspace.document.undo()
    assert {} == canvas.workspace.graph.nodes


@pytest.mark.parametrize(("blocks", "all_seen"), [(7, True), (30, False)])
def test_a_chain_wider_than_the_view_is_seen_from_farther_away_within_reason(
    show: Show, qtbot: QtBot, blocks: int, all_seen: bool
) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(900, 200))
    qtbot.keyClicks(field(canvas), f"relu x{blocks}")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    order, view = canvas.workspace.graph.order, canvas.rect().toRectF()
    assert all_seen == view.contains(canvas.node_rect(order[0]))
    assert view.contains(canvas.node_rect(order[-1]))
    assert all_seen == (canvas.camera.zoom < 1.0)


def test_a_wrong_word_is_marked_and_enter_waits_for_its_correction(
    show: Show, qtbot: QtBot
) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(300, 200))
    qtbot.keyClicks(field(canvas), "conv 64 > qzx > relu")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    assert "<u>qzx</u>" in canvas.quick.line.text()
    assert "expected a block, received qzx" in canvas.quick.line.text()
    assert canvas.quick.isVisible()
    assert {} == canvas.workspace.graph.nodes


def test_one_block_with_values_needs_no_arrow(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(300, 200))
    qtbot.keyClicks(field(canvas), "linear 128")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    (node,) = canvas.workspace.graph.nodes.values()
    assert ("nn.linear", 128) == (node.kind, node.params["out_features"])


def test_a_line_goes_on_from_a_wire_that_was_dropped(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed("io.image"))
    start = canvas.port_position(End("image", "y"))

    hand.drag(start, start + QPointF(250, 60))
    qtbot.keyClicks(field(canvas), "conv 8 > relu")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    assert End("image", "y") == canvas.workspace.graph.feeds[End("conv1", "x")]


def test_an_arrow_at_the_beginning_goes_on_from_the_selected_block(
    show: Show, qtbot: QtBot
) -> None:
    canvas, _ = show(chain("io.image", "nn.relu"))
    canvas.workspace.select(["relu"])

    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    qtbot.keyClicks(field(canvas), "> flatten > linear 10")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    graph = canvas.workspace.graph
    assert End("relu", "y") == graph.feeds[End("flatten1", "x")]
    assert graph.nodes["flatten1"].x > graph.nodes["relu"].x
    assert graph.nodes["flatten1"].y == graph.nodes["relu"].y


def test_a_part_in_brackets_is_repeated(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(100, 200))
    qtbot.keyClicks(field(canvas), "(fc 64 > relu) x3")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    assert 6 == len(canvas.workspace.graph.nodes)
    assert 5 == len(canvas.workspace.graph.feeds)
