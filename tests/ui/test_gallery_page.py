"""The gallery: cards with pictures, searched, looked through and opened by mouse and keys."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from studio.app.front import STORY
from studio.ui.dialogs.files import UnsavedQuestion
from studio.ui.gallery.dialog import GalleryDialog
from studio.ui.gallery.model import EXHIBIT
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window with an empty canvas."""
    with opened_window(qtbot) as window:
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        yield window


@pytest.fixture
def gallery(window: MainWindow, qtbot: QtBot) -> Iterator[GalleryDialog]:
    QTest.keyClick(window, Qt.Key.Key_O, CTRL | SHIFT)
    (dialog,) = window.findChildren(GalleryDialog)
    qtbot.waitUntil(lambda: dialog.isVisible() and not dialog.thumbnails.busy)
    yield dialog
    dialog.close()


def headings(gallery: GalleryDialog) -> list[str]:
    model = gallery.view.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return [row.data() for row in rows if row.data(EXHIBIT) is None]


def listed(gallery: GalleryDialog) -> list[str]:
    model = gallery.view.model()
    rows = [model.index(row, 0).data(EXHIBIT) for row in range(model.rowCount())]
    return [row.name for row in rows if row is not None]


def title(window: MainWindow) -> str:
    return window.studio.workspace.document.experiment.title


def test_all_exhibits_stand_under_their_groups_the_published_ones_last(
    gallery: GalleryDialog, window: MainWindow
) -> None:
    groups = headings(gallery)

    assert {"Basics", "Images", "Language", "Sequences"} < set(groups)
    assert groups == [*sorted(groups[:-1]), "Published"]
    assert [exhibit.name for exhibit in window.studio.shelf.exhibits] == listed(gallery)


def test_cards_fill_the_width_without_touching(gallery: GalleryDialog) -> None:
    model, view = gallery.view.model(), gallery.view
    cards = [view.visualRect(model.index(row, 0)) for row in range(model.rowCount())]

    assert not [1 for a in cards for b in cards if a is not b and a.intersects(b)]
    assert max(card.right() for card in cards) <= view.viewport().width()
    assert max(card.right() for card in cards) > view.viewport().width() - 12


def test_typed_words_leave_what_has_them_and_enter_opens_it_with_its_story(
    gallery: GalleryDialog, window: MainWindow, qtbot: QtBot
) -> None:
    QTest.keyClicks(gallery.field, "lenet digits")
    assert "lenet-digits" in listed(gallery)
    assert gallery.count.text() == f"{len(listed(gallery))} experiment" + "s" * (
        len(listed(gallery)) > 1
    )
    gallery.choose("lenet-digits")

    QTest.keyClick(gallery.field, Qt.Key.Key_Return)

    assert title(window) == "LeNet on digits"
    assert not gallery.isVisible()
    assert window.docks.shown()[STORY]
    qtbot.waitUntil(lambda: "cheques" in window.docks.story.reader.toPlainText())


def test_words_that_fit_nothing_say_so(gallery: GalleryDialog) -> None:
    QTest.keyClicks(gallery.field, "zzz")

    assert gallery.nothing.isVisible()
    assert not gallery.open_button.isEnabled()


def test_a_double_click_opens_a_card(gallery: GalleryDialog, window: MainWindow) -> None:
    gallery.choose("spirals-mlp")
    place = gallery.view.visualRect(gallery.view.currentIndex()).center()

    QTest.mouseClick(gallery.view.viewport(), LEFT, pos=place)
    QTest.mouseDClick(gallery.view.viewport(), LEFT, pos=place)

    assert title(window) == "Two spirals"


