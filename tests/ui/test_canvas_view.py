"""How the drawing is shown: what is where, what is painted, and how much work a frame is."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QNativeGestureEvent,
    QPainter,
    QPixmap,
    QPointingDevice,
)
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.edits import Connect, Disconnect, Move, RemoveNodes, Rename, SetParam
from studio.core.graph import End, Graph, Node, Wire
from studio.ui.canvas import curves
from studio.ui.canvas.batch import draw_lines, draw_pictures, draw_rects
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.geometry import STEP
from studio.ui.canvas.hits import CardHit, PortHit, WireHit
from studio.ui.canvas.titles import Taken
from studio.ui.canvas.view_model import ViewModel
from studio.ui.theme import DARK, LIGHT, palette_of
from tests.helpers.drawing import chain, field, placed, workspace_of
from tests.helpers.hand import Hand

Show = Callable[[Workspace], Canvas]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(workspace: Workspace) -> Canvas:
        canvas = Canvas(workspace)
        qtbot.addWidget(canvas)
        canvas.resize(1200, 700)
        with qtbot.waitExposed(canvas):
            canvas.show()
        canvas.fit()
        return canvas

    return shown


def shown_ends(model: ViewModel, wire: Wire) -> list[list[float]]:
    return model.strands.ends[list(model.strands.rows[wire.target])].tolist()


def test_the_arrays_follow_any_edit_as_if_they_were_made_anew() -> None:
    workspace = chain("io.image", "nn.conv2d", "nn.relu", "nn.add")
    model = ViewModel(workspace)
    workspace.document.changed.connect(model.follow)
    edits = [
        Move({"relu": (40.0, 300.0)}),
        Connect((Wire(End("conv2d", "y"), End("add", "x.0")),)),
        Connect((Wire(End("relu", "y"), End("add", "x.1")),)),
        Disconnect((End("add", "x.0"),)),
        RemoveNodes(("conv2d",)),
        SetParam(("image",), "channels", 3),
    ]

    for step in [*edits, "undo", "undo", "undo", "redo", "undo", "undo"]:
        if isinstance(step, str):
            getattr(workspace.document, step)()
        else:
            workspace.document.apply(step)
        fresh = ViewModel(workspace)
        by_id = {id_: tuple(model.rects[row]) for id_, row in model.row.items()}
        wires = {wire: shown_ends(model, wire) for wire in model.strands.wires}

        assert {id_: tuple(fresh.rects[row]) for id_, row in fresh.row.items()} == by_id
        assert {w: shown_ends(fresh, w) for w in fresh.strands.wires} == wires
        sources = [w.source.node for w in model.strands.wires]
        assert [model.ids[i] for i in model.strands.joins[:, 0]] == sources


def row_of(*titles: str) -> Workspace:
    """Blocks with these names, side by side."""
    nodes = [Node(f"n{i}", "nn.relu", title, {}, 232.0 * i) for i, title in enumerate(titles)]
    return workspace_of(Graph().add(*nodes))


def test_names_can_be_read_when_a_wide_drawing_is_seen_whole(show) -> None:
    titles = [f"inception{i}" for i in range(22)]
    canvas = show(row_of(*titles))

    for zoom in (0.2, 0.15):
        canvas.fit()
        canvas.zoom_by(zoom / canvas.camera.zoom)
        canvas.settle()

        assert set(canvas.painted.titles) == set(titles)


def test_a_name_from_afar_tells_how_often_a_block_is_stacked(show) -> None:
    canvas = show(workspace_of(Graph().add(Node("n", "nn.relu", "layers", {}, repeat=9))))

    canvas.zoom_by(0.4 / canvas.camera.zoom)
    canvas.settle()

    assert ["layers ×9"] == canvas.painted.titles


def test_where_names_stand_does_not_depend_on_how_much_is_painted_anew(show) -> None:
    canvas = show(row_of(*(f"inception{i}" for i in range(22))))
    canvas.zoom_by(0.15 / canvas.camera.zoom)
    canvas.settle()
    whole = canvas.grab().toImage()

    canvas.repaint(QRect(500, 300, 120, 80))

    assert 22 == len(canvas.painted.titles)
    assert whole == canvas.grab().toImage()


def test_names_beside_cards_cover_neither_cards_nor_one_another() -> None:
    corners = np.random.default_rng(3).uniform(0.0, 900.0, (60, 2)).round()
    cards = [QRectF(x, y, 36.0, 16.0) for x, y in corners.tolist()]
    taken = Taken(np.array([card.getRect() for card in cards]), 4.0)

    names = [box for card in cards if (box := taken.free_beside(card, 70.0, 14.0))]

    assert len(names) > 30
    inner = [box.adjusted(2.0, 2.0, -2.0, -2.0) for box in [*cards, *names]]
    for box in inner[len(cards) :]:
        assert [box] == [other for other in inner if other.intersects(box)]


def test_thousands_of_cards_show_no_names_while_they_move(show) -> None:
    canvas = show(field(1000))
    canvas.zoom_by(0.25 / canvas.camera.zoom)
    canvas.settle()
    assert canvas.painted.titles

    canvas.look_through(canvas.camera.panned(9.0, 0.0))
    canvas.repaint()

    assert [] == canvas.painted.titles


def test_ports_before_cards_and_cards_before_wires_are_hit(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu"))
    out = canvas.port_position(End("image", "y"))
    middle = (out + canvas.port_position(End("relu", "x"))) / 2
    card = canvas.node_rect("relu")

    assert PortHit(End("image", "y"), output=True) == canvas.hit(out + QPointF(4, 4))
    assert CardHit("relu", title=False) == canvas.hit(card.center() + QPointF(0, 8))
    assert CardHit("relu", title=True) == canvas.hit(card.topLeft() + QPointF(60, 8))
    assert WireHit(Wire(End("image", "y"), End("relu", "x"))) == canvas.hit(middle)
    assert canvas.hit(middle + QPointF(0, 40)) is None
    assert canvas.hit(middle, wires=False) is None


def test_of_overlapping_cards_the_selected_one_is_hit(show: Show) -> None:
    nodes = [Node(name, "nn.relu", name, {}, 0.0, 0.0) for name in ("below", "above")]
    canvas = show(workspace_of(Graph().add(*nodes)))
    at = canvas.node_rect("below").center()

    assert "above" == canvas.hit(at).node
    canvas.workspace.select(["below"])
    assert "below" == canvas.hit(at).node


def test_a_wire_backwards_can_be_hit_along_its_way(show: Show) -> None:
    workspace = placed("nn.relu", "io.image")
    workspace.apply(Connect((Wire(End("image", "y"), End("relu", "x")),)))
    canvas = show(workspace)
    knots = canvas.model.strands.knots[0]

    lane = canvas.view_from_scene(QPointF(*knots[1, 1]))

    assert isinstance(canvas.hit(lane), WireHit)


def test_wires_stay_within_their_boxes() -> None:
    rng = np.random.default_rng(0)
    ends = rng.uniform(-500, 500, (300, 4))

    points = curves.polylines(curves.knots(ends), 24)
    left, top, right, bottom = curves.bounds(ends).T

    assert (points[:, :, 0] >= left[:, None] - 1e-6).all()
    assert (points[:, :, 0] <= right[:, None] + 1e-6).all()
    assert (points[:, :, 1] >= top[:, None] - 1e-6).all()
    assert (points[:, :, 1] <= bottom[:, None] + 1e-6).all()


def test_the_wheel_zooms_at_the_pointer(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu"))
    at = QPointF(411, 233)
    before, zoom = canvas.scene_from_view(at), canvas.camera.zoom

    Hand(canvas).wheel(at, 120)
    Hand(canvas).wheel(at, 120, keys=Qt.KeyboardModifier.ControlModifier)

    assert canvas.camera.zoom > 1.3 * zoom
    assert (canvas.view_from_scene(before) - at).manhattanLength() < 1e-6


def test_two_fingers_on_a_pad_pan_and_with_ctrl_zoom(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu"))
    before = canvas.camera

    Hand(canvas).wheel(QPointF(300, 300), 24, pixels=QPoint(-7, 30))
    panned = canvas.camera
    control = Qt.KeyboardModifier.ControlModifier
    Hand(canvas).wheel(QPointF(300, 300), 24, pixels=QPoint(0, 30), keys=control)

    assert before.panned(-7, 30) == panned
    assert canvas.camera.zoom > panned.zoom


def test_pinching_zooms_at_the_fingers(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu"))
    at, zoom = QPointF(300, 200), canvas.camera.zoom
    before = canvas.scene_from_view(at)

    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2, at, at, at, 0.25, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(canvas, pinch)

    assert 1.25 * zoom == pytest.approx(canvas.camera.zoom)
    assert (canvas.view_from_scene(before) - at).manhattanLength() < 1e-6


def test_a_pan_gesture_of_a_touchpad_moves_the_paper(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu"))
    at, before = QPointF(300, 200), canvas.camera

    pan = QNativeGestureEvent(
        Qt.NativeGestureType.PanNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2, at, at, at, 0.0, QPointF(-24.0, 10.0),
    )  # fmt: skip
    QApplication.sendEvent(canvas, pan)

    assert (before.x - 24.0, before.y + 10.0) == (canvas.camera.x, canvas.camera.y)
    assert before.zoom == canvas.camera.zoom


def test_a_tool_tip_says_what_is_wrong_and_what_flows(show: Show) -> None:
    canvas = show(chain("io.image", "nn.embedding"))
    out = canvas.port_position(End("image", "y"))
    places = {"problem": canvas.node_rect("embedding").center(), "port": out}

    said = {}
    for name, at in places.items():
        event = QHelpEvent(QEvent.Type.ToolTip, at.toPoint(), canvas.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(canvas, event)
        said[name] = QToolTip.text()
    QToolTip.hideText()

    assert "received" in said["problem"]
    assert said["port"].startswith("y: image B×1×")


def test_a_menu_is_asked_for_about_the_block_under_the_pointer(show: Show, qtbot: QtBot) -> None:
    canvas = show(placed("io.image", "nn.relu"))
    at = canvas.node_rect("relu").center().toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))

    with qtbot.waitSignal(canvas.context_requested) as asked:
        QApplication.sendEvent(canvas, event)

    assert [canvas.mapToGlobal(at), "block"] == asked.args
    assert {"relu"} == canvas.workspace.selection


def test_zoom_stays_within_its_range(show: Show) -> None:
    canvas = show(placed("io.image"))

    canvas.zoom_by(1e9)
    largest = canvas.camera.zoom
    canvas.zoom_by(1e-9)

    assert (4.0, 0.02) == (largest, canvas.camera.zoom)
    canvas.reset_zoom()
    assert 1.0 == pytest.approx(canvas.camera.zoom)


def test_fit_shows_all_and_fit_selection_the_selected(show: Show) -> None:
    canvas = show(field(200, columns=40))
    view = QRectF(canvas.rect())

    assert view.contains(canvas.node_rect("n0"))
    assert view.contains(canvas.node_rect("n199"))
    canvas.workspace.select(["n50", "n51"])
    canvas.fit_selection()
    assert view.contains(canvas.node_rect("n50"))
    assert 1.0 == canvas.camera.zoom


def test_a_block_is_brought_to_the_middle_and_an_unknown_one_is_no_error(show: Show) -> None:
    canvas = show(field(200, columns=40))

    canvas.center_on("n77")
    canvas.center_on("nobody")

    middle = QRectF(canvas.rect()).center()
    assert (canvas.node_rect("n77").center() - middle).manhattanLength() < 1e-6


def test_arrows_move_the_selection_as_one_step(show: Show, qtbot: QtBot) -> None:
    canvas = show(placed("io.image", "nn.relu"))
    canvas.workspace.select(["relu"])
    x = canvas.workspace.graph.nodes["relu"].x

    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)

    node = canvas.workspace.graph.nodes["relu"]
    assert (x + 3 * STEP, 10 * STEP) == (node.x, node.y)
    assert 1 == len(canvas.workspace.document.history)


def test_ctrl_and_arrows_walk_from_block_to_block(show: Show, qtbot: QtBot) -> None:
    canvas = show(placed("io.image", "nn.relu", "nn.tanh"))
    control, seen = Qt.KeyboardModifier.ControlModifier, []
    canvas.workspace.select(["image"])

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(canvas, key, control)
        seen += canvas.workspace.selection

    assert ["relu", "tanh", "tanh", "relu"] == seen


def test_only_what_is_seen_is_painted(show: Show) -> None:
    canvas = show(field(1000))
    canvas.reset_zoom()
    canvas.center_on("n500")

    canvas.settle()

    inside = canvas.model.cards_in(canvas.camera.rect_to_scene(QRectF(canvas.rect())))
    assert 0 < len(inside) <= canvas.painted.cards < 80


def test_hovering_paints_the_neighbourhood_only(show: Show, qtbot: QtBot) -> None:
    canvas = show(field(200, columns=20))
    canvas.settle()
    qtbot.waitUntil(lambda: not canvas.painted.missing)
    before = canvas.painted

    canvas.hover(canvas.hit(canvas.node_rect("n84").center()))
    qtbot.waitUntil(lambda: canvas.painted is not before)

    assert 0 < canvas.painted.cards < 30


@pytest.mark.parametrize(("zoom", "most_calls"), [(0.1, 40), (0.23, 60)])
def test_thousands_of_cards_are_painted_in_a_few_calls(
    show: Show, zoom: float, most_calls: int
) -> None:
    canvas = show(field(5000))
    canvas.zoom_by(zoom / canvas.camera.zoom)

    began = time.thread_time()
    canvas.look_through(canvas.camera.panned(7, 3))
    canvas.repaint()
    took = time.thread_time() - began

    print(f"{canvas.painted.cards} cards at {zoom}: {1e3 * took:.1f} ms")  # advisory
    assert canvas.painted.cards > 500
    assert canvas.painted.calls < most_calls


def test_a_frame_paints_few_new_pictures_and_the_rest_in_the_frames_after(
    show: Show, qtbot: QtBot
) -> None:
    canvas = show(field(2000))
    canvas.zoom_by(0.5 / canvas.camera.zoom)

    canvas.repaint()
    at_once = canvas.painted
    qtbot.waitUntil(lambda: canvas.painted.missing == 0, timeout=20_000)

    assert at_once.missing > 0
    canvas.repaint()
    assert (0, 0) == (canvas.painted.sprites, canvas.painted.missing)


def test_a_change_of_one_block_makes_one_new_picture(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu", "nn.tanh"))
    canvas.settle()

    canvas.workspace.apply(Rename("relu", "bend"))
    canvas.repaint()

    assert 1 == canvas.painted.sprites


def test_a_picture_shows_the_same_through_all_paths(show: Show) -> None:
    canvas = show(chain("io.image", "nn.conv2d", "loss.mse"))
    canvas.workspace.select(["conv2d"])
    canvas.set_activity({"image": 0.5, "conv2d": 1.5})
    for zoom in (0.1, 0.23, 0.4, 1.0, 2.5):
        canvas.zoom_by(zoom / canvas.camera.zoom)
        canvas.settle()

        assert canvas.painted.missing == 0
        assert canvas.painted.cards == 3 or zoom > 2


def test_activity_paints_its_bars_and_no_more(show: Show, qtbot: QtBot) -> None:
    canvas = show(chain("io.image", "nn.relu"))
    canvas.settle()
    row = canvas.node_rect("relu")
    at = QPoint(int(row.left() + 12), int(row.bottom() - 3))
    before = canvas.grab().toImage().pixelColor(at)

    canvas.set_activity({"relu": 1.0})
    after = canvas.grab().toImage().pixelColor(at)
    canvas.set_activity({})

    assert QColor(canvas.theme.accent) == after
    assert before != after
    assert before == canvas.grab().toImage().pixelColor(at)


def test_an_empty_canvas_says_how_to_begin(show: Show) -> None:
    empty = show(placed()).grab().toImage()
    filled = show(placed("io.image")).grab().toImage()
    middle = QRect(400, 330, 400, 40)

    inks = {
        empty.pixelColor(x, y).name()
        for x in range(middle.left(), middle.right(), 2)
        for y in range(middle.top(), middle.bottom())
    }

    assert len(inks) > 8, "words have many shades, dots two"
    assert empty != filled


def test_a_new_palette_repaints_the_canvas_in_its_colours(show: Show) -> None:
    canvas = show(chain("io.image", "nn.relu"))

    canvas.setPalette(palette_of(DARK))
    image = canvas.grab().toImage()

    assert DARK.canvas.lower() == image.pixelColor(2, 2).name()
    assert DARK == canvas.theme


def test_another_experiment_is_shown_whole(show: Show) -> None:
    canvas = show(placed("io.image"))
    other = field(300, columns=100)

    canvas.workspace.document.restart(other.document.experiment)

    assert QRectF(canvas.rect()).contains(canvas.node_rect("n99"))
    assert 300 == len(canvas.model.ids)


def test_a_block_that_is_not_installed_is_shown_with_its_wires(show: Show) -> None:
    nodes = [Node("a", "io.image", "a"), Node("b", "lost.block", "b", {}, 232.0, 0.0)]
    graph = Graph().add(*nodes).connect(Wire(End("a", "y"), End("b", "left")))
    canvas = show(workspace_of(graph))

    canvas.settle()

    assert "lost.block" in canvas.card_painter().content("b").kind
    assert canvas.port_position(End("b", "left")).x() == canvas.node_rect("b").left()


def test_an_error_while_painting_leaves_the_canvas_alive(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = show(placed("io.image"))
    monkeypatch.setattr(Canvas, "paint_over", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        canvas.repaint()
    monkeypatch.undo()

    canvas.repaint()
    image = canvas.grab().toImage()

    assert 1 == canvas.painted.cards
    assert LIGHT.card.lower() == image.pixelColor(canvas.rect().center()).name()


def test_a_reader_hears_every_block_with_its_problems(show: Show) -> None:
    canvas = show(chain("io.image", "nn.conv2d", "nn.embedding"))
    canvas.workspace.select(["conv2d"])
    spoken = QAccessible.queryAccessibleInterface(canvas)
    blocks = [spoken.child(i) for i in range(spoken.childCount())]

    name = blocks[1].text(QAccessible.Text.Name)
    problem = blocks[2].text(QAccessible.Text.Description)
    at = blocks[0].rect().center()

    assert "Network, 3 blocks" == spoken.text(QAccessible.Text.Name)
    assert name.startswith("conv2d, Conv2d, ")
    assert "from image, to embedding, gives B×" in name
    assert "received" in problem
    assert 0 == spoken.indexOfChild(spoken.childAt(at.x(), at.y()))
    assert [False, True] == [block.state().selected for block in blocks[:2]]
    canvas.workspace.apply(RemoveNodes(("embedding",)))
    assert (2, False) == (spoken.childCount(), blocks[2].isValid())


def test_arrays_are_drawn_as_the_shapes_they_hold(qapp: object) -> None:
    image, dot = QImage(40, 40, QImage.Format.Format_RGB32), QPixmap(3, 3)
    image.fill(Qt.GlobalColor.white)
    dot.fill(Qt.GlobalColor.blue)
    painter = QPainter(image)

    painter.fillRect(0, 0, 1, 1, Qt.GlobalColor.black)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("red"))
    draw_rects(painter, np.array([[2.0, 2.0, 4.0, 4.0], [20.0, 2.0, 4.0, 4.0]]))
    painter.setPen(QColor("green"))
    draw_lines(painter, np.array([[0.0, 30.0, 39.0, 30.0]], np.float32))
    draw_pictures(painter, dot, np.array([[10.0, 10.0], [30.0, 10.0]]))
    for nothing in (draw_rects, draw_lines):
        nothing(painter, np.empty((0, 4)))
    painter.end()

    at = {(3, 3): "red", (22, 4): "red", (15, 30): "green", (11, 11): "blue", (32, 12): "blue"}
    assert {QColor(name).name() for name in at.values()} == {
        image.pixelColor(*point).name() for point in at
    }
    assert all(QColor(name) == image.pixelColor(*point) for point, name in at.items())
    assert QColor("white") == image.pixelColor(9, 9)
