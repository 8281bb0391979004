"""The forms of composites in the inspector: definition, instance, expressions, shared weights."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.app import composing
from studio.core.graph import Node
from studio.ui.inspector.block_view import BlockView
from studio.ui.inspector.composite_view import CompositeView
from studio.ui.inspector.instance_part import InstancePart, SharingPart
from studio.ui.widgets.fields import LineField
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