def test_the_keys_go_from_the_search_to_the_cards_and_across_headings(
    gallery: GalleryDialog, window: MainWindow
) -> None:
    QTest.keyClick(gallery.field, Qt.Key.Key_Down)
    assert gallery.view.hasFocus()
    first = gallery.chosen

    QTest.keyClick(gallery.view, Qt.Key.Key_Right)
    second = gallery.chosen
    groups = set()
    for _ in range(60):
        QTest.keyClick(gallery.view, Qt.Key.Key_Down)
        assert gallery.chosen is not None
        groups.add(gallery.chosen.group)
    QTest.keyClick(gallery.view, Qt.Key.Key_Return)

    assert [one.name for one in (first, second)] == listed(gallery)[:2]
    assert "Published" in groups
    assert window.studio.workspace.graph.nodes


def test_escape_opens_nothing(gallery: GalleryDialog, window: MainWindow) -> None:
    QTest.keyClick(gallery.field, Qt.Key.Key_Escape)

    assert not gallery.isVisible()
    assert title(window) == "Untitled"


def test_pictures_are_painted_for_the_cards_that_are_seen_and_kept(
    gallery: GalleryDialog, window: MainWindow, qtbot: QtBot
) -> None:
    painted: list[str] = []
    gallery.thumbnails.made.connect(painted.append)
    gallery.view.scrollTo(
        gallery.view.model().index(gallery.view.model().rowCount() - 1, 0),
        QAbstractItemView.ScrollHint.PositionAtBottom,
    )
    qtbot.waitUntil(lambda: "vit-b-16" in painted and not gallery.thumbnails.busy)
    assert "lenet-digits" not in painted
    painted.clear()

    gallery.close()
    window.studio.run("file.gallery")
    QTest.qWait(50)

    assert [] == painted
    assert [gallery] == window.findChildren(GalleryDialog)


def test_a_picture_shows_the_drawing_in_the_colours_of_the_theme(
    gallery: GalleryDialog, window: MainWindow, qtbot: QtBot
) -> None:
    def colours() -> set[str]:
        place = gallery.view.visualRect(gallery.view.currentIndex())
        image = gallery.view.viewport().grab(place).toImage()
        return {
            image.pixelColor(x, y).name()
            for x in range(10, image.width() - 10, 2)
            for y in range(10, 120, 2)
        }

    window.studio.settings.set("theme", "light")
    qtbot.waitUntil(lambda: "#f7f8fa" in colours() and len(colours()) > 20)
    window.studio.settings.set("theme", "dark")
    qtbot.waitUntil(lambda: "#131518" in colours() and len(colours()) > 20)


def test_a_screen_reader_hears_what_stands_on_a_card(gallery: GalleryDialog, qtbot: QtBot) -> None:
    gallery.choose("vgg16")
    said = Qt.ItemDataRole.AccessibleTextRole
    qtbot.waitUntil(lambda: "138,357,544" in gallery.view.currentIndex().data(said))

    assert gallery.view.currentIndex().data(said).startswith("VGG-16, Published, Thirteen")


def test_unsaved_work_is_asked_about_before_another_experiment_opens(
    gallery: GalleryDialog, window: MainWindow
) -> None:
    window.studio.workspace.place("nn.linear", 0, 0)
    gallery.choose("spirals-mlp")

    QTest.mouseClick(gallery.open_button, LEFT)

    (question,) = window.findChildren(UnsavedQuestion)
    assert title(window) == "Untitled"
    question.close()


def test_the_empty_canvas_offers_the_gallery_until_something_is_drawn(
    window: MainWindow, qtbot: QtBot
) -> None:
    beginning = window.pages.build.beginning
    assert beginning.isVisible()

    QTest.mouseClick(beginning.buttons[0], LEFT)
    (dialog,) = window.findChildren(GalleryDialog)
    assert dialog.isVisible()
    dialog.close()
    window.studio.workspace.place("nn.linear", 0, 0)

    assert not beginning.isVisible()
    window.studio.run("edit.undo")
    assert beginning.isVisible()
    assert beginning.geometry().center().x() == pytest.approx(
        window.pages.build.canvas.rect().center().x(), abs=2
    )
