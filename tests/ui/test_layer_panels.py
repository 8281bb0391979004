"""Panels of what is inside: histograms, feature maps, gates and the gradient through time."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Event, Snapshot
from studio.runs.histograms import BINS
from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.histogram_map import HistogramMap, limits_of
from studio.ui.dashboard.panel import Panel, PanelContext
from studio.ui.dashboard.panels.features import SPEC as FEATURES
from studio.ui.dashboard.panels.features import FeaturesPanel
from studio.ui.dashboard.panels.histograms import SPEC as HISTOGRAMS
from studio.ui.dashboard.panels.histograms import HistogramsPanel
from studio.ui.dashboard.panels.recurrent import SPEC as RECURRENCE
from studio.ui.dashboard.panels.recurrent import Gates, RecurrentPanel, ThroughTime
from studio.ui.theme import DARK, palette_of
from tests.helpers.a_run import features, started
from tests.helpers.drawing import chain

Show = Callable[..., Panel]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    windows: list[QMainWindow] = []  # a window that is forgotten goes

    def make(spec: object, *events: Event, workspace: Workspace | None = None) -> Panel:
        window = QMainWindow()
        windows.append(window)
        qtbot.addWidget(window)
        record = Record.from_events([started(), *events])
        panel = spec.make(PanelContext(record, Cursor(window), workspace))
        window.setCentralWidget(panel)
        window.resize(640, 420)
        window.show()
        qtbot.waitExposed(window)
        panel.refresh()
        panel.grab()
        return panel

    return make


def histogram(step: int, values: np.ndarray, *, block: str = "fc1", kind: str = "weights") -> Event:
    from studio.engine.probes.histograms import counts_of

    counts = counts_of(torch.from_numpy(values)).numpy()
    arrays = {"counts": array_from_numpy(counts)}
    return Snapshot(kind=f"histogram-{kind}", block=block, step=step, arrays=arrays)


def test_a_histogram_says_under_the_pointer_how_many_values_lie_where(show: Show) -> None:
    values = np.concatenate([np.full(75, 0.5), np.full(25, -0.5)]).astype(np.float32)
    panel = show(HISTOGRAMS, histogram(1, values), histogram(9, values))
    assert isinstance(panel, HistogramsPanel)
    shown = panel.picture.content
    assert isinstance(shown, HistogramMap)

    x = panel.picture.width() * 3 // 4
    told = [shown.rows_at(QPoint(x, y).toPointF()) for y in range(10, panel.picture.height())]

    known = {(head, rows[1].value) for head, rows in filter(None, told)}
    assert {("step 9", "75 %"), ("step 9", "25 %")} <= known
    assert panel.caption.text() == "to step 9"
    lines = panel.table().splitlines()
    assert lines[0] == "step,from,to,count"
    assert sorted(line.split(",")[3] for line in lines[1:]) == ["25", "25", "75", "75"]


def test_the_limits_of_a_bin_hold_its_values() -> None:
    assert limits_of(BINS) == (-1e-8, 1e-8)
    low, high = limits_of(BINS + 1)
    assert low == pytest.approx(1e-8)
    assert limits_of(BINS - 1) == (-high, -low)


def test_rows_near_zero_that_hold_hardly_anything_are_one() -> None:
    values = np.random.default_rng(0).normal(size=100_000).astype(np.float32)
    snapshot = histogram(1, values)
    assert isinstance(snapshot, Snapshot)

    shown = HistogramMap([snapshot])

    (middle,) = [pair for pair in shown.rows if pair[1] - pair[0] > 1]
    assert limits_of(middle[1] - 1)[1] < 0.01
    assert shown.counts[0, middle[0] : middle[1]].sum() <= 0.002 * len(values)
    assert np.nansum(shown.counts) == len(values)


def test_gradients_and_outputs_have_histograms_too_and_ask_for_their_own_look(show: Show) -> None:
    values = np.ones(4, np.float32)
    panel = show(HISTOGRAMS, histogram(1, values), histogram(2, values, kind="activations"))
    assert panel.wanted == {"weight-histograms": {}}

    panel.choose("kind", "activations")
    panel.refresh()

    assert panel.wanted == {"activation-histograms": {}}
    assert panel.caption.text() == "to step 2"


def test_values_that_are_not_finite_are_counted(show: Show) -> None:
    panel = show(HISTOGRAMS, histogram(3, np.array([1.0, np.nan, np.inf], np.float32)))

    assert panel.caption.text() == "to step 3 · 2 values not finite"


def test_only_blocks_that_give_images_can_be_looked_into(show: Show) -> None:
    workspace = chain("io.image", "nn.conv2d", "nn.relu", "nn.flatten", "nn.linear")
    panel = show(FEATURES, workspace=workspace)
    assert isinstance(panel, FeaturesPanel)

    assert [id_ for id_, _ in panel.options] == ["conv2d", "relu"]
    assert panel.wanted == {"features": {"block": "conv2d", "sample": 0}}
    panel.sample.setValue(3)
    assert panel.wanted == {"features": {"block": "conv2d", "sample": 2}}
    assert panel.settings["sample"] == 2


def test_feature_maps_are_drawn_as_they_were_at_the_step_under_the_cursor(show: Show) -> None:
    panel = show(FEATURES, features(4), features(8))
    newest = panel.grab().toImage()

    panel.cursor_step.hold(4)

    assert panel.caption.text() == "step 4"
    assert panel.grab().toImage() != newest


def through_time(step: int, norms: list[float]) -> Snapshot:
    arrays = {"norms": array_from_numpy(np.array(norms, np.float32))}
    return Snapshot(kind="through-time", block="lstm", step=step, arrays=arrays)


def test_the_gradient_through_time_says_how_much_of_it_comes_back(show: Show) -> None:
    panel = show(RECURRENCE, through_time(1, [1, 1, 1]), through_time(5, [1e-6, 1e-3, 1.0]))
    assert isinstance(panel, RecurrentPanel)

    shown = panel.picture.content
    assert isinstance(shown, ThroughTime)
    assert panel.caption.text() == "first by last position 1×10⁻⁶ · step 5"
    assert panel.table() == "position,gradient\n1,1e-06\n2,0.001\n3,1\n"
    panel.cursor_step.hold(2)
    assert panel.caption.text() == "first by last position 1 · step 1"


def test_gates_are_maps_of_units_by_positions(show: Show) -> None:
    forget = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    arrays = {name: array_from_numpy(forget) for name in ("input", "forget", "state")}
    snapshot = Snapshot(kind="gates", block="lstm", step=7, arrays=arrays)
    panel = show(RECURRENCE, snapshot)

    panel.choose("view", "gates")
    panel.refresh()
    panel.setPalette(palette_of(DARK))
    panel.grab()

    shown = panel.picture.content
    assert isinstance(shown, Gates)
    assert panel.wanted == {"gates": {}}
    told = shown.rows_at(QPoint(14, 24).toPointF())
    assert told is not None
    assert told[0] == "input, position 1"
    assert [row.value for row in told[1]] == ["1", "0"]


def test_a_panel_follows_the_block_that_is_selected_on_the_canvas(show: Show) -> None:
    workspace = chain("io.image", "nn.conv2d", "nn.relu", "nn.flatten", "nn.linear")
    panel = show(
        FEATURES, features(3, block="conv2d"), features(4, block="relu"), workspace=workspace
    )
    assert isinstance(panel, FeaturesPanel)
    panel.choose("block", "conv2d")

    workspace.select(["relu"])
    followed, wanted = panel.block, panel.wanted
    workspace.select(["linear"])
    of_no_images = panel.block
    workspace.select(["relu", "conv2d"])

    assert followed == "relu"
    assert wanted["features"]["block"] == "relu"
    assert of_no_images == "conv2d"
    assert panel.block == "conv2d"
    assert panel.settings["block"] == "conv2d", "what is selected is not kept"
    assert panel.stale
