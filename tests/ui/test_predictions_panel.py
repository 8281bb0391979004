"""The predictions panel: what is right beside what was said, in every view."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from studio.runs.arrays import array_from_numpy
from studio.runs.events import Event, Snapshot
from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.predictions import PredictionsPanel
from studio.ui.dashboard.predictions.confusion import Confusion
from studio.ui.dashboard.predictions.view import views
from studio.ui.theme import DARK, LIGHT, palette_of
from tests.helpers.a_run import started

CLASSES = np.array([0, 0, 1, 1, 2, 2])


def said(step: int, answers: list[int], *, sure: float = 0.8) -> Snapshot:
    scores = np.full((6, 3), (1 - sure) / 2, np.float32)
    scores[np.arange(6), answers] = sure
    pixels = np.random.default_rng(0).integers(0, 256, (6, 1, 8, 8), np.uint8)
    arrays = {
        "scores": scores,
        "classes": CLASSES,
        "rows": np.arange(100, 106),
        "shown": np.arange(6),
        "inputs": pixels,
    }
    return Snapshot(
        kind="predictions",
        block="digit",
        step=step,
        arrays={name: array_from_numpy(value) for name, value in arrays.items()},
        notes={"inputs": "image", "as": "images"},
    )


def numbers(step: int) -> Snapshot:
    wanted = np.linspace(-1, 1, 50, dtype=np.float32)[:, None]
    arrays = {
        "values": wanted + np.float32(0.1),
        "wanted": wanted,
        "rows": np.arange(50),
        "shown": np.arange(4),
    }
    arrays = {name: array_from_numpy(value) for name, value in arrays.items()}
    return Snapshot(kind="predictions", block="y", step=step, arrays=arrays)


Show = Callable[..., PredictionsPanel]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    windows: list[QMainWindow] = []  # a window that is forgotten goes

    def make(*events: Event) -> PredictionsPanel:
        window = QMainWindow()
        windows.append(window)
        qtbot.addWidget(window)
        record = Record.from_events([started(), *events])
        panel = PredictionsPanel(PanelContext(record, Cursor(window)))
        window.setCentralWidget(panel)
        window.resize(640, 420)
        window.show()
        qtbot.waitExposed(window)
        panel.refresh()
        return panel

    return make


def chosen(panel: PredictionsPanel, title: str) -> str:
    panel.choose("view", title)
    panel.refresh()
    panel.grab()
    return panel.caption.text()


def test_the_confusion_says_how_many_were_right_and_what_a_cell_counts(
    show: Show, qtbot: QtBot
) -> None:
    panel = show(said(5, [0, 1, 1, 1, 2, 1]))

    assert panel.caption.text() == "4 of 6 right, 66.7 % · step 5"
    assert panel.table() == "is \\ said,0,1,2\n0,1,1,0\n1,0,2,0\n2,0,1,1\n"
    view = panel.view
    assert isinstance(view, Confusion)
    panel.grab()
    middle = panel.picture.rect().center()
    qtbot.mouseMove(panel.picture, QPoint(0, 0))
    across = range(0, panel.picture.width(), 6)
    cells = {view.cell_at(QPoint(x, middle.y()).toPointF(), 3) for x in across}
    assert {(1, 0), (1, 1), (1, 2)} <= cells
    at = next(x for x in across if view.cell_at(QPoint(x, middle.y()).toPointF(), 3) == (1, 1))
    told = view.rows_at(QPoint(at, middle.y()).toPointF(), panel.judged)
    assert told is not None
    head, rows = told
    assert head == "2 samples"
    assert [(row.name, row.value) for row in rows] == [
        ("is", "1"),
        ("said", "1"),
        ("share", "100.0 %"),
    ]


def test_every_view_of_classes_is_drawn_in_both_themes_and_gives_its_numbers(show: Show) -> None:
    panel = show(said(5, [0, 1, 1, 1, 2, 1]), said(9, [0, 0, 1, 1, 2, 1]))
    titles = [view.title for view in views() if view.of_classes]

    for theme in (LIGHT, DARK):
        panel.setPalette(palette_of(theme))
        captions = {title: chosen(panel, title) for title in titles}

    assert "F1" in captions["By class"]
    assert captions["Calibration"].startswith("expected calibration error 3.3 %")
    assert captions["Worst samples"] == "1 sample taken for another class · step 9"
    assert captions["Changed samples"] == "1 answer changed since the look before · step 9"
    chosen(panel, "Changed samples")
    assert panel.table().splitlines()[1].startswith("101,0,0,")
    assert panel.wanted == {"predictions": {}}


def test_the_worst_samples_are_named_under_the_pointer(show: Show) -> None:
    panel = show(said(9, [0, 0, 1, 1, 2, 1]))
    chosen(panel, "Worst samples")

    view = panel.view
    assert view is not None
    told = view.rows_at(QPoint(30, 30).toPointF(), panel.judged)

    assert told is not None
    assert told[0] == "sample 105"
    assert [(row.name, row.value) for row in told[1]][:2] == [("is", "2"), ("1", "80.0 %")]


def test_numbers_have_views_of_their_own(show: Show) -> None:
    panel = show(numbers(7))

    assert panel.caption.text().startswith("root mean squared error 0.1, R² 0.97")
    assert chosen(panel, "Residuals").startswith("mean 0.1, ")
    assert panel.table().startswith("from,to,samples\n")


def test_the_cursor_takes_the_panel_back_in_time(show: Show) -> None:
    panel = show(said(5, [2, 2, 2, 2, 2, 2]), said(9, [0, 0, 1, 1, 2, 2]))

    panel.cursor_step.hold(5)

    assert panel.caption.text() == "2 of 6 right, 33.3 % · step 5"


def test_an_empty_panel_says_how_to_fill_it(show: Show) -> None:
    panel = show()

    assert panel.picture.content is None
    assert "held samples" in panel.picture.hint
    assert panel.table() == ""


def everywhere(step: int) -> Snapshot:
    """Two classes that a vertical line parts."""
    across = np.linspace(-1, 1, 64, dtype=np.float32)
    second = np.broadcast_to(1 / (1 + np.exp(-20 * across)), (64, 64))
    x = np.array([[-0.5, 0.0], [0.5, 0.2]], np.float32)
    arrays = {
        "scores": np.array([[0.9, 0.1], [0.2, 0.8]], np.float32),
        "classes": np.array([0, 1]),
        "rows": np.arange(2),
        "shown": np.arange(2),
        "points": x,
        "limits": np.array([[-1, 1], [-1, 1]], np.float32),
        "plane": np.stack([1 - second, second], axis=2).astype(np.float32),
    }
    arrays = {name: array_from_numpy(value) for name, value in arrays.items()}
    return Snapshot(kind="predictions", block="class", step=step, arrays=arrays)


def test_of_two_numbers_the_decision_boundary_comes_first(show: Show) -> None:
    panel = show(everywhere(5))

    assert panel.caption.text() == "100.0 % right · step 5"
    view = panel.view
    assert view is not None
    assert view.title == "Decision boundary"
    image = panel.picture.grab().toImage()
    middle = image.height() // 2
    left, right = (
        image.pixel(image.width() // 4, middle),
        image.pixel(image.width() * 3 // 4, middle),
    )
    assert left != right
    told = view.rows_at(QPoint(image.width() * 3 // 4, middle).toPointF(), panel.judged)
    assert told is not None
    assert told[1][0].name == "1"
    assert panel.table().splitlines()[1] == "-0.5,0,0,0"


def test_of_one_number_the_curve_comes_first(show: Show) -> None:
    snapshot = numbers(7)
    xs = np.linspace(-1.2, 1.2, 256, dtype=np.float32)
    line = {"line_x": xs, "line": xs[:, None] + 0.1, "points": np.linspace(-1, 1, 50)[:, None]}
    more = {name: array_from_numpy(value.astype(np.float32)) for name, value in line.items()}
    panel = show(structs.replace(snapshot, arrays={**snapshot.arrays, **more}))

    assert panel.caption.text() == "root mean squared error 0.1 · step 7"
    assert panel.view is not None
    assert panel.view.title == "Curve"
    panel.grab()
    assert panel.table().startswith("put in,said\n-1.2,-1.1\n")
