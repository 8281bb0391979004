"""StoryPanel: what an experiment is about, to read beside the canvas and to write in place."""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QKeyEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QStackedWidget,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app.seeking import go_to
from studio.app.story import Passage, block_named, block_titles, linked, passages
from studio.app.studio import Studio
from studio.core.document import Diff
from studio.core.edits import SetText
from studio.ui.icons import drawn
from studio.ui.theme import tokens
from studio.ui.widgets.labels import Empty, Text

from .typeset import Page, typeset

READABLE_PX, MARGIN_PX = 620, 16
"""The widest line that is read with ease, and the least space beside one."""


class Reader(QTextBrowser):
    """A page of text that fetches nothing, from neither the disk nor the net."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self.setAccessibleName("Story of the experiment")
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)

    # Qt

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = max(MARGIN_PX, (self.width() - READABLE_PX) // 2)
        self.setViewportMargins(side, 4, side - 8, 12)
        super().resizeEvent(event)


class Writer(QPlainTextEdit):
    """The notes as they are written; Escape goes back to reading them."""

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notes on the experiment")
        self.setPlaceholderText("What is tried here, and what came out")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(MARGIN_PX - 4)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class StoryPanel(QWidget):
    """The title and the notes, typeset, with what was measured; the pencil opens them to write."""

    block_asked = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._workspace = studio.workspace
        self._page: Page | None = None
        self._open = False
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(240)
        self.title = Text("", self, "title")
        self.pencil = QToolButton(self)
        self.reader, self.writer = Reader(self), Writer(self)
        self.empty = Empty(
            "No story yet",
            "The pencil lets you write what is tried here and what came out. Paragraphs that begin "
            "with Try: or Expect: are set apart",
            self,
        )
        self._stack = QStackedWidget(self)
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._connect()

    def _connect(self) -> None:
        self.pencil.toggled.connect(self._on_pencil)
        self.writer.left.connect(self._on_left)
        self.writer.textChanged.connect(self._on_typed)
        self.reader.anchorClicked.connect(self._on_link)
        self._workspace.document.changed.connect(self._on_changed)
        self._studio.promise.changed.connect(self._on_promise)

    @property
    def writing(self) -> bool:
        """Whether the notes are open to write."""
        return self.pencil.isChecked()

    def take_up(self) -> None:
        """Take the keyboard: to read, or to write where nothing is written yet."""
        if not self._workspace.document.experiment.notes:
            self.pencil.setChecked(True)
        (self.writer if self.writing else self.reader).setFocus()

    @Slot()
    def refresh(self) -> None:
        """Show the story as it is now, if it can be seen."""
        if not self.isVisible():
            return
        experiment = self._workspace.document.experiment
        self.title.setText(experiment.title)
        if self.writing:
            self._show_to_write(experiment.notes)
            return
        self._stack.setCurrentWidget(self.reader if experiment.notes.strip() else self.empty)
        page = Page(self._passages(), self._studio.promise.verdict, tokens(self), self._text_px)
        if page != self._page:
            self._page = page
            self._show_page(page)

    @property
    def _text_px(self) -> int:
        return self.font().pixelSize()

    def _passages(self) -> tuple[Passage, ...]:
        experiment = self._workspace.document.experiment
        names = {exhibit.name for exhibit in self._studio.shelf.exhibits}
        titles = block_titles(experiment)
        return tuple(
            Passage(one.kind, linked(one.text, names, titles)) for one in passages(experiment)
        )

    def _show_page(self, page: Page) -> None:
        bar = self.reader.verticalScrollBar()
        place = bar.value()
        document = QTextDocument(self.reader)
        document.setDefaultFont(self.font())
        typeset(page, document)
        self.reader.setDocument(document)
        bar.setValue(place)
        measured = page.verdict is not None and page.verdict.kept is not None
        if measured and self._open and not self.reader.underMouse():
            bar.setValue(bar.maximum())  # what was waited for has come
        self._open = page.verdict is not None and page.verdict.kept is None

    def _show_to_write(self, notes: str) -> None:
        self._stack.setCurrentWidget(self.writer)
        if self.writer.toPlainText() != notes:
            self.writer.blockSignals(True)
            self.writer.setPlainText(notes)
            self.writer.blockSignals(False)

    def _lay_out(self) -> None:
        self.pencil.setCheckable(True)
        self.pencil.setFixedSize(28, 28)
        self.pencil.setIconSize(QSize(16, 16))
        self._show_pencil()
        head = QHBoxLayout()
        head.setContentsMargins(MARGIN_PX, 8, 8, 4)
        head.addWidget(self.title, 1)
        head.addWidget(self.pencil, 0, Qt.AlignmentFlag.AlignTop)
        for part in (self.reader, self.writer, self.empty):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _show_pencil(self) -> None:
        words = "Read the story  Esc" if self.writing else "Write the story"
        icon = "book-open" if self.writing else "pencil"
        self.pencil.setIcon(drawn(icon, tokens(self).text, 32))
        self.pencil.setToolTip(words)
        self.pencil.setAccessibleName(words.partition("  ")[0])

    def _on_changed(self, change: Diff) -> None:
        if not (self._workspace.document.history or self._workspace.document.undone):
            self.reader.verticalScrollBar().setValue(0)
        before, after = change.before, change.after
        if change.graph or (before.title, before.notes) != (after.title, after.notes):
            self._soon.start()

    def _on_promise(self, _nothing: None) -> None:
        self._soon.start()

    @Slot(bool)
    def _on_pencil(self, _writing: bool) -> None:
        self._show_pencil()
        self.refresh()
        (self.writer if self.writing else self.reader).setFocus()

    @Slot()
    def _on_left(self) -> None:
        self.pencil.setChecked(False)

    @Slot()
    def _on_typed(self) -> None:
        self._workspace.apply(SetText(notes=self.writer.toPlainText()))

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        name = url.path(QUrl.ComponentFormattingOption.FullyDecoded)
        match url.scheme():
            case "block":
                self._show_block(name)
            case "gallery":
                self._open_exhibit(name)
            case "data":
                self._studio.front.show_page("data")
            case "https" | "http":
                QDesktopServices.openUrl(url)
            case _:
                self._studio.notices.say(
                    f"A link leads to block:, gallery:, data: or https:, not to {url.toString()}"
                )

    def _show_block(self, name: str) -> None:
        found = block_named(self._workspace, name)
        if found is None or not go_to(self._workspace, found):
            self._studio.notices.say(f"The drawing has no block called {name}")
            return
        self.block_asked.emit(found.block)

    def _open_exhibit(self, name: str) -> None:
        exhibit = self._studio.shelf.named(name)
        if exhibit is None:
            self._studio.notices.say(f"The gallery has no experiment called {name}")
            return
        self._studio.when_safe(partial(self._studio.open_exhibit, exhibit))

    # Qt

    def showEvent(self, _event: object) -> None:
        self._soon.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event.type() in kinds and hasattr(self, "_soon"):
            self._show_pencil()
            self._soon.start()
