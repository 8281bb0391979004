"""The dashboard draws what is seen and has news, keeps its arrangement, and tells what to watch."""

import gc
import weakref
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QSlider, QTabBar
from pytestqt.qtbot import QtBot

from studio.app.gallery import find_experiment
from studio.app.workspace import Workspace
from studio.core.check import columns_of
from studio.core.document import Document
from studio.core.edits import AddNodes, SetLayout
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import Node
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Ended, LayerRow, Points, Progress, Snapshot, StateChanged
from studio.runs.record import Record
from studio.runs.spec import Watch
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.curve_panel import CurvePanel
from studio.ui.dashboard.docks import DashboardDocks
from studio.ui.dashboard.pace import FRAME_SECS, Pace
from studio.ui.dashboard.panel import PanelContext, declared_panels
from studio.ui.dashboard.panels.attention import AttentionPanel
from studio.ui.dashboard.panels.embedding import EmbeddingPanel
from studio.ui.dashboard.panels.histograms import HistogramsPanel
from studio.ui.dashboard.panels.layer_map import LayerMapPanel
from studio.ui.dashboard.panels.metric import MetricPanel
from studio.ui.dashboard.panels.recurrent import RecurrentPanel
from studio.ui.dashboard.picture_menu import PictureMenu
from studio.ui.theme import DARK, LIGHT, palette_of
from tests.helpers.a_run import a_run, attention, embedding, points, started
from tests.helpers.builders import CATALOG
from tests.helpers.drawing import chain

IN_A_ROW = ["Loss", "Accuracy", "Gradient norm", "Attention", "Embedding"]
RUNNING = StateChanged(state="running")
CLOSED = {"speed", "histograms", "gradient-lines"}
Show = Callable[..., DashboardDocks]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(record: Record, workspace: Workspace | None = None) -> DashboardDocks:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.setPalette(palette_of(LIGHT))
        window.setCentralWidget(QLabel("canvas"))
        docks = DashboardDocks(window, record, workspace)
        window.resize(1400, 700)
        window.show()
        qtbot.waitUntil(lambda: docks.resting)
        QCoreApplication.processEvents()  # what was asked for is also painted
        return docks

    return shown


def curves(docks: DashboardDocks, id_: str) -> list[str]:
    panel = docks.panels[id_]
    assert isinstance(panel, CurvePanel)
    return [curve.name for curve in panel.chart.curves]


def painted(docks: DashboardDocks, id_: str) -> int:
    panel = docks.panels[id_]
    assert isinstance(panel, CurvePanel)
    return panel.chart.painted


def window_of(docks: DashboardDocks) -> QMainWindow:
    window = docks.parent()
    assert isinstance(window, QMainWindow)
    return window


def test_the_panels_stand_in_a_row_at_the_bottom_the_others_behind_them(show: Show) -> None:
    docks = show(Record())

    front = [dock for dock in docks.docks.values() if not dock.visibleRegion().isEmpty()]
    places = sorted((dock.x(), dock.windowTitle()) for dock in front)

    assert IN_A_ROW == [title for _, title in places]
    assert len({dock.y() for dock in front}) == 1
    assert all(dock.y() > 200 for dock in front)
    assert closed(docks) == CLOSED


def closed(docks: DashboardDocks) -> set[str]:
    return {id_ for id_, dock in docks.docks.items() if dock.isHidden()}


def bars_of(docks: DashboardDocks) -> list[QTabBar]:
    return [bar for bar in window_of(docks).findChildren(QTabBar) if bar.isVisible()]


def test_no_tab_bar_stands_where_no_dock_does(show: Show, qtbot: QtBot) -> None:
    docks = show(Record())

    docks.reset_layout()
    open_ = [spec for spec in declared_panels() if spec.opens]
    stacks = Counter(spec.behind for spec in open_ if spec.behind)
    tabs = sorted(count + 1 for count in stacks.values())  # and the one that they are behind
    qtbot.waitUntil(lambda: sorted(bar.count() for bar in bars_of(docks)) == tabs)
    bars = bars_of(docks)

    assert len({bar.y() for bar in bars}) == 1
    assert not any(a.geometry().intersects(b.geometry()) for a, b in pairwise(bars))


