"""AttentionMap: the heads of one attention block as maps of queries × keys."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.runs.attending import pooled
from studio.ui.theme import Tokens, tokens

from .colours import VIRIDIS, mapped
from .followed import looked_at, named, paint_followed
from .pace import Pace
from .paint import Row, figures, paint_box, paint_empty
from .ticks import number

_GAP_PX = 8.0
_CAPTION_PX = 16.0
_BAR_PX = 8.0
_TOKEN_PX = 13.0


class AttentionMap(QWidget):
    """Maps on one colour scale from 0 to the greatest weight; rows are queries, columns keys.

    A click on one of several heads asks for that head alone, a second click for all. A head alone
    has the tokens beside it; those of the keys stand upright where they are wider than their cells.
    """

    head_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = "Press Train to see where attention looks"
        self.pace = Pace()
        self.painted = 0
        self._weights: NDArray[np.floating] | None = None
        self.queries: tuple[str, ...] = ()
        self.keys: tuple[str, ...] = ()
        self.captions: tuple[str, ...] = ()
        """What stands over each head, if not only its number."""
        self._head = -1
        self._places: list[tuple[int, QRectF]] = []
        self._hover: QPointF | None = None
        self.setAccessibleName("Attention weights, queries by keys")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_weights(
        self,
        weights: NDArray[np.floating] | None,
        head: int,
        *,
        queries: Sequence[str] = (),
        keys: Sequence[str] = (),
    ) -> None:
        """Draw one head, or all for −1, of heads × queries × keys, with the names of both."""
        self._weights = weights
        self.queries, self.keys = tuple(queries), tuple(keys)
        self._head = head if weights is not None and head < len(weights) else -1
        self.update()

    def place_of(self, head: int) -> QRectF | None:
        """Return where a head's map stands; None if it is not shown."""
        return next((place for shown, place in self._places if shown == head), None)

    def weight_at(self, at: QPointF) -> tuple[int, int, int, float] | None:
        """Return head, query, key and weight at a place of the widget."""
        if self._weights is None:
            return None
        for head, place in self._places:
            if place.contains(at):
                _, queries, keys = self._weights.shape
                query = min(int((at.y() - place.top()) / place.height() * queries), queries - 1)
                key = min(int((at.x() - place.left()) / place.width() * keys), keys - 1)
                return head, query, key, float(self._weights[head, query, key])
        return None

    def query_at(self, at: QPointF) -> int | None:
        """Return the query under a place: in a map, or of a token beside it."""
        if self._weights is None:
            return None
        queries = int(self._weights.shape[1])
        for _, place in self._places:
            beside = len(self._places) == 1 and at.x() < place.left()
            if place.contains(at) or (beside and place.top() <= at.y() < place.bottom()):
                return min(int((at.y() - place.top()) / place.height() * queries), queries - 1)
        return None

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything, on the screen or into a picture."""
        painter.setFont(figures(self))
        painter.fillRect(self.rect(), QColor(theme.panel))
        self._places = []
        if self._weights is None or not self._weights.size:
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, QRectF(self.rect()), self.hint, theme)
            return
        heads = range(len(self._weights)) if self._head < 0 else [self._head]
        top = float(np.nanmax(self._weights[list(heads)])) or 1.0
        area = QRectF(self.rect()).adjusted(_GAP_PX, 2, -_GAP_PX, -_GAP_PX)
        area.setRight(area.right() - _BAR_PX - 36)
        self._lay_out(area, list(heads), QFontMetricsF(painter.font()))
        self._paint_bar(painter, top, theme)
        for head, place in self._places:
            self._paint_head(painter, head, place, top, theme)
        self._paint_hover(painter, theme)

    # painting

    def _lay_out(self, area: QRectF, heads: Sequence[int], metrics: QFontMetricsF) -> None:
        """Find the grid in which the maps are largest and few places stay empty."""
        assert self._weights is not None
        _, queries, keys = self._weights.shape
        if len(heads) == 1:
            area = self._room_for_names(area, metrics)
        fits = []
        for columns in range(1, len(heads) + 1):
            rows = -(-len(heads) // columns)
            wide = (area.width() - _GAP_PX * (columns - 1)) / columns / keys
            tall = (area.height() / rows - _CAPTION_PX - 2) / queries
            left_over = rows * columns - len(heads)
            fits.append((min(wide, tall) * (1 - 0.1 * left_over), columns, min(wide, tall)))
        _, columns, cell = max(fits)
        wide, tall = max(cell * keys, 1.0), max(cell * queries, 1.0)
        rows = -(-len(heads) // columns)
        across = columns * wide + (columns - 1) * _GAP_PX
        down = rows * (tall + _CAPTION_PX + 2)
        left, top = area.center().x() - across / 2, area.center().y() - down / 2
        for at, head in enumerate(heads):
            row, column = divmod(at, columns)
            x = left + column * (wide + _GAP_PX)
            y = top + row * (tall + _CAPTION_PX + 2) + _CAPTION_PX
            self._places.append((head, QRectF(x, y, wide, tall)))

    def _room_for_names(self, area: QRectF, metrics: QFontMetricsF) -> QRectF:
        """Return what is left for the map where its tokens stand beside and below it."""
        assert self._weights is not None
        _, queries, keys = self._weights.shape
        wide, down = _widest(self.keys, metrics), 0.0
        if wide:
            # Whether they fit is decided by the place that the map has without them.
            level = wide <= min(area.width() / keys, area.height() / queries)
            down = _CAPTION_PX if level else min(wide, area.height() / 3) + 6
        left = min(_widest(self.queries, metrics), area.width() / 3)
        return area.adjusted(left + 6 if left else 0, 0, 0, -down)

    def _paint_head(
        self, painter: QPainter, head: int, place: QRectF, top: float, theme: Tokens
    ) -> None:
        assert self._weights is not None
        weights = self._weights[head]
        limit = max(int(place.width() * painter.device().devicePixelRatioF()), 1)
        pixels = np.ascontiguousarray(mapped(pooled(weights, limit) / top, QColor(theme.error)))
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(place, image)
        painter.setPen(QColor(theme.muted))
        words = self.captions[head] if head < len(self.captions) else f"head {head + 1}"
        metrics = QFontMetricsF(painter.font())
        room = max(place.width(), 40)
        if metrics.horizontalAdvance(words) > room:  # its number says more than half a sentence
            words = words.partition(" · ")[0]
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(place.left(), place.top() - 4), shown)
        if len(self._places) == 1:
            self._paint_tokens(painter, place, theme)

    def _paint_tokens(self, painter: QPainter, place: QRectF, theme: Tokens) -> None:
        assert self._weights is not None
        metrics = QFontMetricsF(painter.font())
        _, queries, keys = self._weights.shape
        painter.setPen(QColor(theme.text))
        tall, wide = place.height() / queries, place.width() / keys
        for at, name in _spaced(self.queries, tall):
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, place.left() - 5)
            y = place.top() + (at + 0.5) * tall + metrics.capHeight() / 2
            painter.drawText(QPointF(place.left() - 5 - metrics.horizontalAdvance(shown), y), shown)
        level = _widest(self.keys, metrics) <= wide
        for at, name in enumerate(self.keys) if level else _spaced(self.keys, wide):
            x = place.left() + (at + 0.5) * wide
            if level:
                half = metrics.horizontalAdvance(name) / 2
                painter.drawText(QPointF(x - half, place.bottom() + metrics.ascent() + 3), name)
            else:
                self._paint_upright(painter, QPointF(x, place.bottom() + 4), name)

    def _paint_upright(self, painter: QPainter, at: QPointF, name: str) -> None:
        """Write from below up to a place."""
        metrics = QFontMetricsF(painter.font())
        room = self.height() - at.y() - 2
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.save()
        painter.translate(
            at.x() + metrics.capHeight() / 2, at.y() + metrics.horizontalAdvance(shown)
        )
        painter.rotate(-90)
        painter.drawText(QPointF(0, 0), shown)
        painter.restore()

    def _paint_bar(self, painter: QPainter, top: float, theme: Tokens) -> None:
        """Draw the colours' scale, as tall as the maps and beside them."""
        places = [place for _, place in self._places]
        left = max(place.right() for place in places) + 2 * _GAP_PX
        upper, lower = places[0].top(), places[-1].bottom()
        bar = QRectF(left, upper, _BAR_PX, lower - upper)
        column = np.ascontiguousarray(VIRIDIS[::-1, None])
        painter.drawImage(bar, QImage(column.data, 1, 256, 4, QImage.Format.Format_RGB32))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.muted))
        for share, value in ((0.0, 0.0), (0.5, top / 2), (1.0, top)):
            y = bar.bottom() - share * bar.height() + metrics.capHeight() / 2
            y = min(max(y, bar.top() + metrics.capHeight()), bar.bottom())
            painter.drawText(QPointF(bar.right() + 4, y), number(value, 2))

    def _paint_hover(self, painter: QPainter, theme: Tokens) -> None:
        found = self.weight_at(self._hover) if self._hover is not None else None
        followed = self.query_at(self._hover) if self._hover is not None else None
        if followed is not None:
            self._paint_followed(painter, followed, theme)
        if found is None or self._weights is None or self._hover is None:
            return
        head, query, key, weight = found
        place = self.place_of(head)
        assert place is not None
        _, queries, keys = self._weights.shape
        wide, tall = place.width() / keys, place.height() / queries
        cell = QRectF(place.left() + key * wide, place.top() + query * tall, wide, tall)
        painter.setPen(QPen(QColor(theme.canvas), 1))
        painter.drawRect(cell)
        rows = [
            Row("from", named(query, self.queries)),
            Row("to", named(key, self.keys)),
            Row("weight", number(weight)),
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_box(painter, QRectF(self.rect()), self._hover.x(), f"head {head + 1}", rows, theme)

    def _paint_followed(self, painter: QPainter, query: int, theme: Tokens) -> None:
        """Show where one token looks: its row in every map, and what it looks at most."""
        assert self._weights is not None
        for _, place in self._places:
            paint_followed(painter, place, query, self._weights.shape[1], theme)
        if self._hover is not None and self.weight_at(self._hover) is None:
            heads = [head for head, _ in self._places]
            rows = looked_at(self._weights[heads].mean(axis=0)[query], self.keys)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            head = named(query, self.queries)
            paint_box(painter, QRectF(self.rect()), self._hover.x(), head, rows, theme)

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
        self.painted += 1
        self.pace.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.weight_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.head_chosen.emit(found[0] if self._head < 0 else -1)

    def leaveEvent(self, event: object) -> None:
        self._hover = None
        self.update()


def _widest(names: Sequence[str], metrics: QFontMetricsF) -> float:
    return max((metrics.horizontalAdvance(name) for name in names), default=0.0)


def _spaced(names: Sequence[str], step: float) -> Iterator[tuple[int, str]]:
    """Yield the names that have room where lines are so far apart, at least every other few."""
    every = max(1, -int(-_TOKEN_PX * 0.8 // max(step, 0.1)))
    return ((at, name) for at, name in enumerate(names) if not at % every)
