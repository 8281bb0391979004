"""One moment is held for all panels: by a click on a chart, by its line, or by the bar below."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from studio.runs.moments import after, before, moments_of
from studio.runs.record import Record
from studio.runs.series import Series
from studio.ui.dashboard.chart import CurveChart
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.curve_panel import CurvePanel
from studio.ui.dashboard.curves import Curve
from studio.ui.dashboard.docks import DashboardDocks
from studio.ui.dashboard.panels.attention import AttentionPanel
from studio.ui.dashboard.panels.embedding import EmbeddingPanel
from studio.ui.theme import LIGHT, palette_of
from tests.helpers.a_run import a_run, points, started

Show = Callable[[Record], DashboardDocks]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(record: Record) -> DashboardDocks:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.setPalette(palette_of(LIGHT))
        window.setCentralWidget(QLabel("canvas"))
        docks = DashboardDocks(window, record)
        window.resize(1500, 700)
        window.show()
        qtbot.waitUntil(lambda: docks.resting)
        QCoreApplication.processEvents()  # what was asked for is also painted
        return docks

    return shown


def chart_of(docks: DashboardDocks, id_: str) -> CurveChart:
    panel = docks.panels[id_]
    assert isinstance(panel, CurvePanel)
    return panel.chart


def at_step(chart: CurveChart, step: int) -> QPoint:
    return QPoint(round(chart.x_scale.pixel(step)), round(chart.area.center().y()))


def test_a_click_on_a_chart_holds_all_panels_at_that_step(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    loss, attends = chart_of(docks, "loss"), docks.panels["attention"]
    assert isinstance(attends, AttentionPanel)

    QTest.mouseClick(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 120))
    QTest.mouseMove(loss, QPoint(2, 2))
    loss.leaveEvent(None)

    assert docks.cursor.held == pytest.approx(120, abs=2)
    assert attends.caption.text().endswith("step 101")
    assert docks.time_bar.slider.value() == docks.cursor.held
    assert docks.time_bar.said.text().startswith(f"step {docks.cursor.held:.0f} of 300")


def test_the_held_line_is_dragged_back_and_every_view_goes_along(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    loss, embeds = chart_of(docks, "loss"), docks.panels["embedding"]
    assert isinstance(embeds, EmbeddingPanel)
    docks.cursor.hold(250.0)
    before_range = (loss.x_scale.lo, loss.x_scale.hi)

    QTest.mousePress(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 250))
    for step in (220, 160, 100, 60):
        QTest.mouseMove(loss, at_step(loss, step))
    QTest.mouseRelease(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 60))
    loss.leaveEvent(None)

    assert docks.cursor.held == pytest.approx(60, abs=2)
    assert embeds.snapshot is not None
    assert embeds.snapshot.step == 51
    assert (loss.x_scale.lo, loss.x_scale.hi) == before_range


def test_dragging_elsewhere_moves_the_chart_and_holds_nothing(show: Show, qtbot: QtBot) -> None:
    docks = show(Record.from_events(a_run()))
    loss = chart_of(docks, "loss")
    loss.show_steps(100, 200)
    qtbot.waitUntil(lambda: loss.x_scale.lo == 100)

    QTest.mousePress(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 150))
    QTest.mouseMove(loss, at_step(loss, 130))
    QTest.mouseRelease(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 130))

    assert docks.cursor.held is None


def test_a_double_click_shows_everything_and_holds_nothing(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    loss = chart_of(docks, "loss")

    QTest.mouseClick(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 120))
    docks.cursor.hold(None)
    QTest.mouseClick(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 120))
    QTest.mouseDClick(loss, Qt.MouseButton.LeftButton, pos=at_step(loss, 120))

    assert docks.cursor.held is None


def test_the_values_beside_the_curves_are_those_of_the_held_step(show: Show) -> None:
    record = Record()
    record.feed([started(), points("train/loss", np.linspace(1.0, 0.0, 101))])
    docks = show(record)

    docks.cursor.hold(51.0)
    rows = chart_of(docks, "loss").rows_at(51.0, LIGHT)

    assert ["0.5"] == [row.value for row in rows]


def test_what_came_after_the_held_step_is_veiled(qtbot: QtBot) -> None:
    cursor = Cursor()
    chart = CurveChart("Loss", cursor)
    qtbot.addWidget(chart)
    chart.setPalette(palette_of(LIGHT))
    made = Series("train/loss")
    made.extend(np.arange(1, 201), np.ones(200))
    chart.show_curves([Curve("train", made, QColor("#0072B2"))])
    chart.resize(600, 300)
    chart.show()
    cursor.hold(100.0)
    image = chart.grab().toImage()
    y = round(chart.y_scale.pixel(1.0))

    early = image.pixelColor(round(chart.x_scale.pixel(50)), y)
    late = image.pixelColor(round(chart.x_scale.pixel(150)), y)

    assert early.lightness() < 130
    assert late.lightness() > 170


def test_playing_goes_from_moment_to_moment_and_stops_at_the_end(show: Show, qtbot: QtBot) -> None:
    record = Record.from_events(a_run())
    docks = show(record)
    bar, seen = docks.time_bar, []
    docks.cursor.held_changed.connect(_noted := Noted(docks.cursor, seen))
    bar.speed.chosen.emit("20")

    QTest.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert bar.playing
    qtbot.waitUntil(lambda: not bar.playing)

    assert list(bar.moments) == seen
    assert bar.moments[0] == 1
    assert bar.moments[-1] == 300
    assert _noted is not None


class Noted:
    """Writes down what is held."""

    def __init__(self, cursor: Cursor, into: list[float | None]) -> None:
        self._cursor, self._into = cursor, into

    def __call__(self) -> None:
        self._into.append(self._cursor.held)


def test_stepping_back_and_forth_and_back_to_now(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    bar = docks.time_bar

    QTest.mouseClick(bar.back, Qt.MouseButton.LeftButton)
    once = docks.cursor.held
    QTest.mouseClick(bar.back, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.forth, Qt.MouseButton.LeftButton)
    again = docks.cursor.held
    QTest.mouseClick(bar.now, Qt.MouseButton.LeftButton)

    assert once == again == 251
    assert docks.cursor.held is None
    assert bar.slider.value() == 300


def test_a_held_view_stays_while_the_run_goes_on(show: Show, qtbot: QtBot) -> None:
    record = Record.from_events(a_run(steps=200))
    docks = show(record)
    attends = docks.panels["attention"]
    assert isinstance(attends, AttentionPanel)

    docks.cursor.hold(101.0)
    record.feed(event for event in a_run() if getattr(event, "step", 0) > 200)
    qtbot.waitUntil(lambda: docks.resting)
    held = attends.caption.text()
    docks.cursor.hold(None)

    assert held.endswith("step 101")
    assert attends.caption.text().endswith("step 251")


def test_another_run_is_shown_from_its_end(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    docks.cursor.hold(101.0)

    docks.set_record(Record.from_events(a_run(steps=100)))

    assert docks.cursor.held is None
    assert docks.time_bar.slider.maximum() == 100


def test_escape_lets_go_and_return_holds(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    loss = chart_of(docks, "loss")

    docks.cursor.point(80.0)
    QTest.keyClick(loss, Qt.Key.Key_Return)
    held = docks.cursor.held
    QTest.keyClick(loss, Qt.Key.Key_Escape)

    assert held == 80
    assert docks.cursor.held is None


def test_a_run_of_curves_alone_has_even_moments() -> None:
    record = Record()
    record.feed([started(), points("train/loss", np.ones(1000))])

    moments = moments_of(record)

    assert len(moments) == 120
    assert moments[-1] == 1000
    assert set(np.diff(moments).tolist()) <= {8, 9}
    assert after(moments, 1000) is None
    assert before(moments, moments[0]) is None
    assert after(moments, moments[3] - 1) == moments[3]
    assert [] == moments_of(Record())
