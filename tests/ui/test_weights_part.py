from collections.abc import Iterator

import pytest

from studio.ui.inspector.block_view import BlockView
from studio.ui.inspector.weights_part import WeightsPart
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        yield window


def _part(window: MainWindow, qtbot, block: str) -> WeightsPart:
    window.studio.workspace.select([block])
    inspector = window.pages.build.inspector
    qtbot.waitUntil(
        lambda: isinstance(inspector.view, BlockView) and inspector.view.title.text() == block
    )
    return next(part for part in inspector.view.parts if isinstance(part, WeightsPart))


def _names(part: WeightsPart) -> list[str]:
    return [param.name for param in part.form.params]


def test_first_weights_are_chosen_in_the_inspector_and_undone(window, qtbot) -> None:
    document = window.studio.workspace.document
    before = document.experiment
    part = _part(window, qtbot, "conv1")
    assert ["initial", "rate"] == _names(part)

    part.form.field("initial").changed.emit("normal")
    qtbot.waitUntil(lambda: "spread" in _names(part))
    assert {"initial": "normal"} == document.experiment.graph.nodes["conv1"].weights

    document.undo()
    qtbot.waitUntil(lambda: ["initial", "rate"] == _names(part))
    assert before is document.experiment


def test_a_rate_is_typed_and_blocks_without_weights_have_none(window, qtbot) -> None:
    part = _part(window, qtbot, "conv1")
    field = part.form.field("rate")

    field.selectAll()
    qtbot.keyClicks(field, "0.1")

    workspace = window.studio.workspace
    assert {"rate": 0.1} == workspace.graph.nodes["conv1"].weights
    other = next(id_ for id_, node in workspace.graph.nodes.items() if node.kind == "nn.relu")
    workspace.select([other])
    inspector = window.pages.build.inspector
    qtbot.waitUntil(lambda: inspector.view.title.text() == workspace.graph.nodes[other].title)
    part = next(part for part in inspector.view.parts if isinstance(part, WeightsPart))
    assert part.isHidden()
