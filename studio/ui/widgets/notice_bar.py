"""NoticeBar: news over the page's top edge, which stays where it is, with what can be done."""

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.app.notices import Notice, NoticeLevel
from studio.ui.theme import Tokens, tokens

from .labels import Text

SHOWN = 3
MOST_PX, MARGIN_PX = 800, 8
_SIGNS: dict[NoticeLevel, str] = {"info": "Note", "warning": "Warning", "error": "Error"}


class NoticeBar(QWidget):
    """The latest notices, the newest at the bottom; older ones come back as these are dismissed.

    It lies over the middle of its parent's top edge: nothing on a canvas moves when news arrive. On
    pages with tabs and tables at the top it is given room of its own, and covers nothing.
    """

    answered = Signal(object, str)
    dismissed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._strips: list[_Strip] = []
        self._page = parent
        self._apart = False
        parent.installEventFilter(self)
        self.setVisible(False)

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        """Show these."""
        for strip in self._strips:
            strip.setVisible(False)
            strip.deleteLater()
        self._strips = [_Strip(notice, self) for notice in notices[-SHOWN:]]
        for strip in self._strips:
            strip.answered.connect(self.answered)
            strip.dismissed.connect(self.dismissed)
            self._column.addWidget(strip)
            strip.setVisible(True)  # at once, so that the height is right
        self.setVisible(bool(self._strips))
        self._place()

    def stand_apart(self, apart: bool) -> None:
        """Stand above what is on the page, or lie over it."""
        self._apart = apart
        self._place()

    def _place(self) -> None:
        room = self._page.width()
        wanted = max((strip.wanted_px() for strip in self._strips), default=0)
        width = min(room - 2 * MARGIN_PX, MOST_PX, wanted)
        height = self._column.heightForWidth(width)
        self.setGeometry((room - width) // 2, MARGIN_PX, width, height)
        self.raise_()
        page = self._page.layout()
        if page is not None:
            room = height + 2 * MARGIN_PX if self._apart and self._strips else 0
            page.setContentsMargins(0, room, 0, 0)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._strips:
            self._place()
        return super().eventFilter(watched, event)


class _Strip(QFrame):
    answered = Signal(object, str)
    dismissed = Signal(object)

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        self._notice = notice
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 8, 4)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        column.addLayout(row)
        sign = QLabel(_SIGNS[notice.level], self)
        sign.setProperty("tone", "heading")
        label = Text(notice.message, self)
        label.setAccessibleName(f"{_SIGNS[notice.level]}: {notice.message}")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)  # a new policy has forgotten that the words wrap
        label.setSizePolicy(policy)
        label.setMinimumWidth(200)
        label.setToolTip(notice.details[-2000:])
        row.addWidget(sign)
        row.addSpacing(8)
        row.addWidget(label, 1)
        self._label = label
        if notice.answers:
            self._offer([words for words, _ in notice.answers], column, row)
        else:
            close = QPushButton("Dismiss", self)
            close.setObjectName("flat")
            close.clicked.connect(self._on_dismiss)
            row.addWidget(close)

    def _offer(self, answers: list[str], column: QVBoxLayout, row: QHBoxLayout) -> None:
        """Put a button for each answer behind the sentence, or below one that needs the room."""
        buttons = [QPushButton(words, self) for words in answers]
        wide = sum(button.sizeHint().width() + row.spacing() for button in buttons)
        if self.wanted_px() + wide > MOST_PX:
            row = QHBoxLayout()
            row.setSpacing(4)
            row.addStretch(1)
            column.addLayout(row)
        for button in buttons:
            button.clicked.connect(self._on_answer)
            row.addWidget(button)

    def wanted_px(self) -> int:
        """Return the width at which the sentence stands on one line: no more is covered."""
        words = self._label.fontMetrics().horizontalAdvance(self._label.text())
        return self.sizeHint().width() + max(words + 8 - self._label.sizeHint().width(), 0)

    @Slot()
    def _on_answer(self) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        self.answered.emit(self._notice, button.text())

    @Slot()
    def _on_dismiss(self) -> None:
        self.dismissed.emit(self._notice)

    def _colour(self, t: Tokens) -> str:
        return {"info": t.accent, "warning": t.warning, "error": t.error}[self._notice.level]

    # Qt

    def paintEvent(self, _event: QPaintEvent) -> None:
        t = tokens(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(t.raised))
        painter.fillRect(0, 0, 4, self.height(), QColor(self._colour(t)))
        painter.setPen(QColor(t.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
