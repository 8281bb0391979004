"""HeatMap: one row for every layer, one column for every pixel of time, colour for the size."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.runs.layers import LayerGrid
from studio.ui.theme import Tokens

from .colours import VIRIDIS, mapped
from .cursor import Cursor
from .paint import Row
from .plot import StepPlot
from .scale import Scale
from .ticks import linear_ticks, log_ticks, number

_BAR_PX = 8.0
_NAMES_PX = 14.0


class HeatMap(StepPlot):
    """Layers × steps in colours; the first layer stands at the top.

    The scale is logarithmic, or linear between limits that are given. A pixel that covers several
    rows shows the greatest of each layer; one that is not a number is painted in the colour of
    errors, on a logarithmic scale a zero in grey.
    """

    def __init__(self, title: str, cursor: Cursor, parent: QWidget | None = None) -> None:
        super().__init__(title, cursor, parent)
        self._grid: LayerGrid | None = None
        self._names: tuple[str, ...] = ()
        self._limits: tuple[float, float] | None = None
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None

    def show_grid(
        self,
        grid: LayerGrid | None,
        names: Sequence[str],
        *,
        limits: tuple[float, float] | None = None,
    ) -> None:
        """Draw this from now on; ``names`` are the layers', ``limits`` those of a linear scale."""
        self._grid, self._limits = grid, limits
        self._names = tuple(names)
        self.update()

    @property
    def grid(self) -> LayerGrid | None:
        """What is drawn."""
        return self._grid

    @property
    def names(self) -> tuple[str, ...]:
        """The layers, from the top."""
        return self._names

    @property
    def limits(self) -> tuple[float, float]:
        """The values of the darkest and the brightest colour: as given, or half powers of ten."""
        if self._limits is not None:
            return self._limits
        values = self._grid.values if self._grid is not None else np.zeros((0, 0))
        positive = values[np.isfinite(values) & (values > 0)]
        if not len(positive):
            return 1e-3, 1.0
        low, high = np.log10(np.percentile(positive, 1)), np.log10(positive.max())
        first, last = np.floor(low * 2) / 2, np.ceil(high * 2) / 2
        return float(10**first), float(10 ** max(last, first + 1))

    def columns(self, pixels: int) -> NDArray[np.float32]:
        """Return layers × pixels: for every pixel of the plot the greatest value it covers."""
        assert self._grid is not None
        starts, values = self._grid.starts, self._grid.values
        edges = np.linspace(self.x_scale.lo, self.x_scale.hi, pixels + 1)
        cuts = np.searchsorted(starts, np.ceil(edges).astype(np.int64), side="left")
        cuts[-1] = np.searchsorted(starts, int(self.x_scale.hi), side="right")
        begin, stop = cuts[:-1], cuts[1:]
        columns = values[np.clip(stop - 1, 0, None)]  # where nothing is new, what was before
        several = stop - begin > 1
        if several.any():
            pairs = np.stack((begin[several], stop[several]), axis=1).ravel()
            pairs = pairs[:-1] if pairs[-1] == len(values) else pairs
            columns[several] = np.maximum.reduceat(values, pairs, axis=0)[::2]
        return columns.T

    # for StepPlot

    def span(self) -> tuple[float, float] | None:
        """Return the first and the last step of any row."""
        if self._grid is None or self._grid.latest is None:
            return None
        return float(self._grid.starts[0]), float(self._grid.latest[0])

    def margins(self, metrics: QFontMetricsF) -> QMarginsF:
        """Return the room for the layers' names and the bar of colours."""
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        left = min(widest + 12, self.width() * 0.35)
        return QMarginsF(left, 8, 2 * _BAR_PX + 8 + metrics.horizontalAdvance("10⁻⁴"), 20)

    def paint_plot(self, painter: QPainter, theme: Tokens) -> None:
        """Draw the picture, the names and the bar of colours."""
        low, high = self.limits
        values = self.columns(max(int(self.area.width() * painter.device().devicePixelRatioF()), 1))
        if self._limits is not None:
            shares = np.clip((values - low) / (high - low), 0, 1)
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                shares = (np.log10(values) - np.log10(low)) / (np.log10(high) - np.log10(low))
            shares = np.where(values > 0, np.clip(shares, 0, 1), np.nan)
        pixels = mapped(shares, QColor(theme.disabled))
        pixels[~np.isfinite(values)] = QColor(theme.error).rgb()
        self._pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape
        image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(self.area, image)
        self._paint_names(painter, theme)
        self._paint_bar(painter, low, high, theme)

    def rows_at(self, step: float, theme: Tokens) -> list[Row]:
        """Return every layer's value at a step, or those around the middle of many."""
        if self._grid is None:
            return []
        at = max(int(np.searchsorted(self._grid.starts, int(step), side="right")) - 1, 0)
        row = self._grid.values[at].tolist()
        most = max(int(self.area.height() // 16) - 1, 1)
        pairs = list(zip(self._names, row, strict=True))[:most]
        return [Row(name, number(value)) for name, value in pairs]

    # painting

    def _paint_names(self, painter: QPainter, theme: Tokens) -> None:
        metrics = QFontMetricsF(painter.font())
        tall = self.area.height() / max(len(self._names), 1)
        every = max(int(np.ceil(_NAMES_PX / tall)), 1)
        room = self.area.left() - 8
        painter.setPen(QColor(theme.muted))
        for index in range(0, len(self._names), every):
            name = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, room)
            middle = self.area.top() + (index + 0.5) * tall
            left = self.area.left() - 6 - metrics.horizontalAdvance(name)
            painter.drawText(QPointF(left, middle + metrics.capHeight() / 2), name)
        if tall >= 6:  # a hair between the layers
            painter.setPen(QPen(QColor(theme.panel), 1))
            for index in range(1, len(self._names)):
                y = round(self.area.top() + index * tall)
                painter.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))

    def _paint_bar(self, painter: QPainter, low: float, high: float, theme: Tokens) -> None:
        bar = QRectF(self.area.right() + _BAR_PX, self.area.top(), _BAR_PX, self.area.height())
        column = np.ascontiguousarray(VIRIDIS[::-1, None])
        image = QImage(column.data, 1, len(column), 4, QImage.Format.Format_RGB32)
        painter.drawImage(bar, image)
        metrics = QFontMetricsF(painter.font())
        linear = self._limits is not None
        scale = Scale(low, high, bar.bottom(), bar.top(), log=not linear)
        painter.setPen(QColor(theme.muted))
        ticks = linear_ticks if linear else log_ticks
        for tick in ticks(low, high, max(int(bar.height() / 18), 2)):
            if tick.label:
                y = scale.pixel(tick.value)
                y = min(max(y, bar.top() + metrics.capHeight() / 2), bar.bottom())
                painter.drawText(QPointF(bar.right() + 4, y + metrics.capHeight() / 2), tick.label)
