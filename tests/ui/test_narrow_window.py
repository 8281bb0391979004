"""A window of half the width, or of twice the scale: nothing lies over anything else."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QPushButton, QToolBar, QToolButton, QWidget

from studio.app.front import STORY
from studio.core.edits import SetText
from studio.ui.topbar import Title
from studio.ui.widgets.labels import Text
from studio.ui.widgets.notice_bar import NoticeBar
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        window.docks.show_panel(STORY, shown=False)
        yield window


def place_of(widget: QWidget, window: MainWindow) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


@pytest.mark.parametrize("width", [700, 800, 1000, 1440])
def test_the_buttons_of_the_bar_stand_side_by_side(window, width: int) -> None:
    window.resize(width, 600)
    QTest.qWait(20)

    bar = window.findChild(QToolBar, "top-bar")
    buttons = [b for b in bar.findChildren(QToolButton) if b.accessibleName() or b.text()]
    places = [place_of(b, window) for b in buttons if b.isVisible()]
    overlapping = [
        (a, b) for at, a in enumerate(places) for b in places[at + 1 :] if a.intersects(b)
    ]

    assert width == window.width()
    assert 10 <= len(places)
    assert [] == overlapping
    assert all(window.rect().contains(place) for place in places)


def test_a_title_without_room_is_cut_short_and_told_whole(window) -> None:
    title = "A network with quite a long name that nobody could remember"
    window.studio.workspace.document.apply(SetText(title))
    window.resize(700, 600)
    QTest.qWait(20)

    (shown,) = window.findChildren(Title)

    assert shown.text().endswith("… ●")
    assert title in shown.toolTip()


def test_a_panel_takes_the_place_of_the_inspector_where_there_is_room_for_one(window) -> None:
    build = window.pages.build
    seen = []
    for width, shown in ((1440, True), (800, True), (800, False)):
        window.resize(width, 600)
        window.docks.show_panel(STORY, shown=shown)
        QTest.qWait(50)
        seen.append(build.inspector.isVisible())
        canvas, story = place_of(build.canvas, window), place_of(window.docks.story, window)
        assert build.canvas.width() >= 200
        assert not (shown and canvas.intersects(story))

    assert [True, False, True] == seen


def test_news_lie_over_the_page_and_move_nothing(window) -> None:
    canvas = window.pages.build.canvas
    before = place_of(canvas, window)

    window.studio.notices.say("A sentence so long that it is broken. " * 8, "warning")
    window.studio.notices.say("A short one")
    QTest.qWait(20)
    (bar,) = window.findChildren(NoticeBar)
    wide = place_of(bar, window)
    window.resize(700, 600)
    QTest.qWait(20)

    assert before.topLeft() == place_of(canvas, window).topLeft()
    assert wide.height() >= 60
    assert bar.height() > wide.height()
    assert window.rect().contains(place_of(bar, window))
    for notice in window.studio.notices.open:
        window.studio.notices.dismiss(notice)
    assert not bar.isVisible()


def test_news_cover_no_tabs_and_tables_of_the_other_pages(window) -> None:
    (bar,) = window.findChildren(NoticeBar)
    window.studio.notices.say("A sentence so long that it is broken. " * 8, "warning")
    for page in ("data", "train", "runs"):
        window.studio.front.show_page(page)
        QTest.qWait(20)
        shown = window.pages.currentWidget()
        assert not place_of(bar, window).intersects(place_of(shown, window)), page

    window.studio.front.show_page("build")
    QTest.qWait(20)
    assert place_of(bar, window).intersects(place_of(window.pages.build, window))
    window.studio.front.show_page("data")
    for notice in window.studio.notices.open:
        window.studio.notices.dismiss(notice)
    QTest.qWait(20)
    assert place_of(window.pages, window).top() <= place_of(bar, window).top()


def test_answers_stand_below_a_sentence_that_needs_the_room(window) -> None:
    answers = tuple((f"Go back to step {n}, at a tenth of the rate", list) for n in (1, 2))
    window.studio.notices.say("Short", answers=(("Yes", list), ("No", list)))
    window.studio.notices.say("The loss is no longer a number. " * 5, "error", answers=answers)
    QTest.qWait(20)
    (bar,) = window.findChildren(NoticeBar)

    apart = [
        place_of(button, window).top() >= place_of(text, window).bottom()
        for strip in bar.findChildren(QFrame, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for text in strip.findChildren(Text)
        for button in strip.findChildren(QPushButton)
    ]

    assert apart == [False, False, True, True]
