"""Outlines: what shows that cards are selected, or under the pointer."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.ui.theme import Tokens

from .batch import draw_rects
from .geometry import RADIUS
from .hits import CardHit
from .look import RECOGNISABLE, Look
from .view_model import ViewModel

FEW = 150
"""Outlines up to this number are drawn round and smooth."""

Rows = NDArray[np.int64]


def paint_outlines(
    painter: QPainter, look: Look, theme: Tokens, model: ViewModel, rows: Rows
) -> None:
    """Outline the selected cards of these rows, and the one under the pointer."""
    accent = QColor(theme.accent)
    chosen = rows[model.selected[rows]]
    if len(chosen) <= FEW:  # more have a back
        _outline(painter, look, model, chosen, QPen(accent, 2.0 * look.dpr))
    if isinstance(look.hovered, CardHit) and look.hovered.node in model.row:
        row = model.row[look.hovered.node]
        if not model.selected[row] and look.detail >= RECOGNISABLE:
            accent.setAlpha(150)
            _outline(painter, look, model, np.array([row]), QPen(accent, 1.5 * look.dpr))


def paint_backs(painter: QPainter, look: Look, theme: Tokens, model: ViewModel, rows: Rows) -> None:
    """Mark many selected cards by what shows around them: filling is faster than outlining."""
    chosen = rows[model.selected[rows]]
    if len(chosen) <= FEW:
        return
    rects = look.rects_to_device(model.rects[chosen])
    out = 2.0 * look.dpr
    rects += [-out, -out, 2 * out, 2 * out]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    draw_rects(painter, rects)


def _outline(painter: QPainter, look: Look, model: ViewModel, rows: Rows, pen: QPen) -> None:
    if not len(rows):
        return
    rects = look.rects_to_device(model.rects[rows])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    smooth = len(rows) <= FEW and look.detail >= RECOGNISABLE
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    if not smooth:
        draw_rects(painter, rects)
        return
    out = pen.widthF() / 2
    for x, y, width, height in rects.tolist():
        box = QRectF(x - out, y - out, width + 2 * out, height + 2 * out)
        painter.drawRoundedRect(box, RADIUS * look.scale, RADIUS * look.scale)
