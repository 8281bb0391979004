"""Modes: the signs on cards that are passed by, frozen or disabled."""

from functools import lru_cache
from math import cos, pi, sin

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.core.graph import Mode
from studio.ui.theme import Tokens

from .content import PortLook
from .geometry import WIDTH

RADIUS = 9.0


def draw_mode(painter: QPainter, theme: Tokens, mode: Mode, center: QPointF) -> None:
    """Draw the sign of a mode on a small disc on the upper edge of a card."""
    colour = QColor(theme.cool if mode == "freeze" else theme.muted)
    painter.save()
    painter.translate(center)
    painter.setPen(QPen(QColor(theme.canvas), 2.0))
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(), RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(theme.card if theme.name == "light" else theme.canvas), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPath(_sign(mode))
    painter.restore()


def draw_pass(painter: QPainter, theme: Tokens, entry: PortLook, way_out: PortLook) -> None:
    """Draw a wire straight through a card that is passed by."""
    start, stop = QPointF(0.0, entry.y), QPointF(WIDTH, way_out.y)
    path = QPainterPath(start)
    bow = QPointF(WIDTH / 3, 0.0)
    path.cubicTo(start + bow, stop - bow, stop)
    painter.setPen(QPen(theme.kind(entry.kind), 1.6, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


@lru_cache(maxsize=8)
def _sign(mode: Mode) -> QPainterPath:
    path = QPainterPath()
    match mode:
        case "freeze":  # a snowflake
            for turn in range(6):
                _add_arm(path, turn * pi / 3)
        case "bypass":  # an arrow over an obstacle
            path.moveTo(-5.0, 2.5)
            path.cubicTo(QPointF(-3.0, -5.0), QPointF(3.0, -5.0), QPointF(4.6, 2.0))
            path.moveTo(1.6, 1.2)
            path.lineTo(4.6, 2.4)
            path.lineTo(5.6, -0.8)
        case _:  # struck through
            path.addEllipse(QPointF(), 4.6, 4.6)
            path.moveTo(-3.2, -3.2)
            path.lineTo(3.2, 3.2)
    return path


def _add_arm(path: QPainterPath, angle: float) -> None:
    def at(radius: float, aside: float = 0.0) -> QPointF:
        return QPointF(
            radius * cos(angle) - aside * sin(angle), radius * sin(angle) + aside * cos(angle)
        )

    path.moveTo(0.0, 0.0)
    path.lineTo(at(5.4))
    for aside in (-1.5, 1.5):
        path.moveTo(at(3.2))
        path.lineTo(at(4.8, aside))
