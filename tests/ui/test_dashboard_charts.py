"""Charts show every spike, the newest point and what is no number, each where it belongs."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.runs.layers import LayerGrid
from studio.runs.series import Series
from studio.ui.dashboard.attention_map import AttentionMap, pooled
from studio.ui.dashboard.chart import CurveChart
from studio.ui.dashboard.colours import VIRIDIS, mapped
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.curves import Curve
from studio.ui.dashboard.export import copy_image, copy_svg, csv_of, svg_of
from studio.ui.dashboard.heatmap import HeatMap
from studio.ui.dashboard.plot import StepPlot
from studio.ui.dashboard.scatter import Cloud, Scatter
from studio.ui.theme import DARK, LIGHT, palette_of, tokens

W = TypeVar("W", bound=QWidget)
Show = Callable[[W], W]
BLUE, RED = QColor("#0072B2"), QColor("#D55E00")


@pytest.fixture
def show(qtbot: QtBot) -> Show[W]:
    def shown(widget: W) -> W:
        qtbot.addWidget(widget)
        widget.setPalette(palette_of(LIGHT))
        widget.resize(640, 320)
        widget.show()
        return widget

    return shown


def series(values: np.ndarray, *, name: str = "train/loss", every: int = 1) -> Series:
    made = Series(name)
    made.extend(np.arange(1, len(values) + 1) * every, values)
    return made


def chart_of(*curves: Curve, cursor: Cursor | None = None) -> CurveChart:
    chart = CurveChart("Loss", cursor or Cursor())
    chart.show_curves(curves)
    return chart


def picture(widget: QWidget) -> np.ndarray:
    """Return the widget's pixels: rows × columns × (red, green, blue)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=2).astype(int)


def inked(widget: StepPlot, colour: QColor, *, tolerance: int = 60) -> np.ndarray:
    """Return which pixels of the plot have about this colour."""
    pixels = picture(widget)
    area = widget.area.toAlignedRect()
    part = pixels[area.top() : area.bottom() + 1, area.left() : area.right() + 1]
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    found: np.ndarray = np.abs(part - wanted).sum(axis=2) < tolerance
    return found


def test_a_spike_of_one_step_in_a_million_lights_a_column(show: Show[CurveChart]) -> None:
    values = np.zeros(1_000_000)
    values[654_321] = 1.0
    chart = show(chart_of(Curve("train", series(values), BLUE)))

    ink = inked(chart, BLUE, tolerance=200)
    tall = ink.sum(axis=0) > chart.area.height() * 0.7

    assert 1 <= tall.sum() <= 3
    assert chart.x_scale.pixel(654_322) - chart.area.left() == pytest.approx(
        float(np.flatnonzero(tall).mean()), abs=2
    )


