"""What all charts paint alike: type, the box of values, the sentence of an empty one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import GRID_PX, TEXT_PX, Tokens

_MARK_PX = 14


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the box at the cursor."""

    name: str
    value: str
    colour: QColor | None = None
    dashed: bool = False


def figures(widget: QWidget, size: str = "small", *, bold: bool = False) -> QFont:
    """Return the widget's font with figures of equal width, so that numbers do not dance."""
    font = QFont(widget.font())
    font.setPixelSize(TEXT_PX[size])
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def paint_empty(painter: QPainter, area: QRectF, sentence: str, theme: Tokens) -> None:
    """Write how to fill a chart that has nothing yet."""
    painter.setPen(QColor(theme.muted))
    width = min(area.width() - 6 * GRID_PX, 300.0)
    room = QRectF(area.center().x() - width / 2, area.top(), width, area.height())
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, sentence)


def paint_mark(painter: QPainter, at: QPointF, colour: QColor, *, dashed: bool) -> None:
    """Draw a short piece of a curve's line, beginning at ``at``."""
    pen = QPen(colour, 2.0)
    if dashed:
        pen.setDashPattern([2.0, 1.5])
    painter.setPen(pen)
    painter.drawLine(at, at + QPointF(_MARK_PX - 4, 0))


def paint_box(
    painter: QPainter, area: QRectF, x: float, head: str, rows: Sequence[Row], theme: Tokens
) -> None:
    """Draw the values at the cursor, on that side of ``x`` where there is more room."""
    metrics = QFontMetricsF(painter.font())
    line = metrics.height() + 2
    marked = any(row.colour for row in rows)
    indent = _MARK_PX if marked else 0
    names = max((metrics.horizontalAdvance(row.name) for row in rows), default=0.0)
    values = max((metrics.horizontalAdvance(row.value) for row in rows), default=0.0)
    width = max(indent + names + 3 * GRID_PX + values, metrics.horizontalAdvance(head))
    box = QRectF(0, area.top() + GRID_PX, width + 4 * GRID_PX, line * (len(rows) + 1) + 2 * GRID_PX)
    left = x - area.left() > area.width() / 2
    box.moveLeft(x - box.width() - 2 * GRID_PX if left else x + 2 * GRID_PX)
    box.moveLeft(max(min(box.left(), area.right() - box.width()), area.left()))
    painter.setPen(QPen(QColor(theme.line), 1))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = box.adjusted(2 * GRID_PX, GRID_PX, -2 * GRID_PX, -GRID_PX)
    top = QRectF(inner.left(), inner.top(), inner.width(), line)
    painter.setPen(QColor(theme.muted))
    painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, head)
    for row in rows:
        top.translate(0, line)
        if row.colour:
            paint_mark(
                painter, QPointF(top.left(), top.center().y()), row.colour, dashed=row.dashed
            )
        painter.setPen(QColor(theme.text))
        painter.drawText(top.adjusted(indent, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, row.name)
        end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(top, end, row.value)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart, in their order, until neighbours keep ``gap`` between the ends."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = list(wanted)
    edge = low
    for index in order:
        placed[index] = max(placed[index], edge)
        edge = placed[index] + gap
    edge = high
    for index in reversed(order):
        placed[index] = min(placed[index], edge)
        edge = placed[index] - gap
    return placed
