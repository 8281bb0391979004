"""AttentionGrid: every attention block below the other, its heads beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.runs.attending import Summary, pooled
from studio.ui.theme import Tokens, tokens

from .colours import mapped
from .followed import looked_at, named, paint_followed
from .pace import Pace
from .paint import Row, figures, paint_box, paint_empty
from .ticks import number

_EDGE_PX, _GAP_PX, _HEAD_PX = 8.0, 4.0, 16.0
_NAMES_SHARE = 0.34
"""The most of the width that the blocks' names take."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A block's maps (heads × queries × keys), and what its steps are called."""

    id: str
    title: str
    maps: NDArray[np.floating]
    summary: Summary
    queries: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def words(self, head: int) -> str:
        """Say what a head does."""
        apart = self.summary.distance[head]
        far = "" if np.isnan(apart) else f" · reach {number(float(apart), 2)} steps"
        return f"entropy {number(float(self.summary.entropy[head]), 2)} nats{far}"


@dataclass(frozen=True, slots=True)
class _Cell:
    layer: Layer
    head: int
    place: QRectF

    def query_at(self, at: QPointF) -> int:
        """Return the query that a place belongs to."""
        queries = int(self.layer.maps.shape[1])
        share = (at.y() - self.place.top()) / self.place.height()
        return min(int(share * queries), queries - 1)


class AttentionGrid(QWidget):
    """Layers × heads on one colour scale; a click asks for one head of one block.

    The query under the pointer is followed through all maps of as many queries.
    """

    head_chosen = Signal(str, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = ""
        self.pace = Pace()
        self._layers: tuple[Layer, ...] = ()
        self._cells: list[_Cell] = []
        self._hover: QPointF | None = None
        self.setAccessibleName("Attention of all blocks, layers by heads")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What is shown, the first layer at the top."""
        return self._layers

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Draw these."""
        self._layers = tuple(layers)
        told = [f"{one.title}: {one.words(0)}" for one in layers]
        self.setAccessibleDescription("; ".join(told))
        self.update()

    def place_of(self, id_: str, head: int) -> QRectF | None:
        """Return where a head's map stands; None if it is not shown."""
        found = (c.place for c in self._cells if (c.layer.id, c.head) == (id_, head))
        return next(found, None)

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything, on the screen or into a picture."""
        painter.setFont(figures(self))
        painter.fillRect(self.rect(), QColor(theme.panel))
        self._cells = []
        if not self._layers:
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, QRectF(self.rect()), self.hint, theme)
            return
        metrics = QFontMetricsF(painter.font())
        left = self._lay_out(metrics)
        top = max(float(np.nanmax(layer.maps)) for layer in self._layers) or 1.0
        for cell in self._cells:
            self._paint_cell(painter, cell, top, theme)
        self._paint_names(painter, metrics, left, theme)
        cell_ = self._cell_at(self._hover)
        if cell_ is not None:
            self._paint_hover(painter, cell_, theme)

    # painting

    def _lay_out(self, metrics: QFontMetricsF) -> float:
        """Find a place for every map, and return where the first column begins."""
        names = max(metrics.horizontalAdvance(layer.title) for layer in self._layers)
        left = _EDGE_PX + min(names, self.width() * _NAMES_SHARE) + 8
        heads = max(len(layer.maps) for layer in self._layers)
        wide = (self.width() - left - _EDGE_PX) / heads - _GAP_PX
        each = (self.height() - _HEAD_PX - _EDGE_PX) / len(self._layers) - _GAP_PX
        y = _HEAD_PX
        for layer in self._layers:
            _, queries, keys = layer.maps.shape
            scale = min(wide / keys, each / queries)
            size = max(scale * keys, 2.0), max(scale * queries, 2.0)
            for head in range(len(layer.maps)):
                x = left + head * (wide + _GAP_PX)
                self._cells.append(_Cell(layer, head, QRectF(x, y, *size)))
            y += each + _GAP_PX
        return left

    def _paint_cell(self, painter: QPainter, cell: _Cell, top: float, theme: Tokens) -> None:
        limit = max(int(cell.place.width() * painter.device().devicePixelRatioF()), 1)
        weights = pooled(cell.layer.maps[cell.head], limit)
        pixels = np.ascontiguousarray(mapped(weights / top, QColor(theme.error)))
        tall, wide = pixels.shape
        image = QImage(pixels.data, wide, tall, 4 * wide, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(cell.place, image)

    def _paint_names(
        self, painter: QPainter, metrics: QFontMetricsF, left: float, theme: Tokens
    ) -> None:
        painter.setPen(QColor(theme.muted))
        first = self._cells[0].place.top()
        for cell in self._cells:
            if cell.place.top() == first:
                painter.drawText(QPointF(cell.place.left(), first - 4), f"head {cell.head + 1}")
        painter.setPen(QColor(theme.text))
        for layer in self._layers:
            place = self.place_of(layer.id, 0)
            if place is not None:
                room = left - _EDGE_PX - 8
                name = metrics.elidedText(layer.title, Qt.TextElideMode.ElideMiddle, room)
                y = place.center().y() + metrics.capHeight() / 2
                painter.drawText(QPointF(_EDGE_PX, y), name)

    def _paint_hover(self, painter: QPainter, cell: _Cell, theme: Tokens) -> None:
        assert self._hover is not None
        query, layer = cell.query_at(self._hover), cell.layer
        for other in self._cells:
            if other.layer.maps.shape[1] == layer.maps.shape[1]:
                paint_followed(painter, other.place, query, layer.maps.shape[1], theme)
        rows = [Row(named(query, layer.queries), "looks at")]
        rows += looked_at(layer.maps[cell.head, query], layer.keys)
        rows.append(Row(layer.words(cell.head), ""))
        head = f"{layer.title} · head {cell.head + 1}"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect())
        if self._hover.y() < room.center().y():  # what is pointed at stays to be seen
            room.setTop(cell.place.bottom())
        paint_box(painter, room, self._hover.x(), head, rows, theme)

    def _cell_at(self, at: QPointF | None) -> _Cell | None:
        if at is None:
            return None
        return next((cell for cell in self._cells if cell.place.contains(at)), None)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(260, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.pace.begin()
        painter = QPainter(self)
        self.paint_all(painter, tokens(self))
        painter.end()
        self.pace.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.head_chosen.emit(cell.layer.id, cell.head)

    def leaveEvent(self, event: object) -> None:
        self._hover = None
        self.update()
