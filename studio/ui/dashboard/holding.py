"""Holding: the line at which all views are held: how it is drawn, clicked and dragged."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from studio.ui.theme import Tokens

from .cursor import Cursor
from .scale import Scale

_NEAR_PX = 4.0
_GRIP_PX = 5.0
_VEIL = 150
"""How much of what came after the held moment is covered, of 255."""

Span = tuple[float, float]


class Holding:
    """What a mouse does to the held line of one plot: a click sets it, dragging moves it."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._pressed: QPointF | None = None
        self._before: float | None = None
        self.dragging = False
        """Whether the line is being dragged."""

    def near(self, at: QPointF, x: Scale, area: QRectF) -> bool:
        """Tell whether a place is on the line, or on its grip."""
        held = self._cursor.held
        if held is None or not x.lo <= held <= x.hi or at.y() > area.bottom():
            return False
        return abs(x.pixel(held) - at.x()) <= _NEAR_PX

    def press(self, at: QPointF, x: Scale, area: QRectF) -> bool:
        """Begin; returns whether the line is what was taken hold of."""
        self._pressed, self._before = at, self._cursor.held
        self.dragging = self.near(at, x, area)
        return self.dragging

    def move(self, at: QPointF, x: Scale, span: Span) -> None:
        """Take the line along."""
        if self.dragging:
            self._cursor.hold(_step_at(at, x, span))

    def release(self, at: QPointF, x: Scale, area: QRectF, span: Span | None) -> None:
        """End; where nothing was dragged, that was a click."""
        pressed, self._pressed = self._pressed, None
        dragged, self.dragging = self.dragging, False
        if dragged or pressed is None or span is None or not area.contains(pressed):
            return
        if (at - pressed).manhattanLength() < QApplication.startDragDistance():
            self._cursor.hold(_step_at(pressed, x, span))

    def take_back(self) -> None:
        """Undo the click that turned out to be the first half of a double one."""
        self._cursor.hold(self._before)


def _step_at(at: QPointF, x: Scale, span: Span) -> float:
    return float(np.clip(round(x.value(at.x())), *span))


def paint_held(
    painter: QPainter, held: float | None, area: QRectF, x: Scale, theme: Tokens
) -> None:
    """Draw the moment that is held, with a veil over what came later."""
    if held is None or held > x.hi:
        return
    at = max(x.pixel(held), area.left())
    veil = QColor(theme.panel)
    veil.setAlpha(_VEIL)
    painter.fillRect(QRectF(QPointF(at, area.top()), area.bottomRight()), veil)
    if held < x.lo:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.accent), 1.5))
    painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
    painter.setBrush(QColor(theme.accent))
    top = area.top() - 1
    corners = [QPointF(at - _GRIP_PX, top - _GRIP_PX), QPointF(at + _GRIP_PX, top - _GRIP_PX)]
    painter.drawPolygon(QPolygonF([*corners, QPointF(at, top + 3)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
