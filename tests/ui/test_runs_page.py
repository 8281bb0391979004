"""The Runs page, by mouse and keys: find, choose, compare, note, delete, bring back, go on."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.looking_back import offer_to_go_on
from studio.runs.marks import Marks, read_marks
from studio.ui.runs.page import RunsPage
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window
from tests.helpers.kept import STEPS, kept_run

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    for seed in range(3):
        kept_run("wide", seed=seed, loss=0.3 + 0.1 * seed, title="Wide")
    kept_run("deep", seed=7, loss=0.2, title="Deep", batch_size=32)
    with opened_window(qtbot) as window:
        window.resize(1500, 1000)
        yield window


@pytest.fixture
def page(window: MainWindow, qtbot) -> RunsPage:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Qt.Key.Key_4, CTRL)
    page = window.pages.currentWidget()
    assert isinstance(page, RunsPage)
    qtbot.waitUntil(lambda: window.studio.desk.complete)
    return page


def cells(page: RunsPage, column: str) -> list[str]:
    place = page.table.runs.place(column)
    model = page.table.runs
    return [str(model.index(row, place).data()) for row in range(model.rowCount())]


def click(page: RunsPage, row: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
    at = page.table.visualRect(page.table.runs.index(row, 1)).center()
    QTest.mouseClick(page.table.viewport(), LEFT, keys, at)


def click_heading(page: RunsPage, column: str) -> None:
    head = page.table.horizontalHeader()
    at = head.sectionViewportPosition(page.table.runs.place(column)) + 20
    QTest.mouseClick(head.viewport(), LEFT, PLAIN, QPoint(at, head.height() // 2))


def test_runs_are_listed_with_the_newest_on_top(page) -> None:
    assert ["Deep", "Wide", "Wide", "Wide"] == cells(page, "title")
    assert ["7", "2", "1", "0"] == cells(page, "seed")
    assert "4 runs" == page.filters.count.text()


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(page) -> None:
    click_heading(page, "final:test/loss")
    rising = cells(page, "final:test/loss")
    click_heading(page, "final:test/loss")

    assert ["0.2", "0.3", "0.4", "0.5"] == rising
    assert rising[::-1] == cells(page, "final:test/loss")


def test_typing_finds_and_no_find_says_what_to_do(page, qtbot) -> None:
    QTest.keyClicks(page.filters.search, "deep")
    qtbot.waitUntil(lambda: cells(page, "title") == ["Deep"])
    QTest.keyClicks(page.filters.search, " sea")

    qtbot.waitUntil(page.empty.isVisible)
    assert "No run is like that" == page.empty.title.text()


def test_one_run_shows_results_facts_and_environment(page) -> None:
    click(page, 0)

    assert "Deep" == page.details.title.text()
    assert ("Test loss", "0.2") in page.details.metrics.rows()
    assert ("Steps", f"{STEPS} of {STEPS}") in page.details.facts.rows()
    assert "Torch" in dict(page.details.environment.rows())


def test_curves_of_chosen_runs_lie_over_each_other(page, qtbot) -> None:
    click(page, 0)
    click(page, 1, CTRL)

    qtbot.waitUntil(lambda: len(page.overlay.chart.curves) == 2)
    assert ["Deep", "Wide"] == [curve.name for curve in page.overlay.chart.curves]
    assert "validation/loss" == page.overlay.scalars.currentText()


def test_another_scalar_is_drawn(page, qtbot) -> None:
    click(page, 0)
    qtbot.waitUntil(lambda: len(page.overlay.chart.curves) == 1)

    QTest.keyClick(page.overlay.scalars, Qt.Key.Key_Home)

    qtbot.waitUntil(lambda: len(page.overlay.chart.curves[0].line) == STEPS)
    assert "train/loss" == page.overlay.scalars.currentText()


def test_several_runs_are_compared_in_results_and_experiments(page, qtbot) -> None:
    click(page, 0)
    click(page, 3, CTRL)

    versus = page.details.versus
    qtbot.waitUntil(lambda: versus.list.count() > 0)
    lines = [versus.list.item(row).text() for row in range(versus.list.count())]
    assert ("Test loss", "0.3 → 0.2") in versus.results.rows()
    assert "~ training.batch_size: 8 → 32" in lines
    assert "~ title: Wide → Deep" in lines


def test_seeds_become_one_row_with_mean_and_spread_and_a_band(page, qtbot) -> None:
    QTest.mouseClick(page.filters.groups, LEFT)
    click(page, 1)

    qtbot.waitUntil(lambda: bool(page.overlay.chart.curves))
    assert ["Deep", "Wide × 3 seeds"] == cells(page, "title")
    assert "0.4 ± 0.1" == cells(page, "final:test/loss")[1]
    assert "Wide, mean of 3" == page.overlay.chart.curves[0].name
    band = page.overlay.chart.bands[0]
    assert band.high.last[1] - band.low.last[1] == pytest.approx(0.2)


def test_notes_and_tags_are_kept_in_the_folder_of_the_run(page, qtbot) -> None:
    click(page, 0)
    folder = page.details.title.window().studio.desk.one.folder

    QTest.keyClicks(page.details.notes, "It works")
    QTest.keyClicks(page.details.tags, "good, paper")
    QTest.keyClick(page.details.tags, Qt.Key.Key_Return)
    click(page, 1)

    assert Marks(notes="It works", tags=("good", "paper")) == read_marks(folder)
    assert "" == page.details.notes.toPlainText()
    assert ["All tags", "good", "paper"] == [
        page.filters.tags.itemText(at) for at in range(page.filters.tags.count())
    ]


def test_delete_moves_to_the_trash_and_undo_brings_back(page, window, qtbot) -> None:
    click(page, 0)
    folder = window.studio.desk.one.folder

    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    gone = (folder.exists(), cells(page, "title"))
    window.studio.notices.answer(window.studio.notices.open[-1], "Undo")

    assert (False, ["Wide"] * 3) == gone
    assert folder.exists()
    assert "Deep" == cells(page, "title")[0]
    assert ("Deep",) == tuple(run.summary.title for run in window.studio.desk.chosen)


def test_enter_shows_the_charts_of_a_run(page, window, qtbot) -> None:
    window.docks.make_dashboard()
    click(page, 0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: "train/loss" in window.studio.record.series)
    assert STEPS == window.studio.record.series["train/loss"].last[0]


def test_the_experiment_of_a_run_is_opened(page, window, qtbot) -> None:
    click(page, 0)

    window.menus.refresh()
    window.menus.deeds["runs.open"].trigger()

    assert "Deep" == window.studio.workspace.document.experiment.title
    assert "build" == window.studio.front.page


def test_columns_are_chosen_and_remembered(page, window) -> None:
    page.filters.columns.menu().actions()[0].trigger()
    shown = [column.id for column in page.table.runs.columns]

    again = RunsPage(window.studio, window.menus, window)

    assert "favourite" not in shown
    assert shown == [column.id for column in again.table.runs.columns]


def test_a_run_that_comes_while_the_page_is_open_is_listed(page, qtbot) -> None:
    kept_run("new", seed=30, title="New")

    qtbot.waitUntil(lambda: cells(page, "title")[0] == "New", timeout=8000)


def test_a_broken_folder_is_listed_as_such(page, qtbot) -> None:
    folder = kept_run("ruin", seed=40)
    for path in folder.iterdir():
        path.unlink()

    qtbot.waitUntil(lambda: "Broken" in cells(page, "state"), timeout=8000)
    click(page, cells(page, "state").index("Broken"))
    assert "no record" in page.details.wrong.text()


def test_a_run_that_was_cut_off_is_offered_once(window, qtbot) -> None:
    studio = window.studio
    cut = kept_run("cut", seed=50, title="Cut", whole=False)

    offer_to_go_on(studio)
    qtbot.waitUntil(lambda: bool(studio.notices.open))
    (notice,) = studio.notices.open
    studio.notices.answer(notice, "Dismiss")
    offer_to_go_on(studio)
    QTest.qWait(200)

    assert f"Training of Cut was cut off at step {STEPS} of {STEPS}" == notice.message
    assert read_marks(cut).let_be
    assert () == studio.notices.open


def test_what_a_cut_off_run_had_shown_is_shown_again(window, qtbot) -> None:
    studio = window.studio
    kept_run("cut", seed=50, title="Cut", whole=False)

    offer_to_go_on(studio)
    qtbot.waitUntil(lambda: bool(studio.notices.open))
    studio.notices.answer(studio.notices.open[0], "Show")

    qtbot.waitUntil(lambda: "train/loss" in studio.record.series)
    assert "Cut" == studio.workspace.document.experiment.title
    assert STEPS == len(studio.record.series["train/loss"])


def test_a_whole_run_is_not_offered(window, qtbot) -> None:
    offer_to_go_on(window.studio)
    QTest.qWait(200)

    assert () == window.studio.notices.open
