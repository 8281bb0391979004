"""Painted: a widget that shows one painted thing, and what is under the pointer."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme import Tokens, tokens

from .pace import Pace
from .paint import Row, figures, paint_box, paint_empty


class Content(Protocol):
    """What can be shown."""

    def paint(self, painter: QPainter, area: QRectF, theme: Tokens) -> None:
        """Draw it into a place."""

    def rows_at(self, at: QPointF) -> tuple[str, Sequence[Row]] | None:
        """Return what is under a point after it was painted: a head and lines."""


class Painted(QWidget):
    """Paints its ``content``, or how to get one (``hint``).

    Attributes:
        clicked: told a place, and whether what is there is to be added to what was clicked before.
    """

    clicked = Signal(QPointF, bool)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = ""
        self.pace = Pace()
        self._content: Content | None = None
        self._at: QPointF | None = None
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def content(self) -> Content | None:
        """What is shown."""
        return self._content

    def show_content(self, content: Content | None, *, told: str = "") -> None:
        """Draw this from now on; ``told`` says it to those who do not see it."""
        self._content = content
        self.setAccessibleDescription(told)
        self.update()

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything, on the screen or into a picture."""
        painter.setFont(figures(self))
        room = QRectF(self.rect())
        painter.fillRect(room, QColor(theme.panel))
        if self._content is None:
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, room, self.hint, theme)
            return
        self._content.paint(painter, room, theme)
        told = self._content.rows_at(self._at) if self._at is not None else None
        if told is not None and self._at is not None:
            head, rows = told
            paint_box(painter, room, self._at.x(), head, rows, theme)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(300, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.pace.begin()
        painter = QPainter(self)
        self.paint_all(painter, tokens(self))
        painter.end()
        self.pace.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.clicked.emit(event.position(), more)

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()
