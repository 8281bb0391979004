"""What the menus and keys of the window do on the canvas."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from studio.core.edits import Move
from studio.core.graph import End
from studio.core.marks import View
from studio.core.taking_part import Share
from studio.ui.canvas.canvas import Canvas
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

NONE, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        window.studio.settings.set("reduce_motion", value=True)
        yield window


@pytest.fixture
def canvas(window: MainWindow) -> Canvas:
    return window.pages.build.canvas


def press(window: MainWindow, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    """Press a key once the window has taken note of what is selected, as between two events."""
    window.menus.refresh()
    QTest.keyClick(window.pages.build.canvas, key, keys)


def modes(canvas: Canvas, *ids: str) -> list[str]:
    return [canvas.workspace.graph.nodes[id_].mode for id_ in ids]


HOW = {"bypass": NONE, "freeze": SHIFT, "disable": CONTROL}


@pytest.mark.parametrize(("mode", "keys"), HOW.items())
def test_m_lets_blocks_take_part_otherwise_and_again_as_before(
    window, canvas, qtbot, keys, mode
) -> None:
    canvas.workspace.select(["relu1", "relu2"])

    press(window, Qt.Key.Key_M, keys)
    assert [mode, mode, ""] == modes(canvas, "relu1", "relu2", "conv1")

    press(window, Qt.Key.Key_M, keys)
    assert ["", ""] == modes(canvas, "relu1", "relu2")


def test_w_and_enter_wire_the_selected_block_without_a_mouse(window, canvas, qtbot) -> None:
    new = canvas.workspace.place("nn.relu", 0.0, 900.0)
    canvas.workspace.select(["fc1"])

    press(window, Qt.Key.Key_W)
    field = canvas.target_list.findChild(QLineEdit)
    assert canvas.target_list.isVisible()
    qtbot.keyClicks(field, new)
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert End("fc1", "y") == canvas.workspace.graph.feeds[End(new, "x")]
    assert {new} == canvas.workspace.selection


def test_control_delete_takes_a_block_out_and_joins_its_neighbours(window, canvas, qtbot) -> None:
    graph = canvas.workspace.graph
    before, after = graph.inputs_of["relu1"]["x"], graph.consumers_of["relu1"][0]
    canvas.workspace.select(["relu1"])

    press(window, Qt.Key.Key_Delete, CONTROL)

    assert before == canvas.workspace.graph.feeds[after]
    assert "relu1" not in canvas.workspace.graph.nodes


@pytest.mark.parametrize(
    ("key", "selected"),
    [
        (Qt.Key.Key_BracketLeft, {"image", "conv1", "relu1"}),
        (Qt.Key.Key_L, None),
        (Qt.Key.Key_I, None),
    ],
)
def test_keys_select_what_hangs_together(window, canvas, qtbot, key, selected) -> None:
    workspace = canvas.workspace
    workspace.select(["relu1"])

    press(window, key, CONTROL)

    everything = set(workspace.graph.nodes)
    others = everything - {"relu1"} if key == Qt.Key.Key_I else everything
    assert (selected or others) == workspace.selection


def test_shift_g_selects_all_of_a_kind(window, canvas, qtbot) -> None:
    canvas.workspace.select(["conv1"])

    press(window, Qt.Key.Key_G, SHIFT)

    assert {"conv1", "conv2"} == canvas.workspace.selection


def test_a_selected_wire_and_a_frame_are_deleted_in_one_step(window, canvas, qtbot) -> None:
    workspace = canvas.workspace
    workspace.select(["conv1", "relu1"])
    press(window, Qt.Key.Key_C)
    qtbot.keyClick(canvas.words_editor, Qt.Key.Key_Return)
    (frame,) = workspace.graph.frames.values()
    assert frame.holds(workspace.graph.nodes["conv1"].x, workspace.graph.nodes["conv1"].y)
    with_all = workspace.graph
    workspace.mark([frame.id], [End("relu1", "x")])

    press(window, Qt.Key.Key_Delete)

    assert not workspace.graph.frames
    assert End("relu1", "x") not in workspace.graph.feeds
    workspace.document.undo()
    assert with_all is workspace.graph


def test_n_puts_a_note_and_lets_it_be_written_at_once(window, canvas, qtbot) -> None:
    press(window, Qt.Key.Key_N)
    qtbot.keyClicks(canvas.words_editor, "Wider")
    qtbot.keyClick(canvas.words_editor, Qt.Key.Key_Return, CONTROL)

    (note,) = canvas.workspace.graph.frames.values()
    assert ("note", "Wider") == (note.kind, note.text)


def test_frames_are_coloured_and_collapsed_from_their_menu(window, canvas) -> None:
    workspace, studio = canvas.workspace, window.studio
    workspace.select(["conv1", "relu1"])
    studio.run("frame.add")
    canvas.words_editor.dismiss()

    assert studio.run("frame.colour-green")
    assert studio.run("frame.fold")

    (frame,) = workspace.graph.frames.values()
    assert ("green", True) == (frame.colour, frame.collapsed)
    assert "Open frame" == studio.actions.rows["frame.fold"].title_now(studio)


@pytest.mark.parametrize(
    ("action", "axis", "edge"),
    [
        ("arrange.align-left", 0, 0.0), ("arrange.align-right", 0, 1.0),
        ("arrange.align-centre", 0, 0.5), ("arrange.align-top", 1, 0.0),
        ("arrange.align-bottom", 1, 1.0), ("arrange.align-middle", 1, 0.5),
    ],
)  # fmt: skip
def test_blocks_are_lined_up_by_their_cards(window, canvas, action, axis, edge) -> None:
    canvas.workspace.apply(Move({"conv1": (40.0, 16.0), "relu1": (400.0, 136.0)}))
    canvas.workspace.select(["conv1", "relu1", "flatten"])

    assert window.studio.run(action)

    rects = canvas.model.rects[[canvas.model.row[id_] for id_ in ("conv1", "relu1", "flatten")]]
    places = rects[:, axis] + edge * rects[:, 2 + axis]
    assert float(places.max() - places.min()) < 1e-6


def test_q_lets_the_wires_between_selected_blocks_run_level(window, canvas, qtbot) -> None:
    canvas.workspace.apply(Move({"conv1": (232.0, 40.0), "relu1": (500.0, 170.0)}))
    canvas.workspace.select(["image", "conv1", "relu1"])

    press(window, Qt.Key.Key_Q)

    rows = [canvas.model.strands.rows[End(id_, "x")].start for id_ in ("conv1", "relu1")]
    assert (
        canvas.model.strands.ends[rows, 1].tolist() == canvas.model.strands.ends[rows, 3].tolist()
    )


def test_laying_out_is_one_step_and_frames_close_around_their_blocks(window, canvas) -> None:
    workspace, studio = canvas.workspace, window.studio
    workspace.select(["conv1", "relu1"])
    studio.run("frame.add")
    canvas.words_editor.dismiss()
    before = workspace.graph
    workspace.select(())

    assert studio.run("arrange.layout")

    (frame,) = canvas.model.frames.values()
    inside = {canvas.model.ids[row] for row in canvas.model.rows_in(frame)}
    assert {"conv1", "relu1"} <= inside
    assert "Lay out" == workspace.document.undo_label
    workspace.document.undo()
    assert before is workspace.graph


def test_a_bookmark_leads_back_to_where_it_was_set(window, canvas, qtbot) -> None:
    canvas.show_view(View(300.0, 200.0, 0.5))
    press(window, Qt.Key.Key_4, ALT | SHIFT)
    canvas.fit()

    press(window, Qt.Key.Key_4, ALT)

    assert pytest.approx(View(300.0, 200.0, 0.5)) == canvas.view()
    assert "Set bookmark" == canvas.workspace.document.undo_label


def test_alt_left_goes_back_to_the_place_before(window, canvas, qtbot) -> None:
    canvas.show_view(View(0.0, 0.0, 1.0))
    canvas.remember_place()
    canvas.show_view(View(3000.0, 0.0, 1.0))

    press(window, Qt.Key.Key_Left, ALT)
    assert pytest.approx(View(0.0, 0.0, 1.0)) == canvas.view()

    press(window, Qt.Key.Key_Right, ALT)
    assert pytest.approx(View(3000.0, 0.0, 1.0)) == canvas.view()


def test_weights_stop_being_shared_from_the_menu(window, canvas) -> None:
    canvas.workspace.apply(Share(("relu2",), "relu1"))
    canvas.workspace.select(["relu2"])

    assert window.studio.run("mode.unshare")

    assert [] == canvas.model.links


def test_the_minimap_is_switched_in_the_view_menu(window, canvas) -> None:
    assert canvas.minimap.wanted

    window.studio.run("view.minimap")

    assert not canvas.minimap.wanted
    assert not window.studio.settings.values.flag("minimap")


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard")
@pytest.mark.parametrize(
    ("about", "offered"),
    [
        ("wire", {"Cut wires of selection", "Delete"}),
        ("frame", {"Write…", "Collapse frame", "Green", "Delete"}),
        ("canvas", {"Note", "Frame", "Lay out", "Paste", "Fit the drawing"}),
    ],
)
def test_each_sort_of_thing_has_a_menu_of_its_own(window, canvas, about, offered) -> None:
    canvas.workspace.select(["conv1", "relu1"])
    window.studio.run("frame.add")
    canvas.words_editor.dismiss()
    (frame,) = canvas.workspace.graph.frames
    canvas.workspace.select(())
    if about == "frame":
        canvas.workspace.mark([frame])
    if about == "wire":
        canvas.workspace.mark(wires=[End("relu1", "x")])

    canvas.context_requested.emit(QPoint(10, 10), about)
    menu = window.menus.contexts[about]
    found = {action.text() for action in menu.actions() if action.isEnabled()}
    menu.close()

    assert offered <= found
