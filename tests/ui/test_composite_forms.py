"""The forms of composites in the inspector: definition, instance, expressions, shared weights."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.app import composing
from studio.core.edits import SetParam
from studio.core.graph import Node
from studio.ui.dialogs.names import NameQuestion
from studio.ui.inspector.block_view import BlockView
from studio.ui.inspector.composite_view import CompositeView
from studio.ui.inspector.instance_part import InstancePart, RepeatPart, SharingPart
from studio.ui.widgets.binding import BindButton
from studio.ui.widgets.fields import ChoiceField, LineField, Switch
from studio.ui.window import MainWindow
from tests.helpers.builders import mlp
from tests.helpers.desk import opened_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on an experiment whose hidden layer is a composite called ``layer1``."""
    with opened_window(qtbot) as window:
        window.studio.filing.adopt(mlp(8, 8, 8, 3), None)
        window.studio.workspace.select(["fc1", "relu1"])
        composing.fold(window.studio.workspace, "layer")
        yield window


def view(window: MainWindow, qtbot: QtBot, kind: type, *ids: str) -> QWidget:
    inspector = window.pages.build.inspector
    window.studio.workspace.select(ids)
    qtbot.waitUntil(lambda: isinstance(inspector.view, kind))
    inspector.refresh()
    return inspector.view


def inside(window: MainWindow, qtbot: QtBot) -> CompositeView:
    window.studio.workspace.open_composite("layer", through="layer1")
    found = view(window, qtbot, CompositeView)
    assert isinstance(found, CompositeView)
    return found


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def bind_button(form: QWidget, name: str) -> BindButton:
    return next(b for b in form.findChildren(BindButton) if b.accessibleName() == f"Bind {name}")


def pick(button: BindButton, words: str) -> None:
    """Choose a row of the button's menu as a click would."""
    menu = button.menu()
    menu.aboutToShow.emit()
    row = next(row for row in menu.actions() if row.text() == words)
    menu.triggered.emit(row)


def add_width(window: MainWindow, qtbot: QtBot) -> None:
    """Give the composite the parameter ``width`` of 8 by its form."""
    form = inside(window, qtbot)
    QTest.mouseClick(form.add, LEFT)
    form.refresh()
    type_into(form.params.itemAt(0).widget().name, "width")
    form.refresh()
    type_into(form.params.itemAt(0).widget().default, "8")
    form.refresh()


