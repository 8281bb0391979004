"""Wires that bend, are cut, moved and exchanged, and drawn by the keyboard alone."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.edits import Connect, Move
from studio.core.graph import End, Wire
from studio.core.marking import SetBends
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.hits import BendHit, WireHit
from tests.helpers.drawing import chain, placed
from tests.helpers.hand import Hand

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
RIGHT = Qt.MouseButton.RightButton
RELU = End("relu", "x")
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


def port(canvas: Canvas, node: str, name: str) -> QPointF:
    return canvas.port_position(End(node, name))


def middle(canvas: Canvas, source: str, target: str) -> QPointF:
    return (port(canvas, source, "y") + port(canvas, target, "x")) / 2


def bent(*points: tuple[float, float]) -> Workspace:
    workspace = chain("io.image", "nn.relu")
    workspace.apply(Move({"relu": (500.0, 100.0)}))
    workspace.apply(SetBends(RELU, points))
    workspace.document.restart(workspace.document.experiment)
    return workspace


def steps(canvas: Canvas) -> list[str]:
    return [step.label for step in canvas.workspace.document.history]


def test_a_double_click_on_a_wire_puts_a_dot_there_and_one_on_the_dot_takes_it_off(show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    at = middle(canvas, "image", "relu")

    hand.double_click(at)
    (point,) = canvas.workspace.graph.bends[RELU]
    assert (at - canvas.view_from_scene(QPointF(*point))).manhattanLength() < 2
    assert BendHit(Wire(End("image", "y"), RELU), 0) == canvas.hit(at)

    hand.double_click(at)
    assert {} == canvas.workspace.graph.bends
    assert ["Bend wire", "Remove bend"] == steps(canvas)


def test_alt_and_a_pull_leads_a_wire_through_another_place_in_one_step(show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    to = middle(canvas, "image", "relu") + QPointF(0, 120)

    hand.drag(middle(canvas, "image", "relu"), to, keys=ALT)

    (point,) = canvas.workspace.graph.bends[RELU]
    assert (to - canvas.view_from_scene(QPointF(*point))).manhattanLength() < 2
    assert ["Bend wire"] == steps(canvas)
    assert isinstance(canvas.hit(to), BendHit)


def test_a_pull_given_up_with_escape_leaves_the_wire_as_it_was(show, qtbot) -> None:
    canvas, hand = show(bent((300.0, 200.0)))
    before = canvas.workspace.graph
    knots = canvas.model.strands.knots.copy()

    hand.pull(canvas.view_from_scene(QPointF(300, 200)), QPointF(600, 500))
    assert (knots != canvas.model.strands.knots).any()
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert before is canvas.workspace.graph
    assert (knots == canvas.model.strands.knots).all()


def test_a_dot_is_carried_and_alt_click_takes_it_off(show) -> None:
    canvas, hand = show(bent((300.0, 200.0), (380.0, 240.0)))

    hand.drag(canvas.view_from_scene(QPointF(300, 200)), canvas.view_from_scene(QPointF(320, 300)))
    assert ((320.0, 300.0), (380.0, 240.0)) == canvas.workspace.graph.bends[RELU]

    hand.click(canvas.view_from_scene(QPointF(320, 300)), keys=ALT)
    assert ((380.0, 240.0),) == canvas.workspace.graph.bends[RELU]
    assert ["Move bend", "Remove bend"] == steps(canvas)


def test_dots_dropped_while_a_wire_is_drawn_become_its_bends(show, qtbot) -> None:
    canvas, hand = show(placed("io.image", "nn.relu"))
    start, over = port(canvas, "image", "y"), QPointF(600, 200)

    hand.pull(start, over)
    qtbot.keyClick(canvas, Qt.Key.Key_Alt)
    hand.move(QPointF(650, 150))
    hand.press_too(QPointF(650, 150), RIGHT)
    canvas.grab()
    hand.move(port(canvas, "relu", "x"))
    hand.release(port(canvas, "relu", "x"))

    points = [canvas.view_from_scene(QPointF(*at)) for at in canvas.workspace.graph.bends[RELU]]
    assert [True, True] == [
        (found - wanted).manhattanLength() < 2
        for found, wanted in zip(points, (over, QPointF(650, 150)), strict=True)
    ]
    assert ["Connect"] == steps(canvas)


def test_bends_move_along_with_both_their_blocks(show) -> None:
    canvas, hand = show(bent((300.0, 200.0)))
    canvas.workspace.select(["image", "relu"])
    grip = canvas.node_rect("image").center() + QPointF(0, 20)

    hand.drag(grip, grip + QPointF(0, 80 * canvas.camera.zoom), keys=ALT)

    assert ((300.0, 280.0),) == canvas.workspace.graph.bends[RELU]
    assert ["Move blocks"] == steps(canvas)
    canvas.workspace.document.undo()
    assert ((300.0, 200.0),) == canvas.workspace.graph.bends[RELU]


def test_a_carried_wire_keeps_its_bends(show) -> None:
    workspace = bent((300.0, 200.0))
    workspace.place("nn.tanh", 500.0, 300.0)
    canvas, hand = show(workspace)

    hand.drag(port(canvas, "relu", "x"), port(canvas, "tanh1", "x"))

    assert {End("tanh1", "x"): ((300.0, 200.0),)} == dict(workspace.graph.bends)


def test_a_stroke_with_the_right_button_cuts_what_it_crosses_in_one_step(show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu", "nn.tanh"))
    first, second = middle(canvas, "image", "relu"), middle(canvas, "relu", "tanh")
    above, below = QPointF(0, -120), QPointF(0, 120)

    hand.press(first + above, button=RIGHT, keys=CONTROL)
    for at in (first + below, second + below, second + above):
        hand.move(at, keys=CONTROL)
    assert 2 == len(canvas.gesture.crossed)
    canvas.grab()
    hand.release(second + above, keys=CONTROL)

    assert {} == canvas.workspace.graph.feeds
    assert ["Cut 2 wires"] == steps(canvas)


def test_a_stroke_given_up_cuts_nothing_and_no_menu_opens_behind_it(show, qtbot) -> None:
    canvas, hand = show(chain("io.image", "nn.relu"))
    at = middle(canvas, "image", "relu")
    asked = []
    canvas.context_requested.connect(asked.append)

    hand.pull(at - QPointF(0, 90), at + QPointF(0, 90), button=RIGHT, keys=CONTROL)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at.toPoint(), QPoint())
    QApplication.sendEvent(canvas, event)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    hand.release(at + QPointF(0, 90))

    assert 1 == len(canvas.workspace.graph.feeds)
    assert [] == asked


def test_all_wires_of_an_output_are_moved_at_once(show) -> None:
    workspace = placed("io.image", "nn.relu", "nn.tanh", "nn.sigmoid")
    ends = [End("tanh", "x"), End("sigmoid", "x")]
    workspace.apply(Connect(tuple(Wire(End("image", "y"), end) for end in ends)))
    canvas, hand = show(workspace)

    hand.drag(port(canvas, "image", "y"), port(canvas, "relu", "y"), keys=CONTROL)

    assert dict.fromkeys(ends, End("relu", "y")) == workspace.graph.feeds
    assert "Move 2 wires" == workspace.document.undo_label


def test_two_inputs_are_exchanged(show) -> None:
    workspace = placed("io.image", "nn.relu", "nn.concat")
    a, b = End("concat", "x.0"), End("concat", "x.1")
    workspace.apply(Connect((Wire(End("image", "y"), a), Wire(End("relu", "y"), b))))
    canvas, hand = show(workspace)

    hand.drag(port(canvas, "concat", a.port), port(canvas, "concat", b.port), keys=ALT)

    assert {a: End("relu", "y"), b: End("image", "y")} == workspace.graph.feeds
    assert "Swap inputs" == workspace.document.undo_label


def test_a_click_selects_a_wire_and_delete_takes_it_away(show) -> None:
    canvas, hand = show(chain("io.image", "nn.relu", "nn.tanh"))

    hand.click(middle(canvas, "image", "relu"))
    hand.click(middle(canvas, "relu", "tanh"), keys=Qt.KeyboardModifier.ShiftModifier)

    assert {RELU, End("tanh", "x")} == canvas.workspace.marked.wires
    canvas.grab()
    hand.click(QPointF(30, 600))
    assert frozenset() == canvas.workspace.marked.wires


def test_a_block_is_wired_by_the_keyboard_alone(show, qtbot) -> None:
    workspace = placed("io.image", "nn.relu", "nn.tanh")
    canvas, _ = show(workspace)
    workspace.select(["image"])

    canvas.ask_target()
    field = canvas.target_list.findChild(QLineEdit)
    assert "relu" in canvas.target_list.words[0]
    qtbot.keyClicks(field, "tan")
    assert ["tanh, Tanh, input x"] == canvas.target_list.words
    canvas.grab()
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert {End("tanh", "x"): End("image", "y")} == workspace.graph.feeds
    assert {"tanh"} == workspace.selection


def test_the_list_of_targets_leaves_out_what_would_make_a_loop(show) -> None:
    workspace = chain("io.image", "nn.relu", "nn.tanh")
    workspace.place("nn.sigmoid", 900.0, 0.0)
    canvas, _ = show(workspace)
    workspace.select(["tanh"])

    canvas.ask_target()

    assert 1 == len(canvas.target_list.words)
    assert "sigmoid1" in canvas.target_list.words[0]


def test_the_wire_under_the_pointer_is_hit_along_its_bends(show) -> None:
    canvas, _ = show(bent((300.0, 400.0)))
    rows = list(canvas.model.strands.rows[RELU])

    along = canvas.view_from_scene(QPointF(*canvas.model.strands.knots[rows[0], 1, 0]))

    assert 2 == len(rows)
    assert WireHit(Wire(End("image", "y"), RELU)) == canvas.hit(along)


def test_from_afar_the_dots_of_bends_leave_no_gaps_in_a_wire(show) -> None:
    workspace = chain("io.image", "nn.relu")
    workspace.apply(Move({"relu": (1600.0, 0.0)}))
    canvas, _ = show(workspace)
    canvas.zoom_by(0.3 / canvas.camera.zoom)
    y = canvas.model.port_at(RELU, output=False).y()
    workspace.apply(SetBends(RELU, ((600.0, y), (900.0, y), (1200.0, y))))
    canvas.settle()

    shown, ground = canvas.grab().toImage(), QColor(canvas.theme.canvas)
    row = round(port(canvas, "relu", "x").y())
    across = range(*(round(canvas.view_from_scene(QPointF(x, 0)).x()) for x in (400.0, 1400.0)))

    def inked(x: int) -> int:
        return max(abs(ground.red() - shown.pixelColor(x, row + off).red()) for off in (-1, 0, 1))

    assert len(across) > 200
    assert min(map(inked, across)) > 0.5 * max(map(inked, across))
