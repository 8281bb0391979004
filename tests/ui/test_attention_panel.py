"""Attention of all blocks at once: layers by heads, tokens followed, rollout through a stack."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.runs.arrays import array_from_numpy
from studio.runs.attending import rollout, summary_of
from studio.runs.events import Snapshot
from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.attention import AttentionPanel
from studio.ui.theme import LIGHT, palette_of, tokens
from tests.helpers.a_run import started

BLOCKS = ("attn1", "attn2", "cross")


def maps(block: str, step: int) -> np.ndarray:
    keys = 8 if block == "cross" else 6
    weights = np.random.default_rng(step + len(block) + ord(block[-1])).random((2, 6, keys))
    return (weights / weights.sum(axis=2, keepdims=True)).astype(np.float32)


def told(block: str, step: int) -> Snapshot:
    arrays = {"weights": array_from_numpy(maps(block, step))}
    return Snapshot(kind="attention", block=block, step=step, arrays=arrays)


@pytest.fixture
def panel(qtbot: QtBot) -> AttentionPanel:
    events = [started(attentions=BLOCKS)]
    record = Record.from_events(
        [*events, *(told(block, step) for step in (1, 51) for block in BLOCKS)]
    )
    made = AttentionPanel(PanelContext(record, Cursor()))
    qtbot.addWidget(made)
    made.setPalette(palette_of(LIGHT))
    made.resize(560, 420)
    made.show()
    made.refresh()
    made.grab()
    return made


def show(panel: AttentionPanel, what: str) -> None:
    panel._on_block(what)
    panel.grab()


def test_all_blocks_stand_below_each_other_with_their_heads_beside(panel: AttentionPanel) -> None:
    assert [*BLOCKS, "all", "rollout"] == panel._blocks.keys
    show(panel, "all")

    places = {
        (block, head): panel.grid.place_of(block, head) for block in BLOCKS for head in (0, 1)
    }

    assert all(places.values())
    assert panel.caption.text() == "3 blocks · step 51"
    tops = [places[block, 0].top() for block in BLOCKS]  # type: ignore[union-attr]
    assert tops == sorted(tops)
    assert places["attn1", 0].left() < places["attn1", 1].left()  # type: ignore[union-attr]
    cross = places["cross", 0]
    assert cross is not None
    assert cross.width() / cross.height() == pytest.approx(8 / 6)


def test_all_blocks_are_those_of_the_held_moment(panel: AttentionPanel) -> None:
    show(panel, "all")

    panel.cursor_step.hold(10.0)

    assert panel.caption.text() == "3 blocks · step 1"
    assert panel.grid.layers[0].maps == pytest.approx(maps("attn1", 1))


def test_a_click_on_a_map_shows_that_head_of_that_block(panel: AttentionPanel) -> None:
    show(panel, "all")
    place = panel.grid.place_of("attn2", 1)
    assert place is not None

    QTest.mouseClick(panel.grid, Qt.MouseButton.LeftButton, pos=place.center().toPoint())

    assert (panel.view, panel.shown_block) == ("block", "attn2")
    assert panel.map.isVisible()
    assert panel.caption.text() == "head 2 · step 51"


def test_a_token_is_followed_through_all_maps_of_as_many_queries(panel: AttentionPanel) -> None:
    show(panel, "all")
    place = panel.grid.place_of("attn1", 0)
    other = panel.grid.place_of("attn2", 1)
    assert place is not None
    assert other is not None
    tall = place.height() / 6
    accent = tokens(panel.grid).accent

    QTest.mouseMove(panel.grid, QPoint(round(place.center().x()), round(place.top() + 2.5 * tall)))
    image = panel.grid.grab().toImage()
    # The box of values may cover its middle.
    ink = {image.pixelColor(round(other.right()) - 2, y).name().upper()
           for y in range(round(other.top()), round(other.bottom()))}  # fmt: skip

    assert accent.upper() in ink


def test_every_head_says_its_entropy_and_reach(panel: AttentionPanel) -> None:
    summary = summary_of(maps("attn1", 51))
    show(panel, "attn1")

    said = panel.map.captions[0]
    show(panel, "cross")

    assert said == (
        f"head 1 · entropy {summary.entropy[0]:.2g} nats · reach {summary.distance[0]:.2g} steps"
    )
    assert "reach" not in panel.map.captions[0]


def test_rollout_is_that_of_the_blocks_that_attend_one_sequence(panel: AttentionPanel) -> None:
    show(panel, "rollout")

    shown = panel.map._weights

    assert shown is not None
    assert shown[0] == pytest.approx(rollout([maps("attn1", 51), maps("attn2", 51)]))
    assert panel.caption.text() == "what reaches each step through 2 layers · step 51"


def test_beside_one_head_its_tokens_are_followed(panel: AttentionPanel) -> None:
    panel.choose("head", 0)
    show(panel, "attn1")
    panel.map.queries = panel.map.keys = tuple("abcdef")
    panel.map.grab()
    place = panel.map.place_of(0)
    assert place is not None

    beside = QPointF(place.left() - 4, place.top() + place.height() * 3.5 / 6)

    assert panel.map.query_at(beside) == 3
    assert panel.map.weight_at(beside) is None


def test_a_network_with_one_block_has_no_more_to_choose(qtbot: QtBot) -> None:
    record = Record.from_events([started(), told("attn1", 1)])
    panel = AttentionPanel(PanelContext(record, Cursor()))
    qtbot.addWidget(panel)
    panel.choose("view", "all")

    panel.refresh()

    assert panel.view == "block"
    assert ["attn1"] == panel._blocks.keys