def test_the_newest_point_is_drawn_at_the_right_edge(show: Show[CurveChart]) -> None:
    values = np.zeros(100_003)
    values[-1] = 1.0
    chart = show(chart_of(Curve("train", series(values), BLUE)))

    ink = inked(chart, BLUE, tolerance=200)

    assert ink[: ink.shape[0] // 2, -6:].any()


def test_validation_is_dashed_and_training_is_not(show: Show[CurveChart]) -> None:
    train = Curve("train", series(np.ones(300)), BLUE)
    flat = Curve("validation", series(np.full(6, 2.0), every=50), RED, dashed=True)
    chart = show(chart_of(train, flat))

    solid = inked(chart, BLUE, tolerance=200).any(axis=0)
    dashes = inked(chart, RED, tolerance=200).any(axis=0)

    assert solid[2:-8].all()
    last = int(chart.x_scale.pixel(300) - chart.area.left())
    first = int(chart.x_scale.pixel(50) - chart.area.left())
    between = dashes[first:last]
    assert 0.3 < between.mean() < 0.9


def test_a_dense_dashed_line_has_gaps_too(show: Show[CurveChart]) -> None:
    chart = show(chart_of(Curve("validation", series(np.ones(50_000)), RED, dashed=True)))

    dashes = inked(chart, RED, tolerance=200).any(axis=0)

    assert 0.3 < dashes.mean() < 0.8


def test_the_raw_line_lies_faint_behind_the_smoothed_one(show: Show[CurveChart]) -> None:
    noisy = series(np.where(np.arange(200) % 2, 1.0, 3.0))
    curve = Curve("train", series(np.full(200, 2.0)), BLUE, behind=noisy)
    chart = show(chart_of(curve))

    strong = inked(chart, BLUE, tolerance=60).any(axis=1)
    faint = QColor.fromRgbF(0.65, 0.65 + 0.35 * 0.447, 0.65 + 0.35 * 0.698)

    assert strong.sum() <= 4
    assert inked(chart, faint, tolerance=80).any(axis=1).sum() > 100


def test_what_is_not_a_number_is_marked_in_the_colour_of_errors(show: Show[CurveChart]) -> None:
    values = np.ones(400)
    broken = series(np.where(np.arange(400) == 200, np.nan, values))
    error = QColor(LIGHT.error)
    whole = show(chart_of(Curve("train", series(values), BLUE)))
    chart = show(chart_of(Curve("train", broken, BLUE)))

    assert not inked(whole, error).any()
    assert inked(chart, error)[:6].any()


def test_a_logarithmic_chart_leaves_out_what_has_no_logarithm(show: Show[CurveChart]) -> None:
    chart = chart_of(Curve("train", series(np.array([1.0, 0.0, 0.01, 0.1])), BLUE))
    chart.log = True
    show(chart)
    chart.grab()

    assert [tick.label for tick in chart.ticks if tick.label] == ["0.01", "0.1", "1"]


def test_an_empty_chart_says_how_to_fill_it(show: Show[CurveChart]) -> None:
    chart = show(chart_of())
    blank = CurveChart("Loss", Cursor())
    blank.hint = ""
    show(blank)

    assert chart.hint == "Press Train to fill this chart"
    assert (picture(chart) != picture(blank)).any()


def test_the_wheel_zooms_at_the_pointer_and_a_double_click_shows_everything(
    show: Show[CurveChart], qtbot: QtBot
) -> None:
    chart = show(chart_of(Curve("train", series(np.arange(10_000.0)), BLUE)))
    chart.grab()
    whole = (chart.x_scale.lo, chart.x_scale.hi)
    at = chart.area.center()
    step = chart.x_scale.value(at.x())

    turn(chart, at, 120 * 5)
    chart.grab()

    assert chart.x_scale.hi - chart.x_scale.lo < 0.4 * (whole[1] - whole[0])
    assert chart.x_scale.value(at.x()) == pytest.approx(step, rel=1e-3)

    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=at.toPoint())
    chart.grab()
    assert whole == (chart.x_scale.lo, chart.x_scale.hi)


def turn(widget: QWidget, at: QPointF, angle: int) -> None:
    from PySide6.QtGui import QWheelEvent

    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QGuiApplication.sendEvent(widget, event)


def test_dragging_moves_a_zoomed_chart_and_stops_at_its_ends(
    show: Show[CurveChart], qtbot: QtBot
) -> None:
    chart = show(chart_of(Curve("train", series(np.arange(1000.0)), BLUE)))
    chart.show_steps(400, 500)
    chart.grab()
    middle = chart.area.center().toPoint()

    qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(chart, middle + QPoint(50, 0))
    chart.grab()
    assert chart.x_scale.lo < 400
    for _ in range(200):
        qtbot.mouseMove(chart, middle + QPoint(0, 0))
        qtbot.mouseMove(chart, middle + QPoint(100, 0))
        qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
        qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=middle)
    chart.grab()
    qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=middle)

    assert chart.x_scale.lo >= 0
    assert chart.x_scale.hi - chart.x_scale.lo == pytest.approx(100)


def test_pointing_at_one_chart_points_at_the_same_step_in_all(
    show: Show[CurveChart], qtbot: QtBot
) -> None:
    cursor = Cursor()
    one = show(chart_of(Curve("train", series(np.arange(100.0)), BLUE), cursor=cursor))
    other = show(chart_of(Curve("rate", series(np.ones(100)), BLUE), cursor=cursor))
    one.grab()
    before = picture(other)

    qtbot.mouseMove(one, one.area.center().toPoint())

    assert cursor.step == pytest.approx(50, abs=2)
    column = int(other.x_scale.pixel(cursor.step or 0))
    assert (picture(other) != before).any(axis=2)[:, column - 1 : column + 2].sum() > 100
    assert [row.value for row in one.rows_at(41, LIGHT)] == ["40"]


def test_a_chart_is_worked_with_the_keyboard(show: Show[CurveChart], qtbot: QtBot) -> None:
    cursor = Cursor()
    chart = show(chart_of(Curve("train", series(np.arange(100.0)), BLUE), cursor=cursor))
    chart.grab()

    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert cursor.step == 99
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    chart.grab()
    assert chart.x_scale.hi < 100
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    chart.grab()
    assert cursor.step is None
    assert chart.x_scale.hi == 100


