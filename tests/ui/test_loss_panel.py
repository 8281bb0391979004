"""The panel of the loss shows each of several losses beside their sum."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.loss import LossPanel
from studio.ui.dashboard.panels.metric import MetricPanel
from tests.helpers.a_run import points, started

FALL = 1 / np.arange(1.0, 41.0)


@pytest.fixture
def record() -> Record:
    return Record.from_events(
        [
            started(),
            points("train/loss", 3 * FALL),
            points("train/loss/Reconstruction", 2 * FALL),
            points("train/loss/Divergence", FALL),
            points("validation/loss", 3.3 * FALL[::10]),
            points("validation/loss/Divergence", 1.1 * FALL[::10]),
            points("train/mae", FALL),
        ]
    )


def test_each_loss_is_a_curve_with_the_colour_of_its_validation(
    qtbot: QtBot, record: Record, tmp_path: Path
) -> None:
    panel = LossPanel(PanelContext(record, Cursor()))
    qtbot.addWidget(panel)
    panel.resize(480, 300)
    panel.show()
    panel.refresh()

    curves = {curve.name: curve for curve in panel.chart.curves}

    assert [
        "train", "validation", "Reconstruction", "Divergence", "Divergence, validation",
    ] == list(curves)  # fmt: skip
    assert curves["Divergence"].colour == curves["Divergence, validation"].colour
    assert curves["Divergence, validation"].dashed
    assert 4 == len({curve.colour.name() for curve in curves.values()})
    assert "each loss before its weight" in panel.caption_text()
    assert panel.grab().save(str(tmp_path / "loss.png"))


def test_a_loss_is_no_metric(qtbot: QtBot, record: Record) -> None:
    panel = MetricPanel(PanelContext(record, Cursor()))
    qtbot.addWidget(panel)
    panel.refresh()

    assert "mae" == panel.shown_metric
    assert ["train"] == [source.name for source in panel.sources()]
