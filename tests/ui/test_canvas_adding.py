"""Ways to add a block: dropped from the palette, typed at the pointer, asked for by a wire."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtWidgets import QLineEdit, QListView
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.edits import Connect, RemoveNodes
from studio.core.graph import End, Wire
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.geometry import STEP
from studio.ui.palette.model import mime_of
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


def node_x(canvas: Canvas, node: str) -> float:
    return canvas.workspace.graph.nodes[node].x


def test_a_block_dropped_from_the_palette_stands_where_it_was_dropped(show: Show) -> None:
    canvas, hand = show(placed())

    hand.drop(mime_of("nn.linear"), QPointF(700, 300))

    (node,) = canvas.workspace.graph.nodes.values()
    assert "nn.linear" == node.kind
    assert canvas.node_rect(node.id).contains(QPointF(700, 300))
    assert (0.0, 0.0) == (node.x % STEP, node.y % STEP)
    assert {node.id} == canvas.workspace.selection
    assert "Add Linear" == canvas.workspace.document.undo_label


def test_a_block_that_is_carried_out_again_leaves_nothing(show: Show) -> None:
    canvas, hand = show(placed())

    taken = hand.carry(mime_of("nn.linear"), QPointF(700, 300))
    canvas.grab()
    hand.leave()

    assert taken
    assert {} == canvas.workspace.graph.nodes
    assert canvas.gesture is None


def test_anything_else_that_is_dragged_is_not_taken(show: Show) -> None:
    canvas, hand = show(placed())
    text, unknown = QMimeData(), mime_of("no.such.block")
    text.setText("nn.linear")

    taken = [hand.carry(data, QPointF(700, 300)) for data in (text, unknown)]

    assert [False, False] == taken
    assert canvas.gesture is None


def test_a_block_dropped_on_a_wire_stands_in_it_in_one_step(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.tanh"))
    before = canvas.workspace.graph
    ends = (canvas.port_position(End("image", "y")), canvas.port_position(End("tanh", "x")))

    hand.drop(mime_of("nn.relu"), (ends[0] + ends[1]) / 2)

    feeds = {End("relu1", "x"): End("image", "y"), End("tanh", "x"): End("relu1", "y")}
    assert feeds == canvas.workspace.graph.feeds
    assert [0.0, 232.0, 464.0] == [node_x(canvas, id_) for id_ in ("image", "relu1", "tanh")]
    canvas.workspace.document.undo()
    assert before is canvas.workspace.graph


def test_a_block_dropped_beside_a_wire_and_its_ports_still_goes_into_it(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.tanh"))
    ends = (canvas.port_position(End("image", "y")), canvas.port_position(End("tanh", "x")))

    hand.drop(mime_of("nn.relu"), ends[0] + QPointF(8, 14))

    assert {End("image", "y"), End("relu1", "y")} == set(canvas.workspace.graph.feeds.values())
    assert ends[1].x() - ends[0].x() < 60


def test_a_lone_block_that_is_carried_onto_a_wire_goes_into_it_in_one_step(show: Show) -> None:
    workspace = chain("io.image", "nn.tanh")
    lone = workspace.place("nn.relu", 500.0, 300.0)
    canvas, hand = show(workspace)
    before, steps = workspace.graph, len(workspace.document.history)
    ends = (canvas.port_position(End("image", "y")), canvas.port_position(End("tanh", "x")))
    grip = canvas.node_rect(lone).center()
    port = canvas.port_position(End(lone, "x"))
    middle = port + QPointF(canvas.node_rect(lone).width() / 2, 0)

    hand.drag(grip, grip + (ends[0] + ends[1]) / 2 - middle)

    feeds = {End(lone, "x"): End("image", "y"), End("tanh", "x"): End(lone, "y")}
    assert feeds == workspace.graph.feeds
    assert [0.0, 232.0, 464.0] == [node_x(canvas, id_) for id_ in ("image", lone, "tanh")]
    assert steps + 1 == len(workspace.document.history)
    workspace.document.undo()
    assert before is workspace.graph


def test_a_wired_block_that_is_carried_over_a_wire_only_moves(show: Show) -> None:
    workspace = chain("io.image", "nn.tanh")
    end = workspace.place("nn.relu", 500.0, 300.0)
    workspace.apply(Connect((Wire(End("tanh", "y"), End(end, "x")),)))
    canvas, hand = show(workspace)
    feeds = workspace.graph.feeds
    ends = (canvas.port_position(End("image", "y")), canvas.port_position(End("tanh", "x")))
    grip = canvas.node_rect(end).center()

    hand.drag(grip, (ends[0] + ends[1]) / 2)

    assert feeds == workspace.graph.feeds
    assert (500.0, 300.0) != (workspace.graph.nodes[end].x, workspace.graph.nodes[end].y)


def test_with_alt_nothing_makes_room_for_a_block_in_a_wire(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.tanh"))
    ends = (canvas.port_position(End("image", "y")), canvas.port_position(End("tanh", "x")))

    hand.drop(mime_of("nn.relu"), (ends[0] + ends[1]) / 2, keys=Qt.KeyboardModifier.AltModifier)

    assert 2 == len(canvas.workspace.graph.feeds)
    assert 232.0 == node_x(canvas, "tanh")


def test_a_block_that_does_not_fit_a_wire_is_put_beside_it(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.tanh"))
    before = canvas.workspace.graph.feeds
    ends = (canvas.port_position(End("image", "y")), canvas.port_position(End("tanh", "x")))

    hand.drop(mime_of("nn.embedding"), (ends[0] + ends[1]) / 2)

    assert before == canvas.workspace.graph.feeds
    assert 3 == len(canvas.workspace.graph.nodes)


def test_double_click_and_a_name_add_a_block_there(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(500, 200))
    qtbot.keyClicks(field(canvas), "max pool")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    (node,) = canvas.workspace.graph.nodes.values()
    assert "nn.max_pool2d" == node.kind
    assert canvas.node_rect(node.id).contains(QPointF(500, 200))
    assert not canvas.quick.isVisible()


def test_tab_opens_the_names_and_the_arrows_choose(show: Show, qtbot: QtBot) -> None:
    canvas, _ = show(placed())

    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    offered = canvas.quick.titles
    qtbot.keyClick(field(canvas), Qt.Key.Key_Down)
    qtbot.keyClick(field(canvas), Qt.Key.Key_Down)
    qtbot.keyClick(field(canvas), Qt.Key.Key_Up)
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    (node,) = canvas.workspace.graph.nodes.values()
    assert offered[1] == canvas.workspace.catalog.blocks[node.kind].title


def test_a_click_on_a_name_adds_the_block(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed())
    hand.double_click(QPointF(500, 200))
    names = canvas.quick.findChild(QListView)
    qtbot.keyClicks(field(canvas), "lstm")

    row = names.visualRect(names.model().index(0, 0))
    qtbot.mouseClick(names.viewport(), Qt.MouseButton.LeftButton, pos=row.center())

    assert ["nn.lstm"] == [node.kind for node in canvas.workspace.graph.nodes.values()]


def test_esc_closes_the_names_and_adds_nothing(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(500, 200))
    qtbot.keyClicks(field(canvas), "lin")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Escape)

    assert not canvas.quick.isVisible()
    assert {} == canvas.workspace.graph.nodes


def test_a_name_nobody_has_says_so(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed())

    hand.double_click(QPointF(500, 200))
    qtbot.keyClicks(field(canvas), "zzz")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    assert [] == canvas.quick.titles
    assert canvas.quick.isVisible()
    assert {} == canvas.workspace.graph.nodes


def test_a_wire_dropped_on_empty_ground_offers_what_fits_and_joins_it(
    show: Show, qtbot: QtBot
) -> None:
    canvas, hand = show(placed("io.tokens"))

    hand.drag(canvas.port_position(End("tokens", "y")), QPointF(900, 500))
    offered = set(canvas.quick.titles)
    qtbot.keyClicks(field(canvas), "emb")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    assert "Embedding" in offered
    assert not {"Conv2d", "Image", "Linear"} & offered
    assert {End("embedding1", "x"): End("tokens", "y")} == canvas.workspace.graph.feeds
    assert 1 == len(canvas.workspace.document.history)


def test_a_dropped_wire_stays_in_sight_until_it_is_said_what_takes_it(show: Show, qtbot) -> None:
    canvas, hand = show(placed("io.tokens"))
    start, end = canvas.port_position(End("tokens", "y")), QPointF(900, 200)
    canvas.settle()
    before = canvas.grab().toImage()
    on_it = ((start + end) / 2).toPoint()

    hand.drag(start, end)
    canvas.settle()
    assert canvas.grab().toImage().pixel(on_it) != before.pixel(on_it)

    qtbot.keyClick(field(canvas), Qt.Key.Key_Escape)
    canvas.settle()
    assert canvas.grab().toImage().pixel(on_it) == before.pixel(on_it)


def test_a_wire_pulled_out_of_an_input_offers_what_could_feed_it(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed("nn.relu"))

    hand.drag(canvas.port_position(End("relu", "x")), QPointF(200, 500))
    offered = set(canvas.quick.titles)
    qtbot.keyClicks(field(canvas), "image")
    qtbot.keyClick(field(canvas), Qt.Key.Key_Return)

    assert {"Image", "Linear"} <= offered
    assert {End("relu", "x"): End("image1", "y")} == canvas.workspace.graph.feeds


def test_double_click_on_a_title_renames_in_place(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed("nn.relu"))
    title = canvas.node_rect("relu").topLeft() + QPointF(30, 16)

    hand.double_click(title)
    assert canvas.title_editor.isVisible()
    qtbot.keyClicks(canvas.title_editor, "first bend")
    qtbot.keyClick(canvas.title_editor, Qt.Key.Key_Return)

    assert "first bend" == canvas.workspace.graph.nodes["relu"].title
    assert "Rename block" == canvas.workspace.document.undo_label
    assert not canvas.title_editor.isVisible()


def test_the_field_stays_over_the_title_while_the_view_moves(show: Show) -> None:
    canvas, _ = show(placed("nn.relu"))
    canvas.rename("relu")
    before = canvas.title_editor.pos()

    canvas.look_through(canvas.camera.panned(40, -30))

    assert QPoint(40, -30) == canvas.title_editor.pos() - before
    canvas.workspace.apply(RemoveNodes(("relu",)))
    canvas.zoom_by(1.2)
    assert not canvas.title_editor.isVisible()


def test_esc_keeps_the_old_name(show: Show, qtbot: QtBot) -> None:
    canvas, _ = show(placed("nn.relu"))
    canvas.workspace.select(["relu"])

    qtbot.keyClick(canvas, Qt.Key.Key_F2)
    qtbot.keyClicks(canvas.title_editor, "other")
    qtbot.keyClick(canvas.title_editor, Qt.Key.Key_Escape)

    assert "relu" == canvas.workspace.graph.nodes["relu"].title
    assert () == canvas.workspace.document.history
