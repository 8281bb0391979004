from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from studio.ui.data.balance import Bars
from studio.ui.data.page import DataPage
from studio.ui.data.pictures import Pictures
from studio.ui.data.points import Points
from studio.ui.data.rows import Rows
from studio.ui.data.texts import Texts
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

ENGINE_MS = 60_000
"""A cold engine imports torch first."""


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        window.studio.front.show_page("data")
        yield window


def _page(window: MainWindow) -> DataPage:
    page = window.pages.currentWidget()
    assert isinstance(page, DataPage)
    return page


def _choose(page: DataPage, qtbot, title: str) -> None:
    (item,) = page.sources.findItems(title, Qt.MatchFlag.MatchStartsWith)
    qtbot.mouseClick(
        page.sources.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.sources.visualItemRect(item).center(),
    )


@pytest.mark.slow
def test_each_kind_of_data_is_drawn_as_what_it_is(window, qtbot) -> None:
    page = _page(window)
    seen = {}

    for title, kind in (
        ("Digits", Pictures), ("Two spirals", Points), ("Recall", Texts), ("Wine", Rows)
    ):  # fmt: skip
        _choose(page, qtbot, title)
        qtbot.waitUntil(lambda kind=kind: isinstance(page.samples.view, kind), timeout=ENGINE_MS)
        seen[title] = page.samples.title.text()

    assert "Digits, 8×8: 48 of 1,257 training samples" == seen["Digits"]
    assert "Two spirals: 600 of 1,400 training samples" == seen["Two spirals"]
    assert page.balance.isVisible()


def test_before_the_engine_answers_a_sentence_stands_there(window, qtbot) -> None:
    page = _page(window)

    assert page.empty.isVisible()
    assert "Reading the data…" == page.empty.title.text()


def test_without_data_the_page_says_what_to_do(window, qtbot) -> None:
    window.studio.filing.new()
    page = _page(window)

    qtbot.waitUntil(lambda: "No samples" in page.empty.title.text())

    assert "choose some" in page.empty.sentence.text().lower()


def test_choosing_data_is_one_step_that_fits_the_inputs(window, qtbot) -> None:
    before = window.studio.workspace.document.experiment
    page = _page(window)

    _choose(page, qtbot, "MNIST")
    outputs = window.studio.workspace.checked.blocks["image"].outputs
    steps = len(window.studio.workspace.document.history)
    window.studio.workspace.document.undo()

    assert ["B×1×28×28"] == [str(shape) for shape in outputs.values()]
    assert 1 == steps
    assert before is window.studio.workspace.document.experiment


def test_the_division_is_set_in_its_form(window, qtbot) -> None:
    field = _page(window).settings.split.field("validation")

    field.selectAll()
    qtbot.keyClicks(field, "0.3")

    assert 0.3 == window.studio.workspace.document.experiment.data.split["validation"]


def test_many_classes_take_no_room_from_the_charts_below(window, qtbot) -> None:
    page = _page(window)
    before = page.minimumSizeHint().height()

    page.balance.setVisible(True)
    page.balance.findChild(Bars).show_rows([(str(at), (50, 10, 10)) for at in range(40)])
    page.layout().activate()

    assert page.balance.minimumSizeHint().height() > 800
    assert page.minimumSizeHint().height() == before < 300
