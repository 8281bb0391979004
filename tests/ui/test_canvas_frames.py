"""Frames, notes, modes and shared weights on the canvas; places to come back to."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, QSizeF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.edits import Move, SetParam
from studio.core.graph import End
from studio.core.marking import AddFrame, RemoveFrame, SetFrame
from studio.core.marks import Frame, View
from studio.core.taking_part import SetMode, Share
from studio.ui.canvas.camera import Camera
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.hits import FrameHit
from studio.ui.canvas.trail import Trail
from tests.helpers.drawing import chain, field, placed
from tests.helpers.hand import Hand

CONTROL = Qt.KeyboardModifier.ControlModifier
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


def framed(*frames: Frame) -> Workspace:
    """An image and a relu inside the frame, a tanh outside."""
    workspace = chain("io.image", "nn.relu", "nn.tanh")
    for frame in frames or (Frame("f", title="Head", x=-24.0, y=-48.0, width=456.0, height=160.0),):
        workspace.apply(AddFrame(frame))
    workspace.document.restart(workspace.document.experiment)
    return workspace


def head(canvas: Canvas, frame: str) -> QPointF:
    shown = canvas.model.frames[frame]
    return canvas.view_from_scene(QPointF(shown.x + 120, shown.y + 16))


def steps(canvas: Canvas) -> list[str]:
    return [step.label for step in canvas.workspace.document.history]


def test_a_frame_takes_along_what_lies_in_it_in_one_step(show) -> None:
    canvas, hand = show(framed())
    graph, at = canvas.workspace.graph, head(canvas, "f")

    hand.drag(at, at + QPointF(0, 160) * canvas.camera.zoom)

    moved = canvas.workspace.graph
    assert 160.0 == moved.frames["f"].y - graph.frames["f"].y
    assert [160.0, 160.0, 0.0] == [
        moved.nodes[id_].y - graph.nodes[id_].y for id_ in ("image", "relu", "tanh")
    ]
    assert ["Move frame"] == steps(canvas)
    canvas.workspace.document.undo()
    assert graph is canvas.workspace.graph


def test_a_frame_let_go_with_escape_stands_where_it_stood(show, qtbot) -> None:
    canvas, hand = show(framed())
    graph, rects = canvas.workspace.graph, canvas.model.rects.copy()

    hand.pull(head(canvas, "f"), QPointF(600, 600))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert graph is canvas.workspace.graph
    assert graph.frames == canvas.model.frames
    assert (rects == canvas.model.rects).all()


def test_an_edge_of_a_frame_is_pulled_and_never_past_its_smallest_size(show) -> None:
    canvas, hand = show(framed())
    frame = canvas.workspace.graph.frames["f"]
    corner = canvas.view_from_scene(QPointF(frame.x + frame.width, frame.y + frame.height))
    assert FrameHit("f", edge=(1, 1)) == canvas.hit(corner)

    hand.drag(corner, corner + QPointF(80, 40) * canvas.camera.zoom)
    larger = canvas.workspace.graph.frames["f"]
    assert (frame.width + 80, frame.height + 40) == (larger.width, larger.height)

    left = canvas.view_from_scene(QPointF(larger.x, larger.y + 100))
    hand.drag(left, left + QPointF(5000, 0))
    smallest = canvas.workspace.graph.frames["f"]
    assert 96.0 == smallest.width
    assert larger.x + larger.width == smallest.x + smallest.width
    assert ["Change frame", "Change frame"] == steps(canvas)


def test_a_collapsed_frame_hides_its_blocks_and_its_wires_end_at_the_bar(show) -> None:
    canvas, hand = show(framed())
    shown = canvas.model.frames["f"]
    triangle = canvas.view_from_scene(QPointF(shown.x + 16, shown.y + 16))

    hand.click(triangle)

    model = canvas.model
    assert canvas.workspace.graph.frames["f"].collapsed
    assert {"image", "relu"} == {model.ids[row] for row in model.folds}
    assert canvas.hit(canvas.node_rect("relu").center()) is None
    inner, outer = (model.strands.rows[End(node, "x")].start for node in ("relu", "tanh"))
    assert [True, False] == model.strands.hidden[[inner, outer]].tolist()
    assert [shown.x + 240.0, shown.y + 16.0] == model.strands.ends[outer, :2].tolist()
    canvas.settle()
    canvas.grab()
    assert 1 == canvas.painted.cards

    canvas.workspace.document.undo()
    assert not canvas.model.folds
    assert not canvas.model.strands.hidden.any()


def test_the_title_of_a_frame_is_written_in_place(show, qtbot) -> None:
    canvas, hand = show(framed())

    hand.double_click(head(canvas, "f"))
    assert canvas.words_editor.isVisible()
    qtbot.keyClicks(canvas.words_editor, "Features")
    qtbot.keyClick(canvas.words_editor, Qt.Key.Key_Return)

    assert "Features" == canvas.workspace.graph.frames["f"].title
    assert not canvas.words_editor.isVisible()
    assert ["Change frame"] == steps(canvas)


def test_a_note_takes_several_lines_and_escape_keeps_what_it_said(show, qtbot) -> None:
    note = Frame("n", kind="note", text="Old", x=0.0, y=200.0)
    canvas, hand = show(framed(note))
    middle = canvas.view_from_scene(QPointF(100, 260))

    hand.double_click(middle)
    qtbot.keyClicks(canvas.words_editor, "One")
    qtbot.keyClick(canvas.words_editor, Qt.Key.Key_Return)
    qtbot.keyClicks(canvas.words_editor, "two")
    qtbot.keyClick(canvas.words_editor, Qt.Key.Key_Return, CONTROL)
    assert "One\ntwo" == canvas.workspace.graph.frames["n"].text

    canvas.write("n")
    qtbot.keyClicks(canvas.words_editor, "Never")
    qtbot.keyClick(canvas.words_editor, Qt.Key.Key_Escape)
    assert "One\ntwo" == canvas.workspace.graph.frames["n"].text
    canvas.settle()
    canvas.grab()
    assert 1 == canvas.painted.areas


def test_a_box_takes_the_frames_it_encloses(show) -> None:
    canvas, hand = show(framed())

    hand.drag(QPointF(4, 4), QPointF(1195, 695))

    assert {"f"} == canvas.workspace.marked.frames
    assert {"image", "relu", "tanh"} == canvas.workspace.selection


def test_the_array_of_a_drawing_follows_frames_as_if_it_were_made_anew(show) -> None:
    canvas, _ = show(framed())
    workspace = canvas.workspace
    frame = workspace.graph.frames["f"]
    for edit in (
        SetFrame(replace(frame, collapsed=True)),
        Move({"tanh": (100.0, 0.0)}),
        SetFrame(replace(frame, collapsed=True, width=100.0)),
        SetFrame(frame),
    ):
        workspace.apply(edit)
        kept = canvas.model.strands.ends.tolist(), canvas.model.strands.hidden.tolist()
        canvas.model.rebuild()

        anew = canvas.model.strands.ends.tolist(), canvas.model.strands.hidden.tolist()
        assert anew == kept


@pytest.mark.parametrize("mode", ["bypass", "freeze", "disable"])
def test_how_a_block_takes_part_is_seen_at_every_distance(show, mode) -> None:
    canvas, _ = show(chain("io.image", "nn.conv2d", "nn.relu"))
    for zoom in (1.0, 0.4, 0.25, 0.1):
        canvas.zoom_by(zoom / canvas.camera.zoom)
        canvas.center_on("conv2d")
        canvas.settle()
        before = canvas.grab().toImage()

        canvas.workspace.apply(SetMode(("conv2d",), mode))
        canvas.settle()
        assert canvas.grab().toImage() != before
        canvas.workspace.document.undo()


def test_blocks_that_share_weights_are_joined_by_a_dotted_line(show) -> None:
    workspace = placed("io.image", "nn.conv2d", "nn.relu")
    other = workspace.place("nn.conv2d", 232.0, 400.0)
    canvas, _ = show(workspace)
    canvas.settle()
    before = canvas.grab().toImage()
    assert [] == canvas.model.links

    workspace.apply(Share((other,), "conv2d"))

    rows = canvas.model.row
    assert [(rows["conv2d"], rows[other])] == canvas.model.links
    workspace.select(())
    canvas.settle()
    between = canvas.view_from_scene(QPointF(232.0 + 88.0, 240.0)).toPoint()
    assert canvas.grab().toImage().pixel(between) != before.pixel(between)


def test_cards_glide_to_where_an_edit_puts_them_and_stand_there_soon(show, qtbot) -> None:
    canvas, _ = show(placed("io.image", "nn.relu"))

    canvas.glide_next()
    canvas.workspace.apply(Move({"relu": (232.0, 400.0)}))
    between = canvas.model.rect_of("relu").y()

    assert 400.0 == canvas.workspace.graph.nodes["relu"].y
    assert between < 400.0
    qtbot.waitUntil(lambda: canvas.model.rect_of("relu").y() == 400.0, timeout=2000)


def test_a_change_while_cards_glide_puts_them_in_their_places(show) -> None:
    canvas, _ = show(placed("io.image", "nn.conv2d"))
    canvas.glide_next()
    canvas.workspace.apply(Move({"conv2d": (232.0, 400.0)}))

    canvas.workspace.apply(SetParam(("conv2d",), "out_channels", 3))

    assert 400.0 == canvas.model.rect_of("conv2d").y()


def test_the_minimap_keeps_to_the_corner_of_a_window_that_grows(show, qtbot) -> None:
    canvas, _ = show(field(200, columns=20))
    canvas.reset_zoom()
    qtbot.waitUntil(canvas.minimap.isVisible)
    away = canvas.rect().bottomRight() - canvas.minimap.geometry().bottomRight()

    canvas.resize(1400, 900)

    qtbot.waitUntil(lambda: canvas.width() == 1400)
    assert away == canvas.rect().bottomRight() - canvas.minimap.geometry().bottomRight()


def test_the_minimap_shows_where_cards_glide_to_not_where_they_come_from(show, qtbot) -> None:
    canvas, _ = show(field(200, columns=20))
    canvas.reset_zoom()
    qtbot.waitUntil(canvas.minimap.isVisible)
    before = canvas.minimap.grab().toImage()
    rest = {id_: (0.0, 90.0 * row) for row, id_ in enumerate(canvas.model.ids[1:])}

    canvas.glide_next()
    canvas.workspace.apply(Move(rest))
    canvas.minimap.grab()
    qtbot.waitUntil(lambda: not canvas.glides, timeout=2000)
    after = canvas.minimap.grab().toImage()
    canvas.drawn_anew.emit()

    assert before != after
    assert canvas.minimap.grab().toImage() == after


def test_blocks_that_are_all_moved_away_are_followed_by_the_view(show, qtbot) -> None:
    canvas, _ = show(placed("io.image", "nn.relu"))

    canvas.workspace.apply(Move({"image": (9000.0, 0.0), "relu": (9000.0, 400.0)}))
    assert "whole" == canvas.sight()

    canvas.workspace.document.undo()
    assert "whole" == canvas.sight()


def test_a_drawing_that_was_seen_whole_is_seen_whole_and_large_when_laid_out(show, qtbot) -> None:
    canvas, _ = show(field(60, columns=60))
    small = canvas.camera.zoom
    in_rows = {
        id_: (232.0 * (row % 10), 160.0 * (row // 10)) for row, id_ in enumerate(canvas.model.ids)
    }

    canvas.glide_next()
    canvas.workspace.apply(Move(in_rows))
    qtbot.waitUntil(lambda: not canvas.glides, timeout=2000)

    assert "whole" == canvas.sight()
    assert canvas.camera.zoom > 2 * small


def test_moving_one_block_leaves_the_view_as_it_is(show) -> None:
    canvas, _ = show(placed("io.image", "nn.relu"))
    camera = canvas.camera

    canvas.workspace.apply(Move({"relu": (9000.0, 0.0)}))

    assert camera == canvas.camera


def test_the_minimap_shows_while_there_is_more_and_moves_the_view(show, qtbot) -> None:
    canvas, _ = show(field(200, columns=20))
    assert not canvas.minimap.isVisible()
    canvas.reset_zoom()
    qtbot.waitUntil(canvas.minimap.isVisible)
    canvas.minimap.grab()

    hand = Hand(canvas.minimap)
    hand.click(QPointF(190, 66))
    right = canvas.center().x()
    hand.drag(QPointF(190, 66), QPointF(100, 66))

    assert right > 3500
    assert 1800 < canvas.center().x() < 2800
    canvas.minimap.want(False)
    assert not canvas.minimap.isVisible()


def test_a_place_on_the_canvas_is_found_again(show) -> None:
    canvas, _ = show(field(60))
    place = View(500.0, 300.0, 0.75)

    canvas.show_view(place)

    assert place == pytest.approx(canvas.view())


def test_back_and_forward_lead_through_the_places_that_were_looked_at() -> None:
    trail = Trail()
    size = QSizeF(800, 600)
    places = [Camera(1.0).centered(QPointF(1000 * i, 0), size) for i in range(3)]
    for place in places:
        trail.rest(place)
        trail.rest(place.panned(10, 0))

    nudged = places[2].panned(20, 0)
    assert places[1].panned(10, 0) == trail.back(nudged)
    assert places[0].panned(10, 0) == trail.back(places[1])
    assert trail.back(places[0]) is None
    assert places[1] == trail.forward(places[0])
    assert nudged == trail.forward(places[1])
    assert trail.forward(nudged) is None


def test_cards_line_up_with_their_neighbours_while_they_are_carried(show) -> None:
    workspace = placed("io.image", "nn.relu")
    workspace.apply(Move({"relu": (403.0, 91.0)}))
    canvas, hand = show(workspace)
    grip = canvas.node_rect("image").center() + QPointF(0, 20)
    by = QPointF(401.0, 300.0) * canvas.camera.zoom

    hand.pull(grip, grip + by)
    canvas.grab()
    hand.release(grip + by)

    assert 403.0 == workspace.graph.nodes["image"].x


def test_a_press_on_the_minimap_is_none_of_the_canvas(show) -> None:
    canvas, _ = show(field(100, columns=50))
    canvas.reset_zoom()
    before = canvas.workspace.graph
    at = QPointF(50, 50)
    event = QMouseEvent(
        QEvent.Type.MouseButtonDblClick, at, at, Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip

    QApplication.sendEvent(canvas.minimap, event)

    assert not canvas.quick.isVisible()
    assert before is canvas.workspace.graph


def test_a_reader_hears_frames_with_their_blocks_and_notes_with_their_words(show) -> None:
    head_frame = Frame("f", "Head", "Looks first", x=-24.0, y=-48.0, width=456.0, height=160.0)
    note = Frame("n", text="Try wider", kind="note", x=40.0, y=200.0)
    canvas, _ = show(framed(head_frame, note))
    spoken = QAccessible.queryAccessibleInterface(canvas)

    parts = [spoken.child(i) for i in range(spoken.childCount())]
    names = [part.text(QAccessible.Text.Name) for part in parts]
    frame, words = parts[3:]

    assert "Network, 3 blocks, 1 frame, 1 note" == spoken.text(QAccessible.Text.Name)
    assert ["Head, frame, with image, relu", "Try wider, note"] == names[3:]
    assert "Looks first" == frame.text(QAccessible.Text.Description)
    assert (QAccessible.Role.Grouping, QAccessible.Role.Note) == (frame.role(), words.role())
    assert [0, 1, 2, 3, 4] == [spoken.indexOfChild(part) for part in parts]
    assert None is spoken.child(5)


def test_a_reader_finds_frames_where_they_are_seen(show) -> None:
    canvas, _ = show(framed())
    spoken = QAccessible.queryAccessibleInterface(canvas)
    frame = spoken.child(3)

    on_head = canvas.mapToGlobal(head(canvas, "f").toPoint())
    on_card = spoken.child(1).rect().center()

    assert frame.rect().contains(on_head)
    assert 3 == spoken.indexOfChild(spoken.childAt(on_head.x(), on_head.y()))
    assert 1 == spoken.indexOfChild(spoken.childAt(on_card.x(), on_card.y()))
    assert None is spoken.childAt(-5000, -5000)


def test_a_reader_hears_that_a_frame_is_selected_or_collapsed_or_gone(show) -> None:
    canvas, _ = show(framed())
    frame = QAccessible.queryAccessibleInterface(canvas).child(3)
    full = frame.rect().height()

    canvas.workspace.mark(frames=["f"])
    canvas.workspace.apply(SetFrame(replace(canvas.model.frames["f"], collapsed=True)))
    inside = QAccessible.queryAccessibleInterface(canvas).child(0)

    assert (True, True) == (frame.state().selected, frame.state().focused)
    assert (True, False) == (frame.state().collapsed, frame.state().expanded)
    assert "Head, frame, collapsed, with image, relu" == frame.text(QAccessible.Text.Name)
    assert frame.rect().height() < full
    assert inside.state().invisible
    canvas.workspace.document.undo()
    canvas.workspace.apply(RemoveFrame(("f",)))
    assert not frame.isValid()
    assert QRect() == frame.rect()
