"""Axes: a frame with two scales for plots that are not over the steps of a run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from studio.ui.theme import Tokens

from .scale import Scale
from .ticks import Tick, linear_ticks

_LEFT_PX, _BELOW_PX, _TOP_PX, _RIGHT_PX = 46.0, 34.0, 8.0, 12.0
_TICK_PX = 46.0


@dataclass(frozen=True, slots=True)
class Axes:
    """The place of a plot, and its scales."""

    area: QRectF
    x: Scale
    y: Scale

    @classmethod
    def within(
        cls,
        room: QRectF,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        square: bool = False,
    ) -> "Axes":
        """Return axes that fill a room, their names and numbers included."""
        area = room.adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BELOW_PX)
        if square:
            side = min(area.width(), area.height())
            area = QRectF(area.left(), area.top(), side, side)
        return cls(
            area,
            Scale(*x, area.left(), area.right()),
            Scale(*y, area.bottom(), area.top()),
        )

    def paint(self, painter: QPainter, x_title: str, y_title: str, theme: Tokens) -> None:
        """Draw the frame, hairs at round numbers, the numbers and the names."""
        metrics = QFontMetricsF(painter.font())
        for tick in self._ticks(self.x, self.area.width()):
            at = round(self.x.pixel(tick.value)) + 0.5
            painter.setPen(QPen(QColor(theme.grid), 1))
            painter.drawLine(QPointF(at, self.area.top()), QPointF(at, self.area.bottom()))
            painter.setPen(QColor(theme.muted))
            left = at - metrics.horizontalAdvance(tick.label) / 2
            painter.drawText(QPointF(left, self.area.bottom() + metrics.ascent() + 2), tick.label)
        for tick in self._ticks(self.y, self.area.height()):
            at = round(self.y.pixel(tick.value)) + 0.5
            painter.setPen(QPen(QColor(theme.grid), 1))
            painter.drawLine(QPointF(self.area.left(), at), QPointF(self.area.right(), at))
            painter.setPen(QColor(theme.muted))
            left = self.area.left() - 5 - metrics.horizontalAdvance(tick.label)
            painter.drawText(QPointF(left, at + metrics.capHeight() / 2), tick.label)
        self._paint_titles(painter, metrics, x_title, y_title)

    def line(
        self,
        painter: QPainter,
        xs: NDArray[np.floating],
        ys: NDArray[np.floating],
        colour: QColor,
        *,
        dashed: bool = False,
    ) -> None:
        """Draw a line through points."""
        pen = QPen(colour, 1.5 if not dashed else 1.0)
        if dashed:
            pen.setDashPattern([3.0, 3.0])
        painter.setPen(pen)
        places = zip(self.x.pixels(xs).tolist(), self.y.pixels(ys).tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in places]))

    def _paint_titles(
        self, painter: QPainter, metrics: QFontMetricsF, x_title: str, y_title: str
    ) -> None:
        below = self.area.bottom() + metrics.height() + metrics.ascent() + 3
        middle = self.area.center().x() - metrics.horizontalAdvance(x_title) / 2
        painter.drawText(QPointF(middle, below), x_title)
        painter.save()
        painter.translate(self.area.left() - _LEFT_PX + metrics.ascent(), self.area.center().y())
        painter.rotate(-90)
        half = metrics.horizontalAdvance(y_title) / 2
        painter.drawText(
            QRectF(-half, -metrics.ascent(), 2 * half + 2, metrics.height()),
            Qt.AlignmentFlag.AlignLeft,
            y_title,
        )
        painter.restore()

    @staticmethod
    def _ticks(scale: Scale, length: float) -> list[Tick]:
        return linear_ticks(scale.lo, scale.hi, max(int(length / _TICK_PX), 2))