def test_every_panel_shows_a_run_that_is_fed_to_the_record(show: Show, qtbot: QtBot) -> None:
    record = Record()
    docks = show(record)

    record.feed(a_run())
    qtbot.waitUntil(lambda: docks.resting)

    assert curves(docks, "loss") == ["train", "validation"]
    assert curves(docks, "metric") == ["train", "validation"]
    gradient = docks.panels["gradient-norm"]
    assert isinstance(gradient, LayerMapPanel)
    assert gradient.map.grid is record.layers["grad_norm"]
    attends = docks.panels["attention"]
    assert isinstance(attends, AttentionPanel)
    assert attends.caption.text() == "2 heads · step 251"
    embeds = docks.panels["embedding"]
    assert isinstance(embeds, EmbeddingPanel)
    assert embeds.snapshot == embedding(251) or embeds.block != "fc1"


def test_live_and_replay_show_the_same(show: Show, qtbot: QtBot) -> None:
    live_record = Record()
    live = show(live_record)
    for event in a_run():
        live_record.feed([event])
    qtbot.waitUntil(lambda: live.resting)
    replay = show(Record.from_events(a_run()))

    for id_ in ("loss", "metric", "gradient-norm"):
        one, other = (docks.panels[id_].grab().toImage() for docks in (live, replay))
        assert one == other, id_


def test_a_panel_behind_another_is_not_drawn_until_it_is_seen(show: Show, qtbot: QtBot) -> None:
    record = Record()
    docks = show(record)

    record.feed(a_run())
    qtbot.waitUntil(lambda: docks.resting)
    assert painted(docks, "learning-rate") == 0
    assert curves(docks, "learning-rate") == []

    docks.docks["learning-rate"].raise_()
    qtbot.waitUntil(lambda: painted(docks, "learning-rate") > 0)
    qtbot.waitUntil(lambda: docks.resting)
    assert curves(docks, "learning-rate") == ["rate"]


def test_without_news_nothing_is_drawn_and_the_timer_rests(show: Show, qtbot: QtBot) -> None:
    record = Record.from_events(a_run())
    docks = show(record)
    before = painted(docks, "loss")

    record.feed([attention(500)])
    qtbot.waitUntil(lambda: docks.resting)

    QCoreApplication.processEvents()

    assert before == painted(docks, "loss")


def test_a_burst_of_events_is_drawn_once(show: Show, qtbot: QtBot) -> None:
    record = Record.from_events(a_run())
    docks = show(record)
    before = painted(docks, "loss")

    for step in range(301, 801):
        record.feed([Points(name="train/loss", steps=(step,), values=(0.1,))])
    qtbot.waitUntil(lambda: docks.resting)

    assert painted(docks, "loss") - before <= 3
    last = record.series["train/loss"].last
    assert last is not None
    assert last[0] == 800


def test_closing_a_panel_stops_what_it_watches(show: Show, qtbot: QtBot) -> None:
    docks = show(Record.from_events(a_run()))
    told: list[Watch] = []
    docks.watch_changed.connect(told.append)
    every = {
        "gradients": {},
        "attention": {},
        "embedding": {"block": "fc1"},
        "text": {},
        "images": {"blocks": ("decoder",)},
    }
    assert every.items() <= docks.watch.probes.items()

    docks.docks["embedding"].close()
    qtbot.waitUntil(lambda: bool(told))
    docks.docks["gradient-norm"].close()

    assert every.keys() - told[0].probes.keys() == {"embedding"}
    assert "gradients" in docks.watch.probes  # the lines still show them
    for id_, panel in docks.panels.items():
        if "gradients" in panel.wanted:
            docks.docks[id_].close()
    qtbot.waitUntil(lambda: "gradients" not in docks.watch.probes)


def test_choosing_a_block_asks_the_engine_for_it_and_is_undone(show: Show, qtbot: QtBot) -> None:
    workspace = chain("io.image", "nn.flatten", "nn.linear", "nn.relu")
    docks = show(Record(), workspace)
    panel = docks.panels["embedding"]
    before = docks.watch.probes["embedding"]

    with qtbot.waitSignal(docks.watch_changed):
        panel.choose("block", "relu")
        panel.refresh()

    assert before != docks.watch.probes["embedding"] == {"block": "relu"}
    assert workspace.document.undo_label == "Change panel"
    workspace.document.undo()
    assert docks.watch.probes["embedding"] == before