def test_the_axis_can_count_epochs(show: Show[CurveChart]) -> None:
    chart = chart_of(Curve("train", series(np.ones(500)), BLUE))
    chart.steps_per_epoch = 100
    show(chart)

    assert chart.step_label(250) == "epoch 2.50 · step 250"


def test_many_curves_of_a_million_points_are_drawn_from_few_columns(
    show: Show[CurveChart],
) -> None:
    rng = np.random.default_rng(0)
    long = series(rng.normal(size=1_000_000))
    chart = show(chart_of(*(Curve(f"c{n}", long, BLUE) for n in range(10))))
    chart.grab()

    view = chart.curves[0].view(0, 1_000_000, 1200)

    assert len(view) <= 1202
    assert chart.curves[0].view(0, 1_000_000, 1200) is view


# heat map


def grid_of(values: np.ndarray) -> LayerGrid:
    grid = LayerGrid(values.shape[1])
    grid.extend(np.arange(1, len(values) + 1) * 10, values)
    return grid


def test_every_layer_has_its_row_the_first_on_top(show: Show[HeatMap]) -> None:
    values = np.tile([1.0, 1e-2, 1e-4], (100, 1))
    heat = HeatMap("Gradient norm", Cursor())
    heat.show_grid(grid_of(values), ["conv1", "conv2", "fc1"])
    show(heat)

    pixels = picture(heat)
    area = heat.area
    rows = [int(area.top() + area.height() * share) for share in (1 / 6, 3 / 6, 5 / 6)]
    light = [int(pixels[row, int(area.center().x())].sum()) for row in rows]

    assert light[0] > light[1] > light[2]
    assert np.allclose(values.T, heat.columns(100))


def test_a_spike_in_a_long_run_shows_in_its_layer_only(show: Show[HeatMap]) -> None:
    values = np.full((1500, 3), 0.01)
    values[700, 1] = 5.0
    heat = HeatMap("Gradient norm", Cursor())
    heat.show_grid(grid_of(values), ["a", "b", "c"])
    show(heat)
    heat.grab()

    columns = heat.columns(200)

    assert columns[1].max() == 5.0
    assert (columns[1] == 5.0).sum() == 1
    assert columns[[0, 2]].max() == np.float32(0.01)


def test_a_layer_that_is_no_number_is_painted_as_an_error(show: Show[HeatMap]) -> None:
    values = np.full((50, 2), 0.1)
    values[25:, 1] = np.nan
    heat = HeatMap("Gradient norm", Cursor())
    heat.show_grid(grid_of(values), ["a", "b"])
    show(heat)

    red = inked(heat, QColor(LIGHT.error), tolerance=10)

    assert not red[: red.shape[0] // 3].any()
    assert red[-20:-5, -20:-5].all()


def test_the_colours_of_numbers_grow_lighter_evenly() -> None:
    lightness = [QColor.fromRgb(int(colour)).lightnessF() for colour in VIRIDIS]
    luma = [0.2126 * c.redF() + 0.7152 * c.greenF() + 0.0722 * c.blueF()
            for c in (QColor.fromRgb(int(v)) for v in VIRIDIS)]  # fmt: skip

    assert len(lightness) == 256
    assert (np.diff(luma) > -1e-3).all()
    assert mapped(np.array([np.nan]), RED)[0] == RED.rgb()


# attention


def test_heads_stand_apart_and_the_weight_under_the_pointer_is_named(
    show: Show[AttentionMap],
) -> None:
    weights = np.zeros((4, 5, 7), np.float32)
    weights[2, 1, 6] = 0.5
    view = AttentionMap()
    view.show_weights(weights, -1)
    show(view)
    view.grab()

    places = [view.place_of(head) for head in range(4)]
    assert all(place is not None for place in places)
    third = places[2]
    assert third is not None
    cell = QPointF(third.left() + third.width() * 6.5 / 7, third.top() + third.height() * 1.5 / 5)

    assert view.weight_at(cell) == (2, 1, 6, 0.5)
    shown = picture(view)[int(cell.y()), int(cell.x())]
    brightest = QColor.fromRgb(int(VIRIDIS[255]))
    assert shown.tolist() == [brightest.red(), brightest.green(), brightest.blue()]


def test_a_click_shows_one_head_and_another_all(show: Show[AttentionMap], qtbot: QtBot) -> None:
    view = AttentionMap()
    weights = np.random.default_rng(0).random((3, 4, 4)).astype(np.float32)
    view.show_weights(weights, -1, queries="abcd", keys="abcd")
    show(view)
    view.grab()
    place = view.place_of(1)
    assert place is not None

    with qtbot.waitSignal(view.head_chosen) as chosen:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    view.show_weights(weights, 1, queries="abcd", keys="abcd")
    view.grab()

    assert chosen.args == [1]
    assert view.place_of(0) is None
    with qtbot.waitSignal(view.head_chosen) as all_:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert all_.args == [-1]


def test_the_tokens_of_both_texts_stand_beside_and_below_one_head(
    show: Show[AttentionMap],
) -> None:
    weights = np.full((1, 3, 30), 0.1, np.float32)
    bare, named = AttentionMap(), AttentionMap()
    bare.show_weights(weights, 0)
    named.show_weights(weights, 0, queries=["la", "serpiente", "dijo"], keys=["serpent"] * 30)
    for view in (bare, named):
        show(view)
        view.grab()
    wide, place = bare.place_of(0), named.place_of(0)
    assert wide is not None
    assert place is not None

    beside = picture(named)[int(place.top()) : int(place.bottom()), : int(place.left()) - 2]
    below = picture(named)[int(place.bottom()) + 3 :, int(place.left()) : int(place.right())]

    assert place.left() > wide.left()
    for part in (beside, below):
        assert len(np.unique(part.reshape(-1, 3), axis=0)) > 10  # letters, with their soft edges
    # Thirty words wider than their columns stand upright: each is higher than a line.
    inked_rows = (below != below[-1, 0]).any(axis=(1, 2)).sum()
    assert inked_rows > 2 * named.fontMetrics().height()


def test_a_map_too_fine_for_the_screen_keeps_its_greatest_weights() -> None:
    weights = np.zeros((1000, 1000), np.float32)
    weights[777, 333] = 0.9

    small = pooled(weights, 100)

    assert small.shape == (100, 100)
    assert small[77, 33] == np.float32(0.9)


# scatter


def cloud(samples: int, *, scale: float = 1.0) -> Cloud:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, samples)
    middles = np.array([[0, 4], [-4, -3], [4, -3]])
    points = (middles[labels] + rng.normal(size=(samples, 2)) * 0.3) * scale
    return Cloud(points, labels, ("cat", "dog", "owl"))


