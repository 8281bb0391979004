"""Marks on a plot over the steps: thin labelled lines where something was done to the run."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from studio.ui.theme import Tokens

from .scale import Scale

_GAP_PX = 4.0


@dataclass(frozen=True, slots=True)
class StepMark:
    """What was done after a step, in a word or two."""

    step: int
    words: str


def paint_step_marks(
    painter: QPainter, marks: Sequence[StepMark], area: QRectF, x: Scale, theme: Tokens
) -> None:
    """Draw them from left to right; a label that would cover one before it is left out."""
    metrics = QFontMetricsF(painter.font())
    free = area.left()
    for mark in sorted(marks, key=lambda mark: mark.step):
        if not x.lo <= mark.step <= x.hi:
            continue
        at = x.pixel(mark.step)
        painter.setPen(QPen(QColor(theme.muted), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        width = metrics.horizontalAdvance(mark.words)
        left = at + _GAP_PX if at + _GAP_PX + width <= area.right() else at - _GAP_PX - width
        if left >= free:
            painter.setPen(QColor(theme.muted))
            painter.drawText(QPointF(left, area.bottom() - _GAP_PX), mark.words)
            free = left + width + _GAP_PX