def test_an_arrangement_is_kept_with_the_experiment_and_undone(show: Show, qtbot: QtBot) -> None:
    workspace = chain("io.image")
    docks = show(Record(), workspace)
    loss = docks.docks["loss"]
    assert not workspace.document.dirty

    loss.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: workspace.document.dirty)
    layout = workspace.document.experiment.dashboard.layout
    assert loss.isHidden()
    again = show(Record(), Workspace(workspace.catalog, workspace.document))
    assert again.docks["loss"].isHidden()

    workspace.document.undo()
    assert layout
    assert not loss.isHidden()


def test_the_arrangement_can_be_put_back(show: Show, qtbot: QtBot) -> None:
    workspace = chain("io.image")
    docks = show(Record(), workspace)
    docks.docks["speed"].setFloating(True)
    docks.docks["loss"].close()
    docks.remember_layout()

    docks.reset_layout()

    assert workspace.document.experiment.dashboard.layout == ""
    assert not docks.docks["loss"].isHidden()
    assert not any(dock.isFloating() for dock in docks.docks.values())
    assert workspace.document.undo_label == "Reset panels"
    workspace.document.undo()
    assert docks.docks["loss"].isHidden()


@pytest.mark.parametrize(
    ("experiment", "stack"),
    [
        ("lenet-digits", ["Predictions", "Embedding", "Feature maps"]),
        ("spirals-mlp", ["Predictions", "Embedding"]),
        ("recall-lstm", ["Recurrence", "Predictions", "Embedding"]),
        ("recall-attention", ["Attention", "Predictions", "Embedding"]),
        ("characters", ["Text", "Recurrence", "Embedding"]),
        ("vae-digits", ["Samples", "Embedding", "Feature maps"]),
        ("seq2seq-attention", ["Attention", "Text", "Recurrence", "Embedding"]),
    ],
)
def test_what_has_nothing_to_show_of_a_network_stays_closed(
    show: Show, experiment: str, stack: list[str]
) -> None:
    document = Document(open_file(find_experiment(experiment)))
    docks = show(Record(), Workspace(CATALOG, document))

    of_the_network = [spec for spec in declared_panels() if spec.order >= 40]
    opened = [spec.title for spec in of_the_network if spec.id not in closed(docks)]
    assert opened == stack
    for title in (stack[0], "Embedding"):
        dock = next(dock for dock in docks.docks.values() if dock.windowTitle() == title)
        assert not dock.visibleRegion().isEmpty()


def test_the_panels_follow_the_experiment_that_is_opened_until_a_person_arranges_them(
    show: Show, qtbot: QtBot
) -> None:
    def experiment(name: str) -> Experiment:
        return open_file(find_experiment(name))

    document = Document(experiment("lenet-digits"))
    docks = show(Record(), Workspace(CATALOG, document))
    assert "attention" in closed(docks)
    assert "features" in docks.watch.probes

    document.restart(experiment("recall-attention"))
    assert "attention" not in closed(docks)
    assert "features" not in docks.watch.probes
    assert not document.dirty

    docks.show_panel("histograms", shown=True)
    qtbot.waitUntil(lambda: document.dirty)
    arranged = document.experiment
    document.restart(experiment("lenet-digits"))
    assert "attention" in closed(docks)
    document.restart(arranged)
    assert not {"attention", "histograms"} & closed(docks)


def test_a_network_drawn_by_hand_opens_its_panels_with_its_first_run(
    show: Show, qtbot: QtBot
) -> None:
    workspace = chain("io.sequence")
    record = Record()
    docks = show(record, workspace)
    assert "recurrence" in closed(docks)

    workspace.apply(AddNodes((Node("lstm", "nn.lstm", "lstm"),)))
    assert "recurrence" in closed(docks)  # nothing moves while a person draws
    record.feed([started()])

    assert "recurrence" not in closed(docks)


