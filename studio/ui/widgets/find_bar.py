"""FindBar: find blocks by title, kind, parameter or problem, one after the other."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from studio.app.seeking import Found, go_to, seek
from studio.app.workspace import Workspace
from studio.core.document import Diff
from studio.ui.icons import drawn
from studio.ui.theme import tokens

from .labels import Text

HEIGHT_PX = 40
WORDS = "Title, kind, parameter such as heads=4, or problem"


class FindBar(QWidget):
    """A line over the canvas: what to find, how many there are, next and previous."""

    found = Signal(str)
    """A block that is selected now and should come to the middle."""
    closed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._hits: tuple[Found, ...] = ()
        self._place = -1
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT_PX)
        self.field = QLineEdit(self, placeholderText=WORDS)
        self.field.setAccessibleName("Find blocks")
        self.field.setClearButtonEnabled(True)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._on_typed)
        self.count = Text("", self, "muted", wraps=False)
        self.back = self._button("chevron-up", "Previous  Shift+Enter", self._on_back)
        self.next = self._button("chevron-down", "Next  Enter", self._on_next)
        self.shut = self._button("x", "Close  Esc", self._on_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(6)
        row.addWidget(self.field, 1)
        for part in (self.count, self.back, self.next, self.shut):
            row.addWidget(part)
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._seek)
        workspace.document.changed.connect(self._on_changed)
        self.hide()

    def open_up(self) -> None:
        """Show the bar and take the keyboard; what was sought last is selected to be replaced."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._seek()

    def step(self, by: int) -> None:
        """Go to the next block found, or by -1 to the one before."""
        if self._soon.isActive():
            self._soon.stop()
            self._seek()
        if self._hits:
            first = 0 if by > 0 else len(self._hits) - 1
            self._place = first if self._place < 0 else (self._place + by) % len(self._hits)
            hit = self._hits[self._place]
            if go_to(self._workspace, hit):
                self.found.emit(hit.block)
        self._say()

    def _button(self, icon: str, words: str, do: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(drawn(icon, tokens(self).muted, 32))
        button.setToolTip(words)
        button.setAccessibleName(words.partition("  ")[0])
        button.setFixedSize(28, 28)
        button.clicked.connect(do)
        return button

    def _on_changed(self, change: Diff) -> None:
        if change.graph and self.isVisible():
            self._soon.start()

    @Slot(str)
    def _on_typed(self, _text: str) -> None:
        self._place = -1
        self._soon.start()

    @Slot()
    def _seek(self) -> None:
        current = self._hits[self._place] if 0 <= self._place < len(self._hits) else None
        self._hits = seek(self._workspace, self.field.text())
        self._place = self._hits.index(current) if current in self._hits else -1
        self._say()

    def _say(self) -> None:
        if not self.field.text().strip():
            self.count.say("")
        elif not self._hits:
            self.count.say("Nothing found")
        elif self._place < 0:
            self.count.say(f"{len(self._hits):,} found")
        else:
            titles = self._hits[self._place].titles
            inside = f"  {' › '.join(titles)}" if len(titles) > 1 else ""
            self.count.say(f"{self._place + 1:,} of {len(self._hits):,}{inside}")
        for button in (self.back, self.next):
            button.setEnabled(bool(self._hits))

    @Slot()
    def _on_next(self) -> None:
        self.step(1)

    @Slot()
    def _on_back(self) -> None:
        self.step(-1)

    @Slot()
    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()

    # Qt

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.step(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._on_close()
                return True
        return False