@pytest.mark.parametrize("samples", [300, 10_000])
def test_every_class_has_its_colour_where_its_points_are(show: Show[Scatter], samples: int) -> None:
    view = Scatter()
    made = cloud(samples)
    view.show_cloud(made)
    show(view)

    pixels = picture(view)
    xs, ys = view.places(made.points)

    assert made.labels is not None
    for class_ in range(3):
        colour = QColor(tokens(view).series[class_])
        wanted = np.array([colour.red(), colour.green(), colour.blue()])
        inside = np.flatnonzero(made.labels.ravel() == class_)
        near = pixels[ys[inside].astype(int), xs[inside].astype(int)]
        # Others lie over some, and the name of the class over its middle.
        assert (np.abs(near - wanted).sum(axis=1) < 60).mean() > 0.5


def test_the_frame_stays_while_points_move_inside_it(show: Show[Scatter]) -> None:
    view = show(Scatter())
    view.show_cloud(cloud(300))
    first = view.frame

    view.show_cloud(cloud(300, scale=0.9))
    assert first == view.frame

    view.show_cloud(cloud(300, scale=3.0))
    assert view.frame[2] > first[2] * 2
    view.show_cloud(cloud(300, scale=0.5))
    assert view.frame[2] < first[2]


def test_a_quantity_has_colours_without_classes() -> None:
    points = np.random.default_rng(0).normal(size=(50, 2))

    assert Cloud(points, np.linspace(0, 1, 50)).classes == []
    assert Cloud(points, np.arange(50) % 3).classes == [0, 1, 2]


# taking away


def test_a_chart_can_be_copied_as_image_svg_and_numbers(show: Show[CurveChart]) -> None:
    chart = show(chart_of(Curve("train", series(np.array([1.0, 0.5])), BLUE)))
    chart.grab()
    board = QGuiApplication.clipboard()

    copy_image(chart, DARK)
    assert board.image().width() == 2 * chart.width()
    copy_svg(chart, "Loss")
    assert board.text().startswith("<?xml")
    assert b"<title>Loss</title>" in svg_of(chart, "Loss")
    assert csv_of([series(np.array([1.0, 0.5]))]) == (
        "name,step,value\ntrain/loss,1,1.0\ntrain/loss,2,0.5\n"
    )
    board.clear()