def test_a_panel_that_is_opened_by_the_bar_comes_to_the_front_and_is_kept(
    show: Show, qtbot: QtBot
) -> None:
    workspace = chain("io.image")
    docks = show(Record(), workspace)
    menu = docks.time_bar.open.menu()
    assert isinstance(menu, QMenu)

    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert titles == sorted(spec.title for spec in declared_panels())
    next(action for action in menu.actions() if action.text() == "Histograms").trigger()

    histograms = docks.docks["histograms"]
    qtbot.waitUntil(lambda: not histograms.visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: workspace.document.dirty)
    assert "weight-histograms" in docks.watch.probes
    workspace.document.undo()
    assert histograms.isHidden()
    qtbot.waitUntil(lambda: "weight-histograms" not in docks.watch.probes)


def test_a_layout_that_cannot_be_read_gives_the_usual_one(show: Show) -> None:
    workspace = chain("io.image")
    workspace.apply(SetLayout("no layout at all"))
    docks = show(Record(), workspace)

    assert closed(docks) == closed(show(Record(), chain("io.image")))


def test_every_panel_can_be_opened_from_a_menu(show: Show) -> None:
    docks = show(Record())

    titles = [action.text() for action in docks.toggle_actions()]

    assert sorted(titles) == sorted(spec.title for spec in declared_panels())


def test_another_run_takes_the_place_of_the_last(show: Show, qtbot: QtBot) -> None:
    docks = show(Record.from_events(a_run()))
    other = Record.from_events([started(attentions=()), points("train/loss", np.full(3, 0.5))])

    docks.set_record(other)
    qtbot.waitUntil(lambda: docks.resting)

    assert curves(docks, "loss") == ["train"]
    attends = docks.panels["attention"]
    assert isinstance(attends, AttentionPanel)
    assert "no attention block" in attends.map.hint


def test_rows_and_columns_of_a_map_have_the_words_of_their_own_languages(
    show: Show, qtbot: QtBot
) -> None:
    document = Document(open_file(find_experiment("seq2seq-attention")))
    record = Record()
    docks = show(record, Workspace(CATALOG, document))
    english, spanish = np.array([0, 5, 6]), np.array([2, 7])
    maps = Snapshot(
        kind="attention",
        block="attention",
        step=3,
        arrays={
            "weights": array_from_numpy(np.full((1, 2, 3), 1 / 3, np.float32)),
            "queries": array_from_numpy(spanish),
            "keys": array_from_numpy(english),
        },
        notes={"queries": "spanish", "keys": "english"},
    )

    record.feed([started(attentions=(("attention", "attention"),)), maps])
    attends = docks.panels["attention"]
    assert isinstance(attends, AttentionPanel)
    qtbot.waitUntil(lambda: attends.snapshot == maps and docks.resting)

    columns = {column.name: column for column in columns_of(document.experiment.data, CATALOG)}
    words = {name: columns[name].labels for name in ("english", "spanish")}
    assert attends.map.queries == tuple(words["spanish"][word] for word in spanish)
    assert attends.map.keys == tuple(words["english"][word] for word in english)


