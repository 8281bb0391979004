"""Holding: the line at which all views are held: how it is drawn, clicked and dragged."""

from typing import Protocol

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


class Plot(Protocol):
    """Where steps stand on a plot."""

    @property
    def area(self) -> QRectF:
        """Where the plot itself stands."""

    @property
    def x_scale(self) -> Scale:
        """Places of the axis to pixels."""

    def span(self) -> tuple[float, float] | None:
        """Return the first and the last place there is."""

    def at_step(self, step: float) -> float:
        """Return where a step stands on the axis."""

    def step_at(self, at: float) -> float:
        """Return the step that stands at a place of the axis."""

    def whole_step(self, step: float, span: tuple[float, float]) -> float:
        """Return the whole step next to one, inside a span."""


class Holding:
    """What a mouse does to the held line of one plot: a click sets it, dragging moves it."""

    def __init__(self, cursor: Cursor, plot: Plot) -> None:
        self._cursor = cursor
        self._plot = plot
        self._pressed: QPointF | None = None
        self._before: float | None = None
        self.dragging = False
        """Whether the line is being dragged."""

    def near(self, at: QPointF) -> bool:
        """Tell whether a place is on the line, or on its grip."""
        held, x = self._cursor.held, self._plot.x_scale
        if held is None or at.y() > self._plot.area.bottom():
            return False
        place = self._plot.at_step(held)
        return x.lo <= place <= x.hi and abs(x.pixel(place) - at.x()) <= _NEAR_PX

    def press(self, at: QPointF) -> bool:
        """Begin; returns whether the line is what was taken hold of."""
        self._pressed, self._before = at, self._cursor.held
        self.dragging = self.near(at)
        return self.dragging

    def move(self, at: QPointF) -> None:
        """Take the line along."""
        if self.dragging:
            self._hold(at)

    def release(self, at: QPointF) -> None:
        """End; where nothing was dragged, that was a click."""
        pressed, self._pressed = self._pressed, None
        dragged, self.dragging = self.dragging, False
        if dragged or pressed is None or not self._plot.area.contains(pressed):
            return
        if (at - pressed).manhattanLength() < QApplication.startDragDistance():
            self._hold(pressed)

    def take_back(self) -> None:
        """Undo the click that turned out to be the first half of a double one."""
        self._cursor.hold(self._before)

    def _hold(self, at: QPointF) -> None:
        span = self._plot.span()
        if span is not None:
            step = self._plot.step_at(self._plot.x_scale.value(at.x()))
            self._cursor.hold(self._plot.whole_step(step, span))


def paint_held(painter: QPainter, held: float, area: QRectF, x: Scale, theme: Tokens) -> None:
    """Draw the place that is held, with a veil over what came later."""
    if held > x.hi:
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
