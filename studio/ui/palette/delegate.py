"""BlockDelegate: paints a row of a list of blocks, and the heading of a family."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from studio.core.blocks import BlockSpec
from studio.ui.theme import TEXT_PX, Tokens, tokens

from .model import SPEC

ROW_PX, HEADING_PX = 26, 28
Index = QModelIndex | QPersistentModelIndex


class BlockDelegate(QStyledItemDelegate):
    """A family's stripe, the title, and with ``family`` its name at the right."""

    def __init__(self, view: QAbstractItemView, *, family: bool = False) -> None:
        super().__init__(view)
        self._view = view
        self._family = family

    # Qt

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = tokens(self._view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Rows begin at the view's edge, however deep they are nested.
        row = QRectF(option.rect)
        row.setLeft(0.0)
        row.setWidth(self._view.viewport().width())
        spec = index.data(SPEC)
        if isinstance(spec, BlockSpec):
            self._paint_block(painter, option, row, theme, spec)
        else:
            opened = isinstance(self._view, QTreeView) and self._view.isExpanded(index)
            count = index.model().rowCount(index)
            text = str(index.data(Qt.ItemDataRole.DisplayRole))
            _paint_heading(painter, option, row, theme, (text, count), opened=opened)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        is_block = isinstance(index.data(SPEC), BlockSpec)
        return QSize(120, ROW_PX if is_block else HEADING_PX)

    def _paint_block(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        row: QRectF,
        theme: Tokens,
        spec: BlockSpec,
    ) -> None:
        _paint_ground(painter, option, row, theme)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.family(spec.family))
        middle = row.center().y()
        painter.drawRoundedRect(QRectF(row.left() + 12.0, middle - 7.0, 4.0, 14.0), 1.5, 1.5)
        font = QFont(option.font)
        font.setPixelSize(TEXT_PX["normal"])
        metrics = QFontMetricsF(font)
        left = row.left() + 26.0
        room = row.right() - left - 10.0
        if self._family:
            small = QFont(font)
            small.setPixelSize(TEXT_PX["small"])
            width = QFontMetricsF(small).horizontalAdvance(spec.family)
            painter.setFont(small)
            painter.setPen(QColor(theme.muted))
            painter.drawText(
                QPointF(row.right() - width - 10.0, _baseline(small, middle)), spec.family
            )
            room -= width + 10.0
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        title = metrics.elidedText(spec.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(left, _baseline(font, middle)), title)


def _paint_heading(
    painter: QPainter,
    option: QStyleOptionViewItem,
    row: QRectF,
    theme: Tokens,
    words: tuple[str, int],
    *,
    opened: bool,
) -> None:
    _paint_ground(painter, option, row, theme)
    family, count = words
    middle = row.center().y() + 1.0
    painter.setPen(QPen(QColor(theme.muted), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    corner = QPointF(row.left() + 14.0, middle)
    shape = [(-4, -2), (0, 2), (4, -2)] if opened else [(-2, -4), (2, 0), (-2, 4)]
    painter.drawPolyline(QPolygonF([corner + QPointF(x, y) for x, y in shape]))
    font = QFont(option.font)
    font.setPixelSize(TEXT_PX["small"])
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.drawText(QPointF(row.left() + 26.0, _baseline(font, middle)), family)
    font.setWeight(QFont.Weight.Normal)
    painter.setFont(font)
    width = QFontMetricsF(font).horizontalAdvance(str(count))
    painter.drawText(QPointF(row.right() - width - 10.0, _baseline(font, middle)), str(count))


def _paint_ground(
    painter: QPainter, option: QStyleOptionViewItem, row: QRectF, theme: Tokens
) -> None:
    state = option.state
    if state & QStyle.StateFlag.State_Selected:
        colour = QColor(theme.selection)
    elif state & QStyle.StateFlag.State_MouseOver:
        colour = QColor(theme.grid)
    else:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(row.adjusted(4.0, 1.0, -4.0, -1.0), 4.0, 4.0)


def _baseline(font: QFont, middle: float) -> float:
    return middle + QFontMetricsF(font).capHeight() / 2