def test_the_cursor_shows_attention_as_it_was_at_that_step(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    attends = docks.panels["attention"]
    assert isinstance(attends, AttentionPanel)

    docks.cursor.point(120)
    assert attends.snapshot == attention(101)
    docks.cursor.point(None)
    assert attends.snapshot == attention(251)


def test_a_run_with_other_metrics_offers_them(show: Show, qtbot: QtBot) -> None:
    record = Record()
    docks = show(record)
    record.feed([started(), points("train/mae", np.ones(5)), points("train/r2", np.zeros(5))])
    qtbot.waitUntil(lambda: docks.resting)
    panel = docks.panels["metric"]
    assert isinstance(panel, MetricPanel)

    assert docks.docks["metric"].windowTitle() == "Mean absolute error"
    panel.choose("metric", "r2")
    panel.refresh()
    assert panel.sources()[0].line is record.series["train/r2"]


def test_settings_of_a_chart_change_what_it_draws(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    panel = docks.panels["loss"]
    assert isinstance(panel, CurvePanel)
    assert panel.chart.curves[0].behind is not None

    panel.choose("smoothing", 0.0)
    panel.choose("log", True)
    panel.choose("epochs", True)
    panel.refresh()

    assert panel.chart.curves[0].behind is None
    assert panel.chart.log
    assert panel.chart.steps_per_epoch == 50
    assert panel.caption.text() == "mean of each batch"


def test_the_menu_of_a_chart_sets_it_and_takes_it_elsewhere(show: Show, qtbot: QtBot) -> None:
    workspace = chain("io.image")
    docks = show(Record.from_events(a_run()), workspace)
    panel = docks.panels["loss"]
    assert isinstance(panel, CurvePanel)
    menu = panel.findChildren(QMenu)[0]
    actions = {action.text(): action for action in menu.actions()}
    slider = menu.findChild(QSlider)
    assert isinstance(slider, QSlider)

    menu.aboutToShow.emit()
    assert slider.value() == 60
    actions["Logarithmic scale"].trigger()
    actions["Count epochs on the axis"].trigger()
    slider.setValue(90)
    actions["Copy data as CSV"].trigger()

    assert panel.settings == {"log": True, "axis": "epoch", "smoothing": 0.9}
    assert workspace.document.experiment.dashboard.panels["loss"] == panel.settings
    assert QGuiApplication.clipboard().text().startswith("name,step,value\ntrain/loss,1,")
    workspace.document.undo()
    qtbot.waitUntil(lambda: docks.resting)
    assert not panel.chart.log
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize("id_", ["gradient-norm", "attention", "embedding"])
def test_every_picture_can_be_taken_elsewhere(show: Show, id_: str) -> None:
    docks = show(Record.from_events(a_run()))
    menus = docks.panels[id_].findChildren(PictureMenu)
    board = QGuiApplication.clipboard()

    assert menus
    actions = {action.text(): action for action in menus[0].actions()}
    actions["Copy as image"].trigger()
    assert board.image().width() > 100
    actions["Copy as SVG"].trigger()
    assert "<image" in board.text() or "<circle" in board.text() or "<path" in board.text()
    if "Copy data as CSV" in actions:
        actions["Copy data as CSV"].trigger()
        assert board.text().splitlines()[0] == "layer,step,value"
        assert len(board.text().splitlines()) == 1 + 4 * 30
    board.clear()


def test_a_change_of_theme_changes_the_colours(show: Show, qtbot: QtBot) -> None:
    docks = show(Record.from_events(a_run()))
    panel = docks.panels["loss"]
    assert isinstance(panel, CurvePanel)
    assert panel.chart.curves[0].colour.name().upper() == LIGHT.series[0]

    window_of(docks).setPalette(palette_of(DARK))

    def colour() -> str:
        return panel.chart.curves[0].colour.name().upper()

    qtbot.waitUntil(lambda: colour() == DARK.series[0])


def test_every_panel_and_control_has_a_name_that_can_be_read_aloud(show: Show) -> None:
    from PySide6.QtWidgets import QToolButton

    docks = show(Record.from_events(a_run()))

    for panel in docks.panels.values():
        assert panel.accessibleName()
        for button in panel.findChildren(QToolButton):
            assert button.accessibleName(), panel.accessibleName()
    loss = docks.panels["loss"]
    assert isinstance(loss, CurvePanel)
    assert loss.chart.accessibleDescription().startswith("train 0.")


def test_a_slow_panel_is_drawn_less_often() -> None:
    now = 0.0

    def clock() -> float:
        return now

    pace = Pace(clock)
    assert pace.interval_secs == pytest.approx(FRAME_SECS)
    for _ in range(20):
        pace.begin()
        now += 0.05
        pace.end()
    assert pace.interval_secs > 0.4
    pace.refreshed()
    assert not pace.due
    now += 1.0
    assert pace.due
    for _ in range(200):
        pace.begin()
        now += 0.0005
        pace.end()
    assert pace.interval_secs == pytest.approx(FRAME_SECS)


@pytest.mark.parametrize("spec", declared_panels(), ids=lambda spec: spec.id)
def test_every_declared_panel_draws_an_empty_and_a_full_record(qtbot: QtBot, spec) -> None:
    from studio.resources import resource
    from studio.ui.dashboard.cursor import Cursor

    panel = spec.make(PanelContext(Record(), Cursor()))
    qtbot.addWidget(panel)
    panel.resize(360, 240)
    panel.refresh()
    empty = panel.grab().toImage()
    panel.set_record(Record.from_events(a_run()))
    panel.refresh()
    if isinstance(panel, EmbeddingPanel):
        panel.choose("block", "fc1")
        panel.refresh()

    assert panel.grab().toImage() != empty
    assert resource(f"icons/{spec.icon}.svg")
    assert spec.help
    panel.resize(60, 40)
    panel.grab()
    panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)


def test_nothing_of_a_closed_dashboard_stays(qtbot: QtBot) -> None:
    record = Record.from_events(a_run())
    workspace = chain("io.image", "nn.flatten", "nn.linear")
    window = QMainWindow()
    docks = DashboardDocks(window, record, workspace)
    window.show()
    QCoreApplication.processEvents()
    left = [weakref.ref(docks), *(weakref.ref(panel) for panel in docks.panels.values())]

    docks.close()
    window.close()
    window.deleteLater()
    del docks, window
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    record.feed([attention(900)])
    workspace.document.apply(SetLayout("another"))

    assert [] == [ref() for ref in left if ref() is not None]


def test_a_map_shows_another_number_of_every_layer_and_asks_for_it(
    show: Show, qtbot: QtBot
) -> None:
    dead = LayerRow(name="dead", step=5, values=(0.5, 0.0), layers=(("r1", "ReLU"), ("r2", "Two")))
    docks = show(Record.from_events([*a_run(), dead]))
    panel = docks.panels["gradient-norm"]
    assert isinstance(panel, LayerMapPanel)
    choice = panel.findChild(Choice)

    menu = choice.menu()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == "Dead units").trigger()

    qtbot.waitUntil(lambda: "activations" in docks.watch.probes)
    assert panel.map.names == ("ReLU", "Two")
    assert panel.map.limits == (0.0, 1.0)
    assert docks.docks["gradient-norm"].windowTitle() == "Dead units"
    assert panel.table() == "layer,step,value\nReLU,5,0.5\nTwo,5,0.0\n"


