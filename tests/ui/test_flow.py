"""The flow of gradients on the canvas: what comes back through every wire, while a run goes on."""

from collections.abc import Iterator, Mapping

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from studio.ui.activity import flow, with_composites
from studio.ui.canvas.canvas import Canvas
from studio.ui.dashboard.colours import colour_at
from tests.helpers.desk import opened_window
from tests.helpers.drawing import chain

ENGINE_MS = 60_000


def test_a_block_without_weights_passes_on_the_most_of_what_comes_back_to_those_behind_it() -> None:
    graph = chain("io.image", "nn.conv2d", "nn.relu", "nn.flatten", "nn.linear").graph

    found = flow({"conv2d": 0.2, "linear": 0.9}, graph)

    assert found == {"linear": 0.9, "flatten": 0.9, "relu": 0.9, "conv2d": 0.2, "image": 0.2}


def test_a_composite_has_the_most_of_what_is_inside_it() -> None:
    found = with_composites({"encoder#2/attention": 0.4, "encoder#1/fc": 0.7, "head": 0.1})

    assert found["encoder"] == 0.7
    assert found["head"] == 0.1


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    with opened_window(qtbot, "spirals-mlp") as window:
        canvas = window.pages.build.canvas
        canvas.fit()
        canvas.settle()
        yield canvas


def colours(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(image.width()) for y in range(0, image.height(), 2)}


def test_wires_have_the_colour_of_what_flows_back_through_them(canvas: Canvas) -> None:
    nodes = canvas.workspace.graph.nodes
    middle = next(id_ for id_, node in nodes.items() if node.kind == "nn.linear")
    strong = QColor(colour_at(0.5)).rgb()
    assert strong not in colours(canvas.grab().toImage())

    canvas.set_flow({middle: 0.5})
    canvas.settle()
    assert strong in colours(canvas.grab().toImage())

    canvas.set_flow({})
    canvas.settle()
    assert strong not in colours(canvas.grab().toImage())


@pytest.mark.slow
def test_the_flow_is_shown_while_a_run_goes_on_if_it_is_wanted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_window(qtbot, "spirals-mlp") as window:
        shown: list[int] = []
        canvas = window.pages.build.canvas
        keep = canvas.set_flow

        def watch(found: Mapping[str, float]) -> None:
            shown.append(len(found))
            keep(found)

        monkeypatch.setattr(canvas, "set_flow", watch)
        assert window.studio.run("view.flow")
        assert window.studio.run("train.start")
        qtbot.waitUntil(lambda: any(shown), timeout=ENGINE_MS)
        window.studio.session.stop()
        qtbot.waitUntil(lambda: window.studio.session.ended is not None, timeout=ENGINE_MS)

        assert shown[-1] == 0
