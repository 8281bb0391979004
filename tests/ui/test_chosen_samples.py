"""A sample that is selected in one panel is selected in every panel that shows samples."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.runs.arrays import array_from_numpy
from studio.runs.events import Snapshot
from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.embedding import EmbeddingPanel
from studio.ui.dashboard.panels.predictions import PredictionsPanel
from studio.ui.dashboard.predictions.confusion import Confusion
from studio.ui.dashboard.predictions.samples import Worst
from studio.ui.theme import LIGHT, palette_of
from tests.helpers.a_run import started
from tests.helpers.drawing import chain

CLASSES = np.array([0, 0, 1, 1, 2, 2])
SAID = np.array([0, 1, 1, 1, 2, 0])
ROWS = np.arange(100, 106)


def events() -> list[object]:
    scores = np.full((6, 3), 0.1, np.float32)
    scores[np.arange(6), SAID] = 0.8
    predictions = {
        "scores": scores, "classes": CLASSES, "rows": ROWS, "shown": np.arange(6),
        "inputs": np.zeros((6, 1, 8, 8), np.uint8),
    }  # fmt: skip
    points = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    maps = {"points": points, "labels": CLASSES, "rows": ROWS[::-1].copy()}
    packed = [
        {name: array_from_numpy(value) for name, value in arrays.items()}
        for arrays in (predictions, maps)
    ]
    notes = {"inputs": "image", "as": "images"}
    return [
        started(),
        Snapshot(kind="predictions", block="digit", step=1, arrays=packed[0], notes=notes),
        Snapshot(kind="embedding", block="fc1", step=1, arrays=packed[1]),
    ]


def panels(qtbot: QtBot) -> tuple[PredictionsPanel, EmbeddingPanel]:
    record = Record.from_events(events())  # type: ignore[arg-type]
    context = PanelContext(record, Cursor(), chain("io.image"))
    made = PredictionsPanel(context), EmbeddingPanel(context)
    for panel in made:
        qtbot.addWidget(panel)
        panel.setPalette(palette_of(LIGHT))
        panel.resize(460, 360)
        panel.show()
    made[1].block = "fc1"
    made[1]._show_blocks = lambda: None  # type: ignore[method-assign]
    for panel in made:
        panel.refresh()
        panel.grab()
    return made


def test_a_cell_of_the_confusion_matrix_selects_its_samples_on_the_map(qtbot: QtBot) -> None:
    says, maps = panels(qtbot)
    view = says.view
    assert isinstance(view, Confusion)
    size = view._cells.width() / 3
    right_of_one = view._cells.topLeft().toPoint()

    QTest.mouseClick(
        says.picture,
        Qt.MouseButton.LeftButton,
        pos=right_of_one + type(right_of_one)(round(1.5 * size), round(1.5 * size)),
    )

    assert says.chosen.rows == {102, 103}  # ones that were taken for ones
    assert maps.chosen is says.chosen
    assert sorted(maps.embedded.rows[maps.scatter.chosen].tolist()) == [102, 103]  # type: ignore[union-attr]


def test_a_lasso_on_the_map_frames_the_pictures_of_its_samples(qtbot: QtBot) -> None:
    says, maps = panels(qtbot)
    says._on_chosen(Worst.title)
    before = says.picture.grab().toImage()

    maps.chosen.choose([101, 105])
    assert says.stale
    says.refresh()
    after = says.picture.grab().toImage()

    view = says.view
    assert isinstance(view, Worst)
    assert {101, 105} == {int(ROWS[place]) for _, place in view.drawn()}
    assert before != after


def test_a_click_on_a_picture_selects_its_sample_and_with_shift_one_more(qtbot: QtBot) -> None:
    says, maps = panels(qtbot)
    says._on_chosen(Worst.title)
    says.picture.grab()
    view = says.view
    assert isinstance(view, Worst)
    (first, one), (second, other) = view.drawn()

    QTest.mouseClick(says.picture, Qt.MouseButton.LeftButton, pos=first.center().toPoint())
    alone = maps.chosen.rows
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(says.picture, Qt.MouseButton.LeftButton, shift, second.center().toPoint())

    assert alone == {int(ROWS[one])}
    assert maps.chosen.rows == {int(ROWS[one]), int(ROWS[other])}
