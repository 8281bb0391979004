"""What the pointer does to a drawing: every gesture ends in one edit or, with Esc, in none."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.graph import End, Wire
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.geometry import STEP
from tests.helpers.drawing import chain, placed
from tests.helpers.hand import MIDDLE, Hand

SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
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


def body(canvas: Canvas, node: str) -> QPointF:
    """A point of a card where there is neither title nor port."""
    rect = canvas.node_rect(node)
    return QPointF(rect.center().x(), rect.bottom() - 10 * canvas.camera.zoom)


def port(canvas: Canvas, node: str, name: str) -> QPointF:
    return canvas.port_position(End(node, name))


def test_a_wire_is_drawn_from_an_output_to_an_input(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.relu"))

    hand.drag(port(canvas, "image", "y"), port(canvas, "relu", "x"))

    assert [Wire(End("image", "y"), End("relu", "x"))] == list(canvas.workspace.graph.wires)
    assert "Connect" == canvas.workspace.document.undo_label


def test_a_wire_is_drawn_from_an_input_back_to_an_output(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.relu"))

    hand.drag(port(canvas, "relu", "x"), port(canvas, "image", "y"))

    assert {End("relu", "x"): End("image", "y")} == canvas.workspace.graph.feeds


def test_a_wire_dropped_on_a_card_takes_its_first_free_input(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.relu", "nn.add"))
    hand.drag(port(canvas, "image", "y"), port(canvas, "add", "x.0"))

    hand.drag(port(canvas, "relu", "y"), body(canvas, "add"))

    assert End("relu", "y") == canvas.workspace.graph.feeds[End("add", "x.1")]


def test_a_refused_wire_says_why_and_changes_nothing(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.embedding"))
    before, said = canvas.workspace.graph, []
    canvas.workspace.refused.connect(said.append)

    hand.pull(port(canvas, "image", "y"), port(canvas, "embedding", "x"))
    reason = canvas.gesture.reason
    hand.release(port(canvas, "embedding", "x"))

    assert "Embedding takes tokens or classes at x, this output gives image" in reason
    assert [reason] == said
    assert before is canvas.workspace.graph


def test_a_wire_that_would_make_a_loop_is_refused(show: Show) -> None:
    canvas, hand = show(chain("nn.relu", "nn.tanh"))

    hand.pull(port(canvas, "tanh", "y"), port(canvas, "relu", "x"))

    assert "the wire would make a loop" in canvas.gesture.reason
    canvas.cancel()


def test_while_a_wire_is_drawn_the_cards_that_cannot_take_it_step_back(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.embedding", "nn.relu"))

    hand.pull(port(canvas, "image", "y"), QPointF(600, 600))

    assert [True, False] == [canvas.gesture.dims(node) for node in ("embedding", "relu")]
    canvas.grab()
    canvas.cancel()


def test_a_wire_pulled_off_an_input_is_cut(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))

    hand.drag(port(canvas, "relu", "x"), QPointF(500, 650))

    assert {} == canvas.workspace.graph.feeds
    assert "Disconnect" == canvas.workspace.document.undo_label


def test_the_end_of_a_wire_is_carried_to_another_input_in_one_step(show: Show) -> None:
    workspace = chain("io.image", "nn.relu")
    workspace.place("nn.tanh", 232, 200)
    canvas, hand = show(workspace)

    hand.drag(port(canvas, "relu", "x"), port(canvas, "tanh1", "x"))

    assert {End("tanh1", "x"): End("image", "y")} == workspace.graph.feeds
    workspace.document.undo()
    assert {End("relu", "x"): End("image", "y")} == workspace.graph.feeds


def test_a_wire_carried_within_a_port_of_several_leaves_no_gap(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.relu", "nn.add"))
    hand.drag(port(canvas, "image", "y"), port(canvas, "add", "x.0"))
    hand.drag(port(canvas, "relu", "y"), port(canvas, "add", "x.1"))

    hand.drag(port(canvas, "add", "x.0"), port(canvas, "add", "x.2"))

    ends = {End("add", "x.0"): End("relu", "y"), End("add", "x.1"): End("image", "y")}
    assert ends == canvas.workspace.graph.feeds


def test_a_wire_let_go_where_it_was_is_no_step(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    there = port(canvas, "relu", "x")

    hand.pull(there, there + QPointF(60, 60))
    hand.move(there)
    hand.release(there)

    assert () == canvas.workspace.document.history


def test_dragging_selected_cards_is_one_step_and_keeps_their_distance(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    canvas.workspace.select(["image", "relu"])
    before = canvas.workspace.graph

    hand.drag(body(canvas, "image"), body(canvas, "image") + QPointF(101, 57))

    nodes = canvas.workspace.graph.nodes
    assert (0.0, 0.0) == (nodes["image"].x % STEP, nodes["image"].y % STEP)
    assert nodes["image"].x > 60
    assert 232.0 == nodes["relu"].x - nodes["image"].x
    assert 1 == len(canvas.workspace.document.history)
    canvas.workspace.document.undo()
    assert before is canvas.workspace.graph


def test_with_alt_a_card_goes_where_the_pointer_goes(show: Show) -> None:
    canvas, hand = show(placed("io.image"))

    hand.drag(body(canvas, "image"), body(canvas, "image") + QPointF(13, 21), keys=ALT)

    node = canvas.workspace.graph.nodes["image"]
    assert (13.0, 21.0) == (node.x, node.y)


def test_a_few_pixels_are_a_click_and_not_a_drag(show: Show) -> None:
    canvas, hand = show(placed("io.image"))

    hand.drag(body(canvas, "image"), body(canvas, "image") + QPointF(2, 1))

    assert {"image"} == canvas.workspace.selection
    assert () == canvas.workspace.document.history


def test_clicks_select_add_and_toggle(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.relu", "nn.tanh"))
    workspace = canvas.workspace

    hand.click(body(canvas, "image"))
    hand.click(body(canvas, "relu"), keys=SHIFT)
    assert {"image", "relu"} == workspace.selection

    hand.click(body(canvas, "image"), keys=CONTROL)
    assert {"relu"} == workspace.selection

    hand.click(QPointF(20, 20))
    assert frozenset() == workspace.selection


@pytest.mark.parametrize(
    ("keys", "selected"),
    [
        (Qt.KeyboardModifier.NoModifier, {"image", "relu"}),
        (SHIFT, {"image", "relu", "tanh"}),
        (CONTROL, {"image", "tanh"}),
    ],
)
def test_a_box_selects_adds_and_toggles(show: Show, keys, selected: set[str]) -> None:
    canvas, hand = show(placed("io.image", "nn.relu", "nn.tanh"))
    before = {"relu", "tanh"}
    canvas.workspace.select(before)
    corner = canvas.node_rect("image").topLeft() - QPointF(20, 20)

    hand.drag(QPointF(canvas.node_rect("relu").center().x(), 690.0), corner, keys=keys)

    assert selected == canvas.workspace.selection
    assert () == canvas.workspace.document.history


def test_a_box_drawn_to_the_right_selects_only_what_it_encloses(show: Show) -> None:
    canvas, hand = show(placed("io.image", "nn.relu"))
    start = canvas.node_rect("image").topLeft() - QPointF(20, 20)

    hand.drag(start, canvas.node_rect("relu").center() + QPointF(0, 200))

    assert {"image"} == canvas.workspace.selection


def test_the_middle_button_pulls_the_paper(show: Show) -> None:
    canvas, hand = show(placed("io.image"))
    before = canvas.camera

    hand.drag(QPointF(300, 300), QPointF(340, 280), button=MIDDLE)

    assert before.panned(40, -20) == canvas.camera


def test_space_and_left_pull_the_paper(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed("io.image"))
    before = canvas.camera

    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    hand.drag(body(canvas, "image"), body(canvas, "image") + QPointF(30, 10))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)

    assert before.panned(30, 10) == canvas.camera
    assert () == canvas.workspace.document.history


def test_esc_leaves_everything_as_it_was(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(chain("io.image", "nn.relu", "nn.tanh"))
    workspace = canvas.workspace
    workspace.select(["relu"])
    graph, rects, camera = workspace.graph, canvas.model.rects.copy(), canvas.camera
    starts = {
        "move": body(canvas, "image"),
        "box": QPointF(20, 20),
        "wire": port(canvas, "tanh", "y"),
        "carried wire": port(canvas, "tanh", "x"),
    }

    for start in starts.values():
        hand.pull(start, QPointF(560, 500))
        assert canvas.gesture is not None
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
        assert canvas.gesture is None
        hand.release(QPointF(560, 500))
    hand.pull(QPointF(300, 300), QPointF(360, 300), button=MIDDLE)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    hand.release(QPointF(360, 300))

    assert graph is workspace.graph
    assert {"relu"} == workspace.selection
    assert (rects == canvas.model.rects).all()
    assert camera == canvas.camera
    assert not canvas.quick.isVisible()


def test_a_change_from_elsewhere_ends_the_gesture(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    workspace = canvas.workspace
    workspace.place("nn.tanh", 0, 200)

    hand.pull(body(canvas, "tanh1"), QPointF(700, 600))
    workspace.document.undo()
    hand.move(QPointF(710, 610))
    hand.release(QPointF(710, 610))

    assert {"image", "relu"} == workspace.graph.nodes.keys()
    assert (0.0, 232.0) == tuple(canvas.model.rects[:, 0])


def test_held_at_the_edge_the_view_moves_on(show: Show, qtbot: QtBot) -> None:
    canvas, hand = show(placed("io.image"))
    before = canvas.camera

    hand.pull(body(canvas, "image"), QPointF(1195, 350))
    qtbot.waitUntil(lambda: canvas.camera.x < before.x - 20)
    hand.release(QPointF(1195, 350))

    assert canvas.workspace.graph.nodes["image"].x > 400


def test_hovering_a_wire_raises_it(show: Show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    middle = (port(canvas, "image", "y") + port(canvas, "relu", "x")) / 2

    hand.move(middle + QPointF(0, 2))

    assert Wire(End("image", "y"), End("relu", "x")) == canvas.hovered.wire
    canvas.grab()