def test_a_panel_says_what_looking_for_it_costs(show: Show, qtbot: QtBot) -> None:
    record = Record.from_events(a_run())
    docks = show(record)
    gradient = docks.panels["gradient-norm"]
    told = Progress(
        step=301, epoch=7, samples_per_sec=1.0, seconds_left=0.0, watching={"gradients": 0.0031}
    )
    row = LayerRow(name="grad_norm", step=301, values=(0.1, 0.1, 0.1, 0.1))
    record.feed([told, row])

    qtbot.waitUntil(lambda: "0.31 %" in gradient.caption.toolTip())
    assert docks.panels["loss"].caption.toolTip() == ""


def test_a_panel_says_how_to_get_what_it_does_not_show(show: Show) -> None:
    docks = show(Record(), chain("io.sequence", "nn.lstm"))
    histograms, recurrence = docks.panels["histograms"], docks.panels["recurrence"]
    assert isinstance(histograms, HistogramsPanel)
    assert isinstance(recurrence, RecurrentPanel)

    histograms.refresh()
    assert histograms.picture.hint == "Press Train to see how weights spread"
    docks.set_record(Record.from_events([started(), RUNNING]))
    histograms.refresh()
    assert histograms.picture.hint == "Waiting for the next look at the network"
    ended = Ended(reason="finished", step=5, epoch=1, seconds=1.0)
    docks.set_record(Record.from_events([started(), RUNNING, ended]))
    histograms.refresh()
    assert histograms.picture.hint.startswith("Nothing was recorded for this panel")

    recurrence.choose("view", "gates")
    recurrence.refresh()
    assert recurrence.picture.hint.endswith("see what the gates of a recurrent layer do")
    other = show(Record(), chain("io.image")).panels["recurrence"]
    assert isinstance(other, RecurrentPanel)
    other.refresh()
    assert other.picture.hint.startswith("This network has no recurrent layer")


def test_a_network_without_relu_is_told_that_no_unit_can_be_dead(show: Show) -> None:
    spread = LayerRow(name="activation_std", step=5, values=(0.5,), layers=(("fc", "Linear"),))
    panel = show(Record.from_events([*a_run(), spread])).panels["gradient-norm"]
    assert isinstance(panel, LayerMapPanel)

    panel.choose("quantity", "dead")
    panel.refresh()

    assert panel.map.hint == "This network has no ReLU whose units could be dead"
