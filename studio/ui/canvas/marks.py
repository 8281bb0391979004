"""Marks: ports tell the kind of tensor by form and colour; badges tell of problems."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from studio.core.shapes import Kind
from studio.ui.theme import Tokens

from .geometry import PORT


@lru_cache(maxsize=64)
def form(kind: Kind, size: float = PORT) -> QPainterPath:
    """Return the outline of a port around the origin; ``size`` is half its width."""
    path = QPainterPath()
    match kind:
        case "image":
            path.addRoundedRect(QRectF(-size * 0.9, -size * 0.9, size * 1.8, size * 1.8), 1, 1)
        case "sequence":
            path.addRoundedRect(QRectF(-size * 0.7, -size * 1.2, size * 1.4, size * 2.4), 2, 2)
        case "tokens":
            path.addPolygon(_polygon(size * 1.25, (0, -1), (1, 0), (0, 1), (-1, 0)))
        case "classes":
            path.addPolygon(_polygon(size * 1.15, (-0.9, -1), (1, 0), (-0.9, 1)))
        case "scalar":
            path.addEllipse(QPointF(0, 0), size * 0.75, size * 0.75)
        case _:
            path.addEllipse(QPointF(0, 0), size, size)
    path.closeSubpath()
    return path


def draw_port(painter: QPainter, theme: Tokens, kind: Kind, *, filled: bool, wrong: bool) -> None:
    """Draw a port around the origin: hollow while nothing is wired to it."""
    colour = QColor(theme.error) if wrong else theme.kind(kind)
    painter.setPen(QPen(QColor(theme.card), 4.5))
    painter.drawPath(form(kind))
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(colour if filled else QColor(theme.card))
    painter.drawPath(form(kind))


def draw_badge(painter: QPainter, theme: Tokens, level: str, center: QPointF) -> None:
    """Draw the mark of a problem: a disc for an error, a triangle for a warning."""
    colour = QColor(theme.error if level == "error" else theme.warning)
    painter.setPen(QPen(QColor(theme.canvas), 2.0))
    painter.setBrush(colour)
    if level == "error":
        painter.drawEllipse(center, 8.0, 8.0)
    else:
        corners = _polygon(9.5, (0, -0.95), (1, 0.8), (-1, 0.8)).translated(center)
        painter.drawPolygon(corners)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    sign = QPen(QColor(theme.card if theme.name == "light" else theme.canvas), 1.9)
    sign.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(sign)
    down = 0.0 if level == "error" else 1.0
    painter.drawLine(center + QPointF(0, -3.6 + down), center + QPointF(0, 0.9 + down))
    painter.drawPoint(center + QPointF(0, 3.9 + down))


def _polygon(size: float, *corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x * size, y * size) for x, y in corners])
