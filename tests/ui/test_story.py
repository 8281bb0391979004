"""The story beside the canvas: read, followed by its links, written, and measured."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.app.front import STORY
from studio.app.gallery import find_experiment
from studio.core.edits import SetText, SetTraining
from studio.core.experiment import Experiment
from studio.core.fileio import save
from studio.ui.story.panel import StoryPanel
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on LeNet."""
    with opened_window(qtbot, "lenet-digits") as window:
        window.activateWindow()
        yield window


@pytest.fixture
def story(window: MainWindow, qtbot: QtBot) -> StoryPanel:
    panel = window.docks.story
    qtbot.waitUntil(lambda: "cheques" in panel.reader.toPlainText())
    return panel


def shown(story: StoryPanel) -> str:
    return story.reader.toPlainText()


def point_of(story: StoryPanel, words: str) -> QPoint:
    """Scroll to words of the story; return the middle of the first of them."""
    found = story.reader.document().find(words)
    assert not found.isNull(), words
    found.setPosition(found.selectionStart() + 2)
    story.reader.setTextCursor(found)
    story.reader.ensureCursorVisible()
    return story.reader.cursorRect(found).center()


def test_an_exhibit_brings_its_story_and_a_file_of_ones_own_does_not(
    window: MainWindow, story: StoryPanel, tmp_path: Path
) -> None:
    assert window.docks.shown()[STORY]
    assert story.title.text() == "LeNet on digits"

    window.docks.show_panel(STORY, shown=False)
    save(Experiment(notes="My own"), tmp_path / "mine.netwright")
    window.studio.open(tmp_path / "mine.netwright")

    assert not window.docks.shown()[STORY]


def test_what_to_try_and_to_expect_stands_in_boxes_of_its_own(story: StoryPanel) -> None:
    boxes = story.reader.document().rootFrame().childFrames()

    begun = [QTextCursor(box.firstCursorPosition()).block().text() for box in boxes]

    assert begun[0].startswith("Press Train")
    assert ["Try", "Expect"] == begun[1:]


def test_a_click_on_the_name_of_a_block_selects_it_on_the_canvas(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    QTest.mouseClick(story.reader.viewport(), LEFT, pos=point_of(story, "pool2"))

    assert {"pool2"} == window.studio.workspace.selection
    canvas = window.pages.build.canvas
    qtbot.waitUntil(lambda: canvas.rect().contains(canvas.node_rect("pool2").center().toPoint()))


def test_a_link_is_reached_and_followed_with_the_keyboard(
    window: MainWindow, story: StoryPanel
) -> None:
    story.reader.setFocus()
    QTest.keyClick(story.reader, Qt.Key.Key_Tab)
    QTest.keyClick(story.reader, Qt.Key.Key_Return)

    assert {"conv2"} == window.studio.workspace.selection


def test_a_link_to_the_gallery_opens_the_other_experiment_with_its_story(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    window.studio.open(find_experiment("recall-rnn"))
    qtbot.waitUntil(lambda: "vanishes" in shown(story))

    QTest.mouseClick(story.reader.viewport(), LEFT, pos=point_of(story, "recall-lstm-long"))

    other = find_experiment("recall-lstm-long")
    exhibit = next(one for one in window.studio.shelf.exhibits if one.path == other)
    assert exhibit.read().title == window.studio.workspace.document.experiment.title
    qtbot.waitUntil(lambda: story.title.text() == exhibit.read().title)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("block:gone", "no block called gone"),
        ("gallery:gone", "no experiment called gone"),
        ("file:///etc/passwd", "not to file:///etc/passwd"),
    ],
)
def test_a_link_that_leads_nowhere_says_so(
    window: MainWindow, story: StoryPanel, link: str, said: str
) -> None:
    story.reader.anchorClicked.emit(QUrl(link))

    assert said in window.studio.notices.open[-1].message


def test_a_link_to_the_data_shows_their_page(window: MainWindow, story: StoryPanel) -> None:
    story.reader.anchorClicked.emit(QUrl("data:gap"))

    assert "data" == window.studio.front.page