def test_a_parameter_is_added_named_and_given_a_default(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace

    add_width(window, qtbot)

    (param,) = workspace.document.experiment.composites["layer"].params
    assert ("width", 8) == (param.name, param.default)
    assert "Set default of width" == workspace.document.undo_label


def test_a_field_inside_takes_an_expression_and_shows_its_value(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    add_width(window, qtbot)
    form = view(window, qtbot, BlockView, "fc1").form

    type_into(form.field("out_features"), "=2*width")

    field = form.field("out_features")
    assert "=2*width" == workspace.graph.nodes["fc1"].params["out_features"]
    assert isinstance(field, LineField)
    assert ("=2*width", "= 16") == (field.text(), field.aside.strip().removesuffix(" features"))
    assert "B×16" == str(workspace.here.blocks["fc1"].outputs["y"])


def test_an_unknown_name_in_an_expression_is_said_under_the_field(
    window: MainWindow, qtbot
) -> None:
    add_width(window, qtbot)
    form = view(window, qtbot, BlockView, "fc1").form

    type_into(form.field("out_features"), "=wide")

    assert "width" in form.error("out_features")
    assert 8 == window.studio.workspace.graph.nodes["fc1"].params["out_features"]


def test_an_instance_overrides_a_parameter_and_is_seen_with_it_inside(
    window: MainWindow, qtbot
) -> None:
    workspace = window.studio.workspace
    add_width(window, qtbot)
    type_into(view(window, qtbot, BlockView, "fc1").form.field("out_features"), "=width")
    workspace.close_composite()

    type_into(view(window, qtbot, BlockView, "layer1").form.field("width"), "24")

    assert {"width": 24} == workspace.graph.nodes["layer1"].params
    assert "B×24" == str(workspace.checked.blocks["layer1"].outputs["y"])
    workspace.open_composite("layer", through="layer1")
    assert {"width": 24} == workspace.names


def test_renaming_a_parameter_is_followed_inside_and_at_the_instances(
    window: MainWindow, qtbot
) -> None:
    workspace = window.studio.workspace
    add_width(window, qtbot)
    type_into(view(window, qtbot, BlockView, "fc1").form.field("out_features"), "=width")
    workspace.close_composite()
    type_into(view(window, qtbot, BlockView, "layer1").form.field("width"), "24")
    form = inside(window, qtbot)

    type_into(form.params.itemAt(0).widget().name, "size")

    assert "=size" == workspace.graph.nodes["fc1"].params["out_features"]
    experiment = workspace.document.experiment
    assert {"size": 24} == experiment.graph.nodes["layer1"].params


def test_a_parameter_in_use_cannot_be_removed(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    add_width(window, qtbot)
    type_into(view(window, qtbot, BlockView, "fc1").form.field("out_features"), "=width")
    form = inside(window, qtbot)

    QTest.mouseClick(form.params.itemAt(0).widget().remove, LEFT)

    assert 1 == len(workspace.document.experiment.composites["layer"].params)
    assert "still used by fc1" in window.studio.notices.open[-1].message


def test_repeating_an_instance_multiplies_its_weights(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    form = view(window, qtbot, BlockView, "layer1")
    (part,) = form.findChildren(InstancePart)
    before = workspace.checked.blocks["layer1"].parameters

    type_into(part.form.field("repeat"), "12")

    assert 12 == workspace.graph.nodes["layer1"].repeat
    assert 12 * before == workspace.checked.blocks["layer1"].parameters
    assert "×12" == window.pages.build.canvas.card_painter().content("layer1").repeat


def test_a_single_block_is_repeated_by_typing_a_number_which_is_typed_on(
    window: MainWindow, qtbot
) -> None:
    workspace = window.studio.workspace
    before = workspace.document.experiment
    form = view(window, qtbot, BlockView, "fc2")
    (part,) = form.findChildren(RepeatPart)
    field = part.form.field("repeat")
    field.setFocus()
    field.selectAll()

    QTest.keyClicks(field, "2")
    qtbot.waitUntil(lambda: window.pages.build.inspector.view is not form)
    again = window.focusWidget()
    QTest.keyClicks(again, "4")

    node = workspace.graph.nodes["fc2"]
    assert ("fc2", 24) == (node.title, node.repeat)
    assert workspace.graph.feeds == before.graph.feeds
    assert "×24" == window.pages.build.canvas.card_painter().content("fc2").repeat
    assert "Repeat fc2" == workspace.document.undo_label
    window.studio.run("edit.undo")
    assert workspace.document.experiment is before


def test_a_block_whose_output_does_not_fit_its_input_is_not_repeated(
    window: MainWindow, qtbot
) -> None:
    workspace = window.studio.workspace
    (part,) = view(window, qtbot, BlockView, "fc3").findChildren(RepeatPart)
    before = workspace.document.experiment

    type_into(part.form.field("repeat"), "3")

    assert workspace.document.experiment is before
    assert "expected an output of B×8 as at its input" in window.studio.notices.open[-1].message
    assert "1" == part.form.field("repeat").text()


def test_a_selection_is_repeated_as_often_as_is_typed(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    before = workspace.document.experiment
    workspace.select(["fc2", "relu2"])

    window.studio.run("compose.repeat")
    qtbot.waitUntil(lambda: bool(window.findChildren(NameQuestion)))
    (question,) = window.findChildren(NameQuestion)
    type_into(question.field, "4")

    (made,) = workspace.selected
    assert ("Block", 4) == (made.title, made.repeat)
    assert not workspace.checked.errors
    window.studio.run("edit.undo")
    assert workspace.document.experiment is before


def test_a_switch_becomes_a_parameter_and_is_bound_to_it(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    inside(window, qtbot)
    form = view(window, qtbot, BlockView, "fc1").form
    assert isinstance(form.field("bias"), Switch)

    pick(bind_button(form, "bias"), "New parameter bias")
    qtbot.waitUntil(lambda: isinstance(form.field("bias"), LineField))

    (param,) = workspace.document.experiment.composites["layer"].params
    assert ("bias", True) == (param.name, param.default)
    assert "=bias" == workspace.graph.nodes["fc1"].params["bias"]
    assert "= on" == form.field("bias").aside
    workspace.close_composite()
    before = workspace.checked.parameters
    outside = view(window, qtbot, BlockView, "layer1").form
    QTest.mouseClick(outside.field("bias"), LEFT)
    assert before - 8 == workspace.checked.parameters


def test_a_switch_takes_an_expression_and_a_plain_value_again(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    definition = inside(window, qtbot)
    QTest.mouseClick(definition.add, LEFT)
    definition.refresh()
    type_into(definition.params.itemAt(0).widget().default, "on")
    form = view(window, qtbot, BlockView, "fc1").form

    pick(bind_button(form, "bias"), "Write an expression")
    line = form.field("bias")
    assert isinstance(line, LineField)
    QTest.keyClicks(line, "not size")
    QTest.keyClick(line, Qt.Key.Key_Return)

    assert "=not size" == workspace.graph.nodes["fc1"].params["bias"]
    assert "= off" == line.aside
    window.pages.build.inspector.refresh()
    pick(bind_button(form, "bias"), "A plain value again")
    assert workspace.graph.nodes["fc1"].params["bias"] is False
    window.pages.build.inspector.refresh()
    assert isinstance(form.field("bias"), Switch)


def test_an_expression_that_is_given_up_leaves_the_switch(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    inside(window, qtbot)
    form = view(window, qtbot, BlockView, "fc1").form
    before = workspace.document.experiment

    pick(bind_button(form, "bias"), "Write an expression")
    QTest.keyClicks(form.field("bias"), "nothing")
    assert "expected one of the names" in form.error("bias")
    form.field("out_features").setFocus()

    assert isinstance(form.field("bias"), Switch)
    assert "" == form.error("bias")
    assert workspace.document.experiment is before


def test_a_parameter_of_choices_is_chosen_in_every_instance(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    definition = inside(window, qtbot)
    QTest.mouseClick(definition.add, LEFT)
    definition.refresh()

    type_into(definition.params.itemAt(0).widget().default, "relu | gelu")

    (param,) = workspace.document.experiment.composites["layer"].params
    assert ("relu", ("relu", "gelu")) == (param.default, param.choices)
    workspace.close_composite()
    form = view(window, qtbot, BlockView, "layer1").form
    assert isinstance(form.field("size"), ChoiceField)


def test_nothing_is_bound_outside_composites(window: MainWindow, qtbot) -> None:
    form = view(window, qtbot, BlockView, "fc2").form

    assert bind_button(form, "bias").isHidden()


def test_the_button_of_an_instance_opens_its_composite(window: MainWindow, qtbot) -> None:
    (part,) = view(window, qtbot, BlockView, "layer1").findChildren(InstancePart)

    QTest.mouseClick(part.open, LEFT)

    assert "layer" == window.studio.workspace.where


def test_ports_change_places(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    form = inside(window, qtbot)
    experiment = workspace.document.experiment
    graph = experiment.composites["layer"].graph.add(
        Node("extra", "io.port_in", "extra", {"order": 1})
    )
    window.studio.filing.adopt(experiment.with_graph(graph, "layer"), None)
    form = inside(window, qtbot)

    QTest.mouseClick(form.ports.itemAt(1).widget().up, LEFT)

    spec = workspace.scope.block("composite:layer")
    assert ["extra", "x"] == [port.name for port in spec.inputs]


def test_a_block_uses_the_weights_of_one_that_fits(window: MainWindow, qtbot) -> None:
    workspace = window.studio.workspace
    twin = replace(workspace.graph.nodes["fc2"], id="twin", title="twin")
    experiment = workspace.document.experiment
    graph = experiment.graph.add(twin)
    window.studio.filing.adopt(replace(experiment, graph=graph), None)
    (part,) = view(window, qtbot, BlockView, "twin").findChildren(SharingPart)
    words = [part.chooser.itemText(row) for row in range(part.chooser.count())]

    part.chooser.setFocus()
    QTest.keyClick(part.chooser, Qt.Key.Key_Down)

    assert ["Its own", "Those of fc2"] == words[:2]
    assert "fc2" == workspace.graph.nodes["twin"].shares
    owner = view(window, qtbot, BlockView, "fc2").findChildren(SharingPart)[0]
    assert "twin" in owner.users.text()


def test_a_card_inside_shows_the_expression_and_not_a_default(window: MainWindow, qtbot) -> None:
    add_width(window, qtbot)
    window.studio.workspace.apply(SetParam(("fc1",), "out_features", "=2*width"))

    assert "2*width" in window.pages.build.canvas.card_painter().content("fc1").summary


def test_the_menu_of_a_block_keeps_what_belongs_together(window: MainWindow) -> None:
    menus = [row.menu for row in window.studio.actions.context("block")]

    assert len({*menus}) == sum(one != two for one, two in pairwise([*menus, ""]))


def test_what_a_composite_does_is_written_beside_it_and_undone(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace, form = window.studio.workspace, inside(window, qtbot)

    form.help.setFocus()
    qtbot.keyClicks(form.help, "Bends space.")

    assert workspace.document.experiment.composites["layer"].help == "Bends space."
    assert workspace.offer.scope.block("composite:layer").help == "Bends space."
    workspace.document.undo()
    assert workspace.document.experiment.composites["layer"].help == ""
    qtbot.waitUntil(lambda: form.help.toPlainText() == "")
