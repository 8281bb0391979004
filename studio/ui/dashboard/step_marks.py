"""Marks on a plot over the steps: thin labelled lines where something was done to the run."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from studio.ui.theme import Tokens

from .scale import Scale

_GAP_PX = 4.0
_ROWS = 3
_VEIL = 190
"""How much of the curves a label covers, of 255."""


@dataclass(frozen=True, slots=True)
class StepMark:
    """What was done after a step, in a word or two; ``below`` stands at the lower edge."""

    step: float
    words: str
    below: bool = False


def paint_step_marks(
    painter: QPainter, marks: Sequence[StepMark], area: QRectF, x: Scale, theme: Tokens
) -> None:
    """Draw them from left to right; labels stand in rows, and are left out where none is free."""
    metrics = QFontMetricsF(painter.font())
    ground = QColor(theme.panel)
    ground.setAlpha(_VEIL)
    free = [area.left()] * max(1, min(_ROWS, int(area.height() / metrics.height()) - 1))
    for mark in sorted(marks, key=lambda mark: mark.step):
        if not x.lo <= mark.step <= x.hi:
            continue
        at = x.pixel(mark.step)
        painter.setPen(QPen(QColor(theme.muted), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        width = metrics.horizontalAdvance(mark.words)
        left = at + _GAP_PX if at + _GAP_PX + width <= area.right() else at - _GAP_PX - width
        row = next((row for row, until in enumerate(free) if left >= until), None)
        if row is not None:
            down = row * metrics.height()
            top = area.bottom() - metrics.height() - down if mark.below else area.top() + down
            painter.fillRect(QRectF(left - 1, top, width + 2, metrics.height()), ground)
            painter.setPen(QColor(theme.muted))
            painter.drawText(QPointF(left, top + metrics.ascent()), mark.words)
            free[row] = left + width + _GAP_PX
