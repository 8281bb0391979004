"""Curves: any scalar of a run, several runs over each other, along steps, epochs or time."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from studio.app import folders
from studio.app.overlaid import Overlaid
from studio.app.run_rows import rows_of
from studio.runs.axes import CLOCK, Along, Clock, Even
from studio.runs.events import EpochEnded, Event, Measure
from studio.runs.index import RunIndex
from studio.runs.record import Record
from studio.runs.series import Series
from studio.ui.dashboard.curve_panel import CurvePanel
from studio.ui.dashboard.docks import DashboardDocks
from studio.ui.dashboard.panels.metric import MetricPanel
from studio.ui.dashboard.panels.scalars import ScalarsPanel
from studio.ui.dashboard.ticks import time_of, time_ticks
from studio.ui.theme import LIGHT, palette_of
from tests.helpers.a_run import a_run, points, started
from tests.helpers.kept import kept_run

Show = Callable[..., DashboardDocks]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(record: Record, *front: str, overlaid: Overlaid | None = None) -> DashboardDocks:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.setPalette(palette_of(LIGHT))
        docks = DashboardDocks(window, record, None, overlaid)
        window.resize(1500, 600)
        window.show()
        for id_ in front:
            docks.docks[id_].raise_()
        qtbot.waitUntil(lambda: docks.resting)
        QCoreApplication.processEvents()
        return docks

    return shown


def panel_of(docks: DashboardDocks, id_: str) -> CurvePanel:
    panel = docks.panels[id_]
    assert isinstance(panel, CurvePanel)
    return panel


def names(panel: CurvePanel) -> list[str]:
    return [curve.name for curve in panel.chart.curves]


def run_with(*events: Event) -> Record:
    return Record.from_events([started(), *events])


# any scalars


def test_any_scalar_is_picked_by_typing_part_of_its_name(show: Show, qtbot: QtBot) -> None:
    record = Record.from_events(a_run())
    docks = show(record, "scalars")
    panel = docks.panels["scalars"]
    assert isinstance(panel, ScalarsPanel)
    assert ["lr"] == names(panel)

    QTest.keyClicks(panel.picker.words, "LOSS val")
    found = panel.picker.found
    panel.picker.all.click()
    panel.picker.words.clear()
    qtbot.waitUntil(lambda: docks.resting)

    assert ["validation/loss"] == found
    assert ["lr", "validation/loss"] == names(panel)
    assert [False, True] == [curve.dashed for curve in panel.chart.curves]
    assert "2 series" == panel.picker.text()

    panel.picker.none.click()
    assert [] == names(panel)
    assert panel.chart.hint == "Pick a scalar above to see its curve"


def test_the_picked_scalars_are_kept_with_the_experiment(show: Show) -> None:
    docks = show(Record.from_events(a_run()), "scalars")
    panel = docks.panels["scalars"]
    assert isinstance(panel, ScalarsPanel)

    item = panel.picker.list.item(panel.picker.found.index("train/loss"))
    item.setCheckState(Qt.CheckState.Checked)

    assert panel.settings == {"scalars": "lr\ntrain/loss"}


# what a metric is


def test_a_share_is_shown_in_per_cent_and_an_error_says_that_less_is_better(show: Show) -> None:
    measures = (Measure(name="f1", unit="%"), Measure(name="mae", unit="m", higher_is_better=False))
    begun = started()
    values = {"validation/f1": 0.5, "validation/mae": 4.0}
    later = {"validation/f1": 0.75, "validation/mae": 9.0}
    record = Record.from_events(
        [
            type(begun)(**{**{f: getattr(begun, f) for f in begun.__struct_fields__},
                           "measures": measures}),
            EpochEnded(epoch=1, step=50, values=values),
            EpochEnded(epoch=2, step=100, values=later, best=True),
        ]
    )  # fmt: skip
    docks = show(record, "metric")
    panel = docks.panels["metric"]
    assert isinstance(panel, MetricPanel)

    share = (panel.chart.percent, panel.chart.within, panel.caption.text())
    panel._on_chosen("mae")

    assert share == (True, (0.0, 1.0), "more is better · best 75.0 % at epoch 2")
    assert (panel.chart.percent, panel.chart.within) == (False, None)
    assert panel.caption.text() == "m · less is better · best 4 at epoch 1"


def test_the_best_epoch_is_marked_on_loss_and_metric(show: Show) -> None:
    record = run_with(
        points("train/loss", np.linspace(2, 1, 100)),
        EpochEnded(epoch=1, step=50, values={"validation/loss": 1.0}, best=True),
        EpochEnded(epoch=2, step=100, values={"validation/loss": 1.5}),
    )
    docks = show(record)

    marks = panel_of(docks, "loss").chart.marks

    assert [(50, "best epoch 1")] == [(mark.step, mark.words) for mark in marks]


# axes


def timed() -> Record:
    """A run that took a second for its first hundred steps and nine for the next."""
    clock = np.concatenate((np.linspace(0.01, 1, 100), np.linspace(1.09, 10, 100)))
    return run_with(points("train/loss", np.linspace(2, 1, 200)), points(CLOCK, clock))


def test_time_on_the_axis_is_that_of_the_run(show: Show, qtbot: QtBot) -> None:
    docks = show(timed())
    panel = panel_of(docks, "loss")
    menu = panel.findChildren(QMenu)[0]
    menu.aboutToShow.emit()

    next(one for one in menu.actions() if one.text() == "Time on the axis").trigger()
    qtbot.waitUntil(lambda: panel.chart.x_scale.hi == pytest.approx(10.0))
    chart = panel.chart
    QTest.mouseClick(
        chart,
        Qt.MouseButton.LeftButton,
        pos=QPoint(round(chart.x_scale.pixel(1.0)), round(chart.area.center().y())),
    )

    assert docks.cursor.held == pytest.approx(100, abs=3)
    rows = chart.rows_at(chart.at_step(100.0), LIGHT)
    assert rows[0].value == chart.text_of(2 - 99 / 199)
    assert chart.step_label(100.0) == "1 s · step 100"


def test_no_time_is_offered_where_none_was_recorded(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    menu = panel_of(docks, "loss").findChildren(QMenu)[0]

    menu.aboutToShow.emit()

    actions = {action.text(): action for action in menu.actions()}
    assert not actions["Time on the axis"].isEnabled()
    assert actions["Count steps on the axis"].isChecked()


def test_a_line_along_another_axis_keeps_every_extreme() -> None:
    rng = np.random.default_rng(0)
    series = Series("train/loss")
    values = rng.normal(size=100_000)
    values[54_321] = 50.0
    series.extend(np.arange(1, 100_001), values)
    said = Series(CLOCK)
    said.extend(np.arange(100, 100_001, 100), np.cumsum(rng.random(1000) + 0.1))
    clock = Clock(said)

    whole = Along(series, clock).view(0, float(said.values[-1]), 500)
    spike = clock.at(np.array([54_322]))[0]

    assert whole.limits == (values.min(), values.max())
    column = int(np.searchsorted(whole.start, spike, side="right")) - 1
    assert whole.high[column] == 50.0
    exact = Along(series, clock).view(spike - 0.01, spike + 0.01, 500)
    assert exact.exact
    assert 50.0 in exact.high


def test_a_clock_and_its_steps_undo_each_other() -> None:
    said = Series(CLOCK)
    said.extend(np.array([10, 20, 40]), np.array([1.0, 3.0, 4.0]))
    clock = Clock(said)

    steps = np.array([0.0, 5, 10, 15, 20, 30, 40, 60])
    seconds = clock.at(steps)

    assert seconds.tolist() == pytest.approx([0, 0.5, 1, 2, 3, 3.5, 4, 6])
    assert [clock.step(one) for one in seconds] == pytest.approx(steps.tolist())
    assert Even("epoch", 50).at(np.array([100])).tolist() == [2.0]
    assert Even("epoch", 50).step(2.0) == 100


def test_times_are_written_as_people_say_them() -> None:
    assert ["0", "5 s", "10 s", "15 s"] == [tick.label for tick in time_ticks(0, 18, 4)][:4] or [
        "0 s", "5 s", "10 s", "15 s"] == [tick.label for tick in time_ticks(0, 18, 4)]  # fmt: skip
    assert ["0:00", "30:00", "1:00:00"] == [tick.label for tick in time_ticks(0, 4000, 4)]
    assert ["0.3 s", "12 s", "2:05"] == [time_of(0.3), time_of(12.0), time_of(125.0)]


# several runs


def at_once(work: Callable[[], None], then: Callable[[], None]) -> None:
    work()
    then()


def kept_rows(grouped: bool) -> list[object]:
    for seed in range(3):
        kept_run("clouds", seed=seed, loss=0.3 + 0.1 * seed, title="Moons")
    kept_run("deep", seed=7, loss=0.1, title="Deep", batch_size=32)
    runs, _ = RunIndex(folders.runs(), folders.runs_index()).look()
    return list(rows_of(runs, grouped_by_seed=grouped))


def test_other_runs_lie_over_the_one_that_is_shown(show: Show, qtbot: QtBot) -> None:
    overlaid = Overlaid(at_once)
    docks = show(Record.from_events(a_run()), overlaid=overlaid)
    loss, rate = panel_of(docks, "loss"), panel_of(docks, "learning-rate")
    alone = names(loss)

    overlaid.show(kept_rows(grouped=True))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(loss.chart.bands) > 0)
    qtbot.waitUntil(lambda: docks.resting)
    over = names(loss)
    overlaid.show(())
    qtbot.waitUntil(lambda: not loss.chart.bands)

    assert ["train", "validation"] == alone
    assert {"Moons, mean of 3 · train", "Deep · train", "train", "validation"} <= set(over)
    assert over[-2:] == alone  # its own lie on top
    assert alone == names(loss)
    assert rate.overlaid is overlaid


def test_the_band_of_seeds_is_mean_and_deviation_of_what_was_recorded(
    show: Show, qtbot: QtBot
) -> None:
    overlaid = Overlaid(at_once)
    docks = show(Record.from_events(a_run()), overlaid=overlaid)
    loss = panel_of(docks, "loss")
    rows = kept_rows(grouped=True)

    overlaid.show(rows)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(loss.chart.bands) > 0)

    from studio.runs.curves import curve_in

    group = next(row for row in rows if len(row.runs) == 3)  # type: ignore[attr-defined]
    curves = [curve_in(run.folder, "train/loss") for run in group.runs]  # type: ignore[attr-defined]
    step = int(curves[0].steps[-1])
    said = np.array([curve.value_at(step)[1] for curve in curves])  # type: ignore[index]
    mean = next(c for c in loss.chart.curves if c.name == "Moons, mean of 3 · train")
    band = loss.chart.bands[0]
    assert mean.line.value_at(step) == (step, pytest.approx(said.mean()))
    assert band.low.value_at(step) == (step, pytest.approx(said.mean() - said.std(ddof=1)))
    assert band.high.value_at(step) == (step, pytest.approx(said.mean() + said.std(ddof=1)))


def test_the_epochs_of_another_run_stand_over_the_same_epochs(show: Show, qtbot: QtBot) -> None:
    overlaid = Overlaid(at_once)
    docks = show(Record.from_events(a_run()), overlaid=overlaid)
    loss = panel_of(docks, "loss")
    loss.choose("axis", "epoch")
    overlaid.show(kept_rows(grouped=False)[:1])  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(loss.chart.curves) > 2)

    other = overlaid.others[0]
    line = loss.chart.curves[0].line
    assert line.last is not None
    epochs = line.last[0] / loss.chart.steps_per_epoch

    assert epochs == pytest.approx(other.row.first.summary.step / other.steps_per_epoch)
