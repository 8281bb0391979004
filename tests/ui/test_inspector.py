from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from studio.ui.inspector.block_view import BlockView
from studio.ui.inspector.experiment_view import ExperimentView
from studio.ui.inspector.instance_part import SharingPart
from studio.ui.inspector.several_view import SeveralView
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        yield window


def _view(window: MainWindow, qtbot, ids: list[str], kind: type):
    window.studio.workspace.select(ids)
    inspector = window.pages.build.inspector
    qtbot.waitUntil(lambda: isinstance(inspector.view, kind))
    return inspector.view


def test_typing_a_parameter_is_live_and_one_step_of_undo(window, qtbot) -> None:
    workspace = window.studio.workspace
    before = workspace.document.experiment
    view = _view(window, qtbot, ["conv1"], BlockView)
    field = view.form.field("out_channels")

    field.selectAll()
    qtbot.keyClicks(field, "48")
    shape = str(workspace.checked.blocks["conv1"].outputs["y"])
    steps = len(workspace.document.history)
    workspace.document.undo()
    qtbot.waitUntil(lambda: field.text() == "32")

    assert "B×48×8×8" == shape
    assert 1 == steps
    assert before is workspace.document.experiment


def test_a_wrong_value_is_said_in_place_and_changes_nothing(window, qtbot) -> None:
    before = window.studio.workspace.document.experiment
    view = _view(window, qtbot, ["conv1"], BlockView)
    field = view.form.field("kernel_size")

    field.selectAll()
    qtbot.keyClicks(field, "3 by 3")

    assert "expected 2 whole numbers" in view.form.error("kernel_size")
    assert before is window.studio.workspace.document.experiment


def test_sizes_are_read_the_way_people_write_them(window, qtbot) -> None:
    view = _view(window, qtbot, ["conv1"], BlockView)
    field = view.form.field("kernel_size")

    field.selectAll()
    qtbot.keyClicks(field, "5x3")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert (5, 3) == window.studio.workspace.graph.nodes["conv1"].params["kernel_size"]
    assert "5×3" == field.text()


def test_a_changed_field_is_marked_and_goes_back_to_its_default(window, qtbot) -> None:
    view = _view(window, qtbot, ["conv1"], BlockView)
    spec = window.studio.workspace.spec_of("conv1")
    resets = [b for b in view.form.findChildren(QToolButton) if b.isVisible()]

    qtbot.mouseClick(resets[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not resets[0].isVisible())

    value = window.studio.workspace.graph.nodes["conv1"].params["out_channels"]
    assert spec.param("out_channels").default == value


def test_arrow_keys_step_a_number_within_its_range(window, qtbot) -> None:
    view = _view(window, qtbot, ["dropout"], BlockView)
    field = view.form.field("p")
    field.set_value(0.995)

    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Up)

    value = window.studio.workspace.graph.nodes["dropout"].params["p"]
    assert window.studio.workspace.spec_of("dropout").param("p").high == value


def test_several_blocks_are_set_together_where_they_share_a_parameter(window, qtbot) -> None:
    view = _view(window, qtbot, ["fc1", "fc2"], SeveralView)
    field = view.form.field("out_features")
    mixed = field.text(), field.placeholderText()

    qtbot.keyClicks(field, "7")
    nodes = window.studio.workspace.graph.nodes
    window.studio.workspace.document.undo()

    assert ("", "several") == mixed
    assert [7, 7] == [nodes[id_].params["out_features"] for id_ in ("fc1", "fc2")]
    assert [120, 84] == [
        window.studio.workspace.graph.nodes[id_].params["out_features"] for id_ in ("fc1", "fc2")
    ]


def test_a_block_is_renamed(window, qtbot) -> None:
    view = _view(window, qtbot, ["conv1"], BlockView)

    view.title.setText("edges")
    qtbot.keyClick(view.title, Qt.Key.Key_Return)

    assert "edges" == window.studio.workspace.graph.nodes["conv1"].title


def test_an_empty_title_is_refused_with_a_sentence(window, qtbot) -> None:
    view = _view(window, qtbot, ["conv1"], BlockView)

    view.title.setText(" ")
    qtbot.keyClick(view.title, Qt.Key.Key_Return)

    assert "conv1" == view.title.text()
    assert "needs a title" in window.studio.notices.open[-1].message


def test_problems_of_a_block_stand_in_its_inspector(window, qtbot) -> None:
    from studio.core.edits import Disconnect
    from studio.core.graph import End

    window.studio.workspace.apply(Disconnect((End("conv1", "x"),)))

    view = _view(window, qtbot, ["conv1"], BlockView)

    assert "nothing is connected to x" in view.problems.text()
    assert view.problems.isVisible()


def test_with_nothing_selected_the_title_is_edited_and_undone(window, qtbot) -> None:
    before = window.studio.workspace.document.experiment
    view = _view(window, qtbot, [], ExperimentView)

    view.title.selectAll()
    qtbot.keyClicks(view.title, "Le Net")
    changed = window.studio.workspace.document.experiment.title
    window.studio.workspace.document.undo()

    assert "Le Net" == changed
    assert before is window.studio.workspace.document.experiment
    qtbot.waitUntil(lambda: view.title.text() == "LeNet on digits")


@pytest.mark.parametrize(("kind", "asked"), [("nn.relu", False), ("nn.conv2d", True)])
def test_only_blocks_with_weights_are_asked_whose_weights_they_use(
    window, qtbot, kind: str, asked: bool
) -> None:
    workspace = window.studio.workspace
    loose = workspace.place(kind, 0.0, 400.0)
    wired = next(id_ for id_, node in workspace.graph.nodes.items() if node.kind == kind)

    for block in (loose, wired):
        view = _view(window, qtbot, [block], BlockView)
        (part,) = (part for part in view.parts if isinstance(part, SharingPart))

        assert asked == part.isVisibleTo(view)
