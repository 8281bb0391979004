"""WordsEditor: the live field over a frame or note, to write on it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.app.framing import set_words, words_of
from studio.app.workspace import Workspace
from studio.ui.theme import TEXT_PX

from .areas import TITLE, rect_of
from .camera import Camera

SMALLEST_PX = (120, 44)


class WordsEditor(QPlainTextEdit):
    """Writes in place. A click elsewhere keeps the words, Esc does not.

    On a frame the first line is its title and Enter keeps it; on a note Enter begins a line and
    Ctrl+Enter keeps all.
    """

    closed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._workspace = workspace
        self._frame = ""
        self._is_note = False
        self.setAccessibleName("Text of the note")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.hide()

    def open_on(self, frame: str, camera: Camera) -> None:
        """Lay the field over a frame or note."""
        shown = self._workspace.graph.frames[frame]
        self._frame, self._is_note = frame, shown.kind == "note"
        self.setAccessibleName("Text of the note" if self._is_note else "Title of the frame")
        self.setPlainText(words_of(shown))
        self.follow(camera)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, camera: Camera) -> None:
        """Stay over the frame while the view moves."""
        frame = self._workspace.graph.frames.get(self._frame)
        if frame is None:
            self.dismiss()
            return
        font = QFont(self._host.font())
        font.setPixelSize(max(round(TEXT_PX["normal"] * camera.zoom), 11))
        self.setFont(font)
        seen = camera.rect_to_view(rect_of(frame)).adjusted(4, 4, -4, -4)
        if not self._is_note:
            lines = max(self.blockCount(), 1) + 0.6
            seen.setHeight(max(TITLE * camera.zoom, lines * self.fontMetrics().lineSpacing()))
        seen.setWidth(max(seen.width(), SMALLEST_PX[0]))
        seen.setHeight(max(seen.height(), SMALLEST_PX[1]))
        self.setGeometry(seen.toRect())

    def dismiss(self) -> None:
        """Close without keeping what was written."""
        if self._frame:
            self._frame = ""
            self.hide()
            self.closed.emit()

    def keep(self) -> None:
        """Close, and write what was typed."""
        frame, words = self._frame, self.toPlainText()
        self.dismiss()
        if frame in self._workspace.graph.frames:
            set_words(self._workspace, frame, words)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif enter and (control or not (self._is_note or shift)):
            self.keep()
        else:
            super().keyPressEvent(event)
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._frame and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.keep()
