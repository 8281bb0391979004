"""Laying out many blocks: the window lives on, and what was changed meanwhile is kept."""

from collections.abc import Iterator
from time import perf_counter

import pytest
from pytestqt.qtbot import QtBot

from studio.core.edits import Rename
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window
from tests.helpers.drawing import field


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot) as window:
        window.studio.filing.adopt(field(2000).document.experiment, None)
        yield window


def test_many_blocks_are_laid_out_beside_the_window_as_one_step(
    window: MainWindow, qtbot: QtBot
) -> None:
    document = window.studio.workspace.document
    before = document.experiment

    began = perf_counter()
    window.studio.run("arrange.layout")
    took = perf_counter() - began

    assert took < 0.1
    assert document.experiment is before
    qtbot.waitUntil(lambda: document.undo_label == "Lay out", timeout=20_000)
    assert len(document.history) == 1
    document.undo()
    assert document.experiment is before


def test_a_layout_is_dropped_where_the_drawing_was_changed_meanwhile(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace, told = window.studio.workspace, list[str]()
    workspace.refused.connect(told.append)
    first = next(iter(workspace.graph.nodes))

    window.studio.run("arrange.layout")
    workspace.apply(Rename(first, "mine"))

    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert told == ["The drawing was changed meanwhile; lay it out once more"]
    assert workspace.graph.nodes[first].title == "mine"
    assert len(workspace.document.history) == 1


def test_a_chain_is_laid_out_in_rows_as_one_step(qtbot: QtBot) -> None:
    with opened_window(qtbot, "lenet-digits") as window:
        document = window.studio.workspace.document
        before = document.experiment

        assert window.studio.run("arrange.layout-rows")

        nodes = document.graph.nodes.values()
        assert max(node.x for node in nodes) - min(node.x for node in nodes) < 1400
        assert document.undo_label == "Lay out in rows"
        document.undo()
        assert document.experiment is before