def test_a_story_fetches_no_file_and_takes_html_for_words(
    window: MainWindow, story: StoryPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    picture = tmp_path / "tell.png"
    assert QImage(4, 4, QImage.Format.Format_RGB32).save(str(picture))
    notes = f"![a picture]({QUrl.fromLocalFile(str(picture)).toString()}) <img src=x> <b>so</b>"
    window.studio.workspace.apply(SetText(notes=notes))
    qtbot.waitUntil(lambda: "<b>so</b>" in shown(story))

    assert shown(story).startswith("[a picture] <img src=x>")
    assert "image" not in story.reader.document().toHtml().lower()


def test_headings_and_lists_of_markdown_are_typeset(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    window.studio.workspace.apply(SetText(notes="## Plan\n\nIn *two* steps:\n\n- one\n- two"))
    qtbot.waitUntil(lambda: "Plan" in shown(story))

    document = story.reader.document()
    assert 2 == document.begin().blockFormat().headingLevel()
    assert document.find("one").block().textList() is not None
    assert document.find("two").charFormat().fontItalic()


def test_the_pencil_opens_the_notes_and_what_is_typed_is_one_step_of_undo(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    before = window.studio.workspace.document.experiment
    QTest.mouseClick(story.pencil, LEFT)
    assert story.writer.isVisible()

    story.writer.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(story.writer, " indeed")
    written = window.studio.workspace.document.experiment.notes
    QTest.keyClick(story.writer, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "indeed" in shown(story))
    window.studio.run("edit.undo")

    assert written == f"{before.notes} indeed"
    assert before is window.studio.workspace.document.experiment
    qtbot.waitUntil(lambda: "indeed" not in shown(story))
    assert not story.writing


def test_an_undo_while_writing_is_seen_in_the_notes(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    before = window.studio.workspace.document.experiment.notes
    QTest.mouseClick(story.pencil, LEFT)
    QTest.keyClicks(story.writer, "x")
    window.studio.run("edit.undo")

    qtbot.waitUntil(lambda: story.writer.toPlainText() == before)


def test_without_notes_the_panel_says_how_to_write_some(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    window.studio.filing.new()
    qtbot.waitUntil(story.empty.isVisible)

    assert "pencil" in story.empty.sentence.text()


def test_the_inspector_leads_to_the_story_and_to_write_one(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    window.docks.show_panel(STORY, shown=False)
    window.studio.filing.new()
    button = window.pages.build.inspector.view.story
    assert isinstance(button, QPushButton)
    qtbot.waitUntil(lambda: button.text() == "Write notes")

    QTest.mouseClick(button, LEFT)

    assert window.docks.shown()[STORY]
    qtbot.waitUntil(story.writer.isVisible)
    QTest.keyClicks(story.writer, "First try")
    assert "First try" == window.studio.workspace.document.experiment.notes


def test_the_story_follows_the_theme(window: MainWindow, story: StoryPanel, qtbot: QtBot) -> None:
    def ground() -> str:
        (box, *_) = story.reader.document().rootFrame().childFrames()
        return str(box.frameFormat().background().color().name())

    window.studio.settings.set("theme", "light")
    qtbot.waitUntil(lambda: ground() == "#f3f4f6")
    window.studio.settings.set("theme", "dark")
    qtbot.waitUntil(lambda: ground() == "#17191d")


def test_a_run_ends_with_its_figure_beside_the_promised_one(
    window: MainWindow, story: StoryPanel, qtbot: QtBot
) -> None:
    studio = window.studio
    studio.open(find_experiment("curve-right"))
    training = studio.workspace.document.experiment.training
    studio.workspace.apply(SetTraining(replace(training, settings={"epochs": 3})))
    qtbot.waitUntil(lambda: "Expect" in shown(story))
    assert "This run" not in shown(story)

    studio.run("train.start")
    qtbot.waitUntil(lambda: studio.session.state == "ended", timeout=60_000)
    qtbot.waitUntil(lambda: "This run: " in shown(story))

    measured = studio.session.ended.metrics["test"]["loss"]
    line = story.reader.document().find("This run: ").block().text()
    sign, _, rest = line.partition(" ")
    assert {True: "✓", False: "✗"}[measured <= 0.05] == sign
    assert float(rest.split()[2]) == pytest.approx(measured, rel=0.01)
