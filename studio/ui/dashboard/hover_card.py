"""HoverCard: what is known of one sample, with its picture or its tokens, beside the pointer."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from studio.ui.theme import Tokens

from .paint import Row

_PICTURE_PX, _PAD_PX, _WIDEST_PX = 72.0, 8.0, 220.0


@dataclass(frozen=True, slots=True, eq=False)
class HoverCard:
    """A head, lines of names and values, and a picture or some words."""

    head: str
    rows: Sequence[Row]
    picture: QImage | None = None
    words: str = ""

    def paint(self, painter: QPainter, area: QRectF, beside: QPointF, theme: Tokens) -> None:
        """Draw it where there is room beside a point."""
        metrics = QFontMetricsF(painter.font())
        line = metrics.height() + 1
        lines = [(self.head, ""), *((row.name, row.value) for row in self.rows)]
        if self.words:
            limit = _WIDEST_PX - 2 * _PAD_PX
            lines.append((metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, limit), ""))
        wide = max(metrics.horizontalAdvance(f"{a}    {b}") for a, b in lines)
        left = (_PICTURE_PX + _PAD_PX) if self.picture is not None else 0.0
        tall = max(line * len(lines), _PICTURE_PX if self.picture is not None else 0.0)
        box = QRectF(0, 0, left + wide + 2 * _PAD_PX, tall + 2 * _PAD_PX)
        box.moveTopLeft(self._place(box, area, beside))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = box.adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
        if self.picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
            at = QRectF(
                inner.topLeft(), QPointF(inner.left() + _PICTURE_PX, inner.top() + _PICTURE_PX)
            )
            painter.drawImage(at, self.picture)
        for place, (name, value) in enumerate(lines):
            row = QRectF(
                inner.left() + left, inner.top() + place * line, inner.width() - left, line
            )
            painter.setPen(QColor(theme.muted if place == 0 else theme.text))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, name)
            end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(row, end, value)

    def _place(self, box: QRectF, area: QRectF, beside: QPointF) -> QPointF:
        right = beside.x() + 14 + box.width() <= area.right()
        x = beside.x() + 14 if right else beside.x() - 14 - box.width()
        y = min(max(beside.y() - box.height() / 2, area.top()), area.bottom() - box.height())
        return QPointF(max(x, area.left()), max(y, area.top()))
