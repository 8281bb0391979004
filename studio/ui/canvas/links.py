"""Links: quiet dotted lines between blocks that use the same weights."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.ui.theme import Tokens

from .hits import CardHit
from .look import RECOGNISABLE, Look
from .view_model import ViewModel

SIGN = 11.0
RISE = 46.0
"""How far the line arches over the cards, in canvas units."""


def paint_links(painter: QPainter, look: Look, theme: Tokens, model: ViewModel) -> None:
    """Paint the links that may be seen; those of the block under the pointer stand out."""
    if not model.links or look.detail < RECOGNISABLE:
        return
    hovered = look.hovered.node if isinstance(look.hovered, CardHit) else ""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not look.hasty)
    painter.translate(look.camera.x * look.dpr, look.camera.y * look.dpr)
    painter.scale(look.scale, look.scale)
    for owner, user in model.links:
        path = link_path(model, owner, user)
        around = path.boundingRect().adjusted(-SIGN, -SIGN, SIGN, SIGN)
        if {owner, user} <= model.folds.keys() or not around.intersects(look.area):
            continue
        near = hovered and hovered in (model.ids[owner], model.ids[user])
        colour = QColor(theme.accent if near else theme.muted)
        pen = QPen(colour, (2.0 if near else 1.5) * look.dpr)
        pen.setDashPattern([1.0, 3.0])
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        _paint_sign(painter, theme, path.pointAtPercent(0.5), colour)
    painter.restore()


def link_path(model: ViewModel, owner: int, user: int) -> QPainterPath:
    """Return the line between two cards: an arch over a row, else from bottom to top."""
    upper, lower = sorted((_box(model, row) for row in (owner, user)), key=QRectF.top)
    stop = QPointF(lower.center().x(), lower.top())
    if upper.bottom() < lower.top():
        start = QPointF(upper.center().x(), upper.bottom())
        lean = QPointF(0.0, (stop.y() - start.y()) / 2)
        path = QPainterPath(start)
        path.cubicTo(start + lean, stop - lean, stop)
        return path
    start = QPointF(upper.center().x(), upper.top())
    up = QPointF(0.0, -RISE - 0.06 * abs(stop.x() - start.x()))
    path = QPainterPath(start)
    path.cubicTo(start + up, stop + up, stop)
    return path


def _box(model: ViewModel, row: int) -> QRectF:
    if row in model.folds:
        left, y, right, _ = model.folds[row].tolist()
        return QRectF(left, y - 1.0, right - left, 2.0)
    return model.rect(row)


def _paint_sign(painter: QPainter, theme: Tokens, at: QPointF, colour: QColor) -> None:
    """Paint two links of a chain on a small plate."""
    painter.save()
    painter.translate(at)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.canvas))
    painter.drawEllipse(QPointF(), SIGN, SIGN)
    pen = QPen(colour, 1.6)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.rotate(-35.0)
    for path in _chain():
        painter.drawPath(path)
    painter.restore()


@lru_cache(maxsize=1)
def _chain() -> tuple[QPainterPath, QPainterPath]:
    left, right = QPainterPath(), QPainterPath()
    left.addRoundedRect(QRectF(-7.5, -2.8, 9.0, 5.6), 2.8, 2.8)
    right.addRoundedRect(QRectF(-1.5, -2.8, 9.0, 5.6), 2.8, 2.8)
    return left, right
