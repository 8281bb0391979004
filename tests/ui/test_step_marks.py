"""What was done to a run is marked on its curves, where it was done and in readable words."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from studio.runs.series import Series
from studio.ui.dashboard.chart import CurveChart
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.curves import Curve
from studio.ui.dashboard.step_marks import StepMark
from studio.ui.theme import LIGHT, palette_of


@pytest.fixture
def chart(qtbot: QtBot) -> CurveChart:
    chart = CurveChart("Loss", Cursor())
    qtbot.addWidget(chart)
    chart.setPalette(palette_of(LIGHT))
    chart.resize(640, 320)
    loss = Series("train/loss")
    loss.extend(np.arange(1, 1001), np.full(1000, 0.5))
    chart.show_curves([Curve("train", loss, QColor("#0072B2"))])
    chart.show()
    return chart


def changed_columns(chart: CurveChart, *marks: StepMark) -> np.ndarray:
    """Return, for each column of the plot, how many pixels the marks change."""
    chart.marks = ()
    before = pixels(chart)
    chart.marks = marks
    return (before != pixels(chart)).sum(axis=0)


def pixels(chart: CurveChart) -> np.ndarray:
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def test_a_mark_is_a_line_at_its_step_from_top_to_bottom(chart: CurveChart) -> None:
    changed = changed_columns(chart, StepMark(400, ""))

    at = round(chart.x_scale.pixel(400))
    (columns,) = np.nonzero(changed)
    assert {at} >= set(columns.tolist()) - {at - 1, at + 1}
    assert changed.sum() > chart.area.height() / 4  # it is dotted


def test_a_mark_that_is_zoomed_away_is_not_drawn(chart: CurveChart) -> None:
    chart.show_steps(500, 900)

    assert 0 == changed_columns(chart, StepMark(400, "checkpoint")).sum()


def test_words_of_marks_close_together_stand_under_each_other(chart: CurveChart) -> None:
    close = [StepMark(step, "learning rate 0.02") for step in (400, 404, 408)]
    counts = [changed_columns(chart, *close[:count]).sum() for count in (1, 2, 3)]
    too_many = [*close, StepMark(410, "checkpoint")]

    assert all(more > fewer * 1.2 for fewer, more in pairwise(counts))
    line_alone = changed_columns(chart, StepMark(410, "")).sum()
    assert changed_columns(chart, *too_many).sum() <= counts[-1] + line_alone


def test_words_at_the_right_edge_stand_left_of_their_line(chart: CurveChart) -> None:
    changed = changed_columns(chart, StepMark(995, "checkpoint"))

    (columns,) = np.nonzero(changed)
    assert columns.max() <= chart.area.right() + 1
    assert columns.min() < chart.x_scale.pixel(995) - 20
