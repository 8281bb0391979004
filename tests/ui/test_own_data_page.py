"""A person's own file in the window: dropped, looked at, cleaned, trained and tried."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton, QWidget

from studio.runs.arrays import array_from_numpy
from studio.runs.questions import Varied
from studio.ui.data.drawing_pad import DrawingPad
from studio.ui.data.field_table import KIND, ROLE
from studio.ui.data.page import COLUMNS, SAMPLES, STEPS, TRY, DataPage
from studio.ui.data.rows import Rows
from studio.ui.data.variations import Variations
from studio.ui.widgets.fields import ChoiceField
from studio.ui.widgets.param_form import ParamForm
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

ENGINE_MS = 90_000


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot) as window:
        yield window


@pytest.fixture
def table(tmp_path) -> Path:
    random = np.random.default_rng(0)
    rows = ["size,colour,told,kind"]
    for row in range(200):
        kind = row % 2
        size = "" if row % 20 == 5 else f"{random.normal(3 * kind, 0.5):.3f}"
        rows.append(
            f"{size},{random.choice(['red', 'blue'])},{kind * 2.5},{'pear' if kind else 'fig'}"
        )
    path = tmp_path / "fruit.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def _drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, buttons, keys)
    window.dropEvent(event)
    assert event.isAccepted()


def _opened(window: MainWindow, path: Path, qtbot) -> DataPage:
    _drop(window, path)
    document = window.studio.workspace.document
    qtbot.waitUntil(lambda: bool(document.experiment.data.fields), timeout=ENGINE_MS)
    window.studio.front.show_page("data")
    page = window.pages.currentWidget()
    assert isinstance(page, DataPage)
    return page


def _learn(page: DataPage, qtbot, name: str, column: int, words: str) -> None:
    """Choose a kind or a use in the table, as a person does."""
    model = page.columns.table.fields
    row = next(at for at in range(model.rowCount()) if model.field_at(at).name == name)
    index = model.index(row, column)
    page.columns.table.setCurrentIndex(index)
    delegate = page.columns.table.itemDelegate()
    editor = delegate.createEditor(page.columns.table.viewport(), None, index)
    editor.setCurrentIndex(editor.findText(words))
    delegate.setModelData(editor, model, index)
    editor.deleteLater()


@pytest.mark.slow
def test_a_dropped_table_becomes_an_experiment_that_is_looked_at_and_trained(
    window, table, qtbot
) -> None:
    page = _opened(window, table, qtbot)
    studio = window.studio

    qtbot.waitUntil(lambda: isinstance(page.samples.view, Rows), timeout=ENGINE_MS)
    qtbot.waitUntil(lambda: bool(page.columns.list.shown), timeout=ENGINE_MS)
    told = " ".join(one.sentence for one in page.columns.list.shown)
    studio.run("train.start")
    qtbot.waitUntil(lambda: studio.session.state == "ended", timeout=ENGINE_MS)

    assert "fruit.csv" in page.samples.title.text()
    assert "told alone tells kind" in told
    assert studio.workspace.checked.problems == ()
    assert studio.session.ended.metrics["validation"]["accuracy"] > 0.9
    assert "test" not in studio.session.ended.metrics

    page.tabs.setCurrentIndex(TRY)
    assert page.tries.why.text() == ""
    qtbot.mouseClick(page.tries.judge, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.tries.table.rowCount() > 0, timeout=ENGINE_MS)
    assert "accuracy" in page.tries.said.text()
    assert "once" in page.tries.tested.text()
    page.tries.form.changed.emit("size", "3.1")
    qtbot.waitUntil(lambda: "kind, predicted" in page.tries.best.text(), timeout=ENGINE_MS)


@pytest.mark.slow
def test_what_a_column_is_used_for_is_one_step_of_undo(window, table, qtbot) -> None:
    page = _opened(window, table, qtbot)
    document = window.studio.workspace.document
    before = document.experiment

    _learn(page, qtbot, "size", ROLE, "learn")
    roles = {one.name: one.role for one in document.experiment.data.fields}
    document.undo()

    assert roles["size"] == "target"
    assert roles["kind"] == "input"
    assert document.experiment is before


def _choose(form: ParamForm, name: str, words: str) -> list[str]:
    """Choose in a list of a form, as a person does; return what it offered."""
    field = form.field(name)
    assert isinstance(field, ChoiceField)
    offered = [field.itemText(place) for place in range(field.count())]
    field.setCurrentText(words)
    field.textActivated.emit(words)
    return offered


@pytest.mark.slow
def test_the_column_to_divide_by_is_chosen_among_those_of_the_file(window, table, qtbot) -> None:
    page = _opened(window, table, qtbot)
    document = window.studio.workspace.document

    _choose(page.settings.split, "method", "by groups")
    groups = _choose(page.settings.split, "by", "colour")
    assert groups == ["", "size", "colour", "told", "kind"]
    assert document.experiment.data.split["by"] == "colour"

    _choose(page.settings.split, "method", "by time")
    times = _choose(page.settings.split, "by", "told")
    assert times == ["", "size", "told", "colour"]  # what was chosen before is not lost unseen
    assert document.experiment.data.split["by"] == "told"


@pytest.mark.slow
def test_another_kind_is_read_from_the_file(window, table, qtbot) -> None:
    page = _opened(window, table, qtbot)
    document = window.studio.workspace.document

    _learn(page, qtbot, "told", KIND, "category")

    def labels() -> tuple[str, ...]:
        return next(one.labels for one in document.experiment.data.fields if one.name == "told")

    qtbot.waitUntil(lambda: labels() == ("0.0", "2.5"), timeout=ENGINE_MS)


@pytest.mark.slow
def test_a_finding_is_mended_with_its_button(window, table, qtbot) -> None:
    page = _opened(window, table, qtbot)
    qtbot.waitUntil(lambda: bool(page.columns.list.shown), timeout=ENGINE_MS)
    page.tabs.setCurrentIndex(COLUMNS)
    button = next(
        one for one in page.columns.list.findChildren(QPushButton) if one.text() == "Leave it out"
    )

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    roles = {one.name: one.role for one in window.studio.workspace.document.experiment.data.fields}
    assert roles["told"] == "none"


@pytest.mark.slow
def test_steps_are_moved_and_taken_out_with_their_buttons(window, table, qtbot) -> None:
    page = _opened(window, table, qtbot)
    page.tabs.setCurrentIndex(STEPS)
    document = window.studio.workspace.document
    kinds = [step.kind for step in document.experiment.data.steps]

    qtbot.mouseClick(page.steps.list.cards[0].down, Qt.MouseButton.LeftButton)
    moved = [step.kind for step in document.experiment.data.steps]
    qtbot.mouseClick(page.steps.list.cards[1].remove, Qt.MouseButton.LeftButton)
    left = [step.kind for step in document.experiment.data.steps]

    assert moved == [kinds[1], kinds[0], *kinds[2:]]
    assert left == [kinds[1], *kinds[2:]]
    assert page.tabs.currentIndex() == STEPS


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_told_and_nothing_is_lost(window, tmp_path, qtbot) -> None:
    before = window.studio.workspace.document.experiment
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\x00\x01" * 100)

    _drop(window, bad)

    qtbot.waitUntil(lambda: bool(window.studio.notices.open), timeout=ENGINE_MS)
    assert "binary" in window.studio.notices.open[0].message
    assert window.studio.workspace.document.experiment is before


def test_shipped_tables_have_no_columns_to_choose(window, qtbot) -> None:
    window.studio.front.show_page("data")
    page = window.pages.currentWidget()
    assert isinstance(page, DataPage)

    assert not page.tabs.isTabVisible(COLUMNS)
    assert page.tabs.currentIndex() == SAMPLES


def test_a_stroke_on_the_pad_is_a_picture_from_0_to_1(qtbot) -> None:
    desk = QWidget()
    qtbot.addWidget(desk)
    pad = DrawingPad(desk)
    desk.show()

    with qtbot.waitSignal(pad.drawn):
        qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=pad.rect().center())
        qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=pad.rect().center())
    values = pad.values((1, 8, 8))
    pad.clear()

    assert values.shape == (1, 8, 8)
    assert 0.1 < values.max() <= 1.0
    assert pad.values((3, 8, 8)).max() == 0.0


def test_the_same_picture_is_shown_many_times(qtbot) -> None:
    desk = QWidget()
    qtbot.addWidget(desk)
    card = Variations(desk)

    card.show_varied(
        Varied(request=1, arrays={"picture": array_from_numpy(np.random.rand(5, 1, 8, 8))})
    )

    assert card.isVisibleTo(desk)
    assert card.pictures.accessibleName().startswith("5 pictures: as it is, step 1")
