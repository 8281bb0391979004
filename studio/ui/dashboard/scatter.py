"""Scatter: points in two dimensions, coloured by class, named at the middle of each class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme import Tokens, tokens

from .colours import VIRIDIS, mapped
from .pace import Pace
from .paint import figures, paint_empty
from .ticks import number

MANY = 2000
"""Above so many points they are set as pixels of one image."""
_DOT_PX = 5.0
_SHRINK = 0.75
_EXTRA = ("#B0B7C0", "#7A4F9A", "#3F7F7F", "#B5495B")
_BAR_PX = 8.0
_BAR_ROOM_PX = 66.0


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Points (samples × 2) and, for each, its class or its value."""

    points: NDArray[np.floating]
    labels: NDArray[np.generic] | None = None
    names: tuple[str, ...] = ()

    @property
    def classes(self) -> list[int]:
        """The classes there are; none where labels are values of a quantity."""
        if self.labels is None or self.labels.dtype.kind not in "iub":
            return []
        found: list[int] = np.unique(self.labels).astype(int).tolist()
        return found if len(found) <= 40 else []


class Scatter(QWidget):
    """A cloud on axes of equal scale. The frame grows with the cloud, and shrinks only when that
    takes up little of it, so that what moves is the points and not the view.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = "Press Train to see the samples part"
        self.pace = Pace()
        self.painted = 0
        self._cloud: Cloud | None = None
        self._centre = (0.0, 0.0)
        self._reach = 0.0
        self._pixels: NDArray[np.uint32] | None = None
        self.setAccessibleName("Embedding, samples coloured by class")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def frame(self) -> tuple[float, float, float]:
        """Centre (x, y) and half width of what is shown."""
        return (*self._centre, self._reach)

    def show_cloud(self, cloud: Cloud | None, *, afresh: bool = False) -> None:
        """Draw this from now on; ``afresh`` fits the frame anew."""
        self._cloud = cloud
        if cloud is not None and len(cloud.points):
            self._fit(cloud.points, afresh=afresh)
        self.update()

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything, on the screen or into a picture."""
        painter.setFont(figures(self))
        painter.fillRect(self.rect(), QColor(theme.panel))
        cloud = self._cloud
        if cloud is None or not len(cloud.points):
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, QRectF(self.rect()), self.hint, theme)
            return
        xs, ys = self.places(cloud.points)
        colours = self.colours(cloud, theme)
        order = self.order(cloud)
        drawn = (xs, ys, colours) if order is None else (xs[order], ys[order], colours[order])
        if len(xs) > MANY:
            self._paint_image(painter, *drawn, theme)
        else:
            _paint_dots(painter, *drawn, theme, sort=order is None)
        if cloud.classes:
            self._paint_names(painter, cloud, xs, ys, theme)
        elif cloud.labels is not None:
            self._paint_bar(painter, cloud.labels, theme)
        painter.setFont(figures(self))
        self.paint_over(painter, (xs, ys), theme)

    @property
    def cloud(self) -> Cloud | None:
        """What is drawn."""
        return self._cloud

    def order(self, cloud: Cloud) -> NDArray[np.intp] | None:
        """Return the points in the order in which they are drawn, if that matters."""
        return None

    def paint_over(
        self,
        painter: QPainter,
        places: tuple[NDArray[np.float64], NDArray[np.float64]],
        theme: Tokens,
    ) -> None:
        """Draw what stands over the points."""

    def places(
        self, points: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pixels of points: equal scale on both axes, y upwards."""
        valued = self._cloud is not None and self._cloud.labels is not None
        bar = _BAR_ROOM_PX if valued and self._cloud and not self._cloud.classes else 14
        area = QRectF(self.rect()).adjusted(14, 6, -bar, -10)
        unit = min(area.width(), area.height()) / 2 / (self._reach or 1.0)
        xs = area.center().x() + (points[:, 0] - self._centre[0]) * unit
        ys = area.center().y() - (points[:, 1] - self._centre[1]) * unit
        return np.asarray(xs, np.float64), np.asarray(ys, np.float64)

    # painting

    def _fit(self, points: NDArray[np.floating], *, afresh: bool) -> None:
        low, high = points.min(axis=0), points.max(axis=0)
        reach = float((high - low).max()) / 2 or 1.0
        x, y = (float(value) for value in (low + high) / 2)
        offset = max(abs(x - self._centre[0]), abs(y - self._centre[1]))
        fits = reach + offset <= self._reach
        if afresh or not fits or reach < self._reach * _SHRINK:
            self._centre, self._reach = (x, y), reach * (1.03 if afresh else 1.12)

    def colours(self, cloud: Cloud, theme: Tokens) -> NDArray[np.uint32]:
        """Return the colour of every point."""
        if cloud.classes:
            assert cloud.labels is not None
            palette = np.array([QColor(colour).rgb() for colour in _palette(theme)], np.uint32)
            return palette[cloud.labels.astype(np.intp).ravel() % len(palette)]
        if cloud.labels is None:
            return np.full(len(cloud.points), QColor(theme.series[0]).rgb(), np.uint32)
        values = cloud.labels.astype(np.float64).ravel()
        low, high = np.nanmin(values), np.nanmax(values)
        first, last = _seen_of(theme)
        shares = (values - low) / ((high - low) or 1.0)
        return mapped(first + shares * (last - first), QColor(theme.error))

    def _paint_image(
        self,
        painter: QPainter,
        xs: NDArray[np.float64],
        ys: NDArray[np.float64],
        colours: NDArray[np.uint32],
        theme: Tokens,
    ) -> None:
        ratio = painter.device().devicePixelRatioF()
        width, height = int(self.width() * ratio), int(self.height() * ratio)
        pixels = np.full((height, width), QColor(theme.panel).rgb(), np.uint32)
        columns, rows = (xs * ratio).astype(np.intp), (ys * ratio).astype(np.intp)
        radius = max(round(1.5 * ratio), 1)
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                if dx * dx + dy * dy <= radius * radius + 0.5:
                    row = np.clip(rows + dy, 0, height - 1)
                    pixels[row, np.clip(columns + dx, 0, width - 1)] = colours
        self._pixels = pixels
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(self.rect()), image)

    def _paint_names(
        self,
        painter: QPainter,
        cloud: Cloud,
        xs: NDArray[np.float64],
        ys: NDArray[np.float64],
        theme: Tokens,
    ) -> None:
        """Write every class where most of it is, with a rim that keeps it readable."""
        assert cloud.labels is not None
        painter.setFont(figures(self, bold=True))
        metrics = QFontMetricsF(painter.font())
        labels = cloud.labels.ravel()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for class_ in cloud.classes:
            inside = labels == class_
            x, y = float(np.median(xs[inside])), float(np.median(ys[inside]))
            name = cloud.names[class_] if class_ < len(cloud.names) else str(class_)
            path = QPainterPath()
            left = x - metrics.horizontalAdvance(name) / 2
            path.addText(QPointF(left, y + metrics.capHeight() / 2), painter.font(), name)
            painter.strokePath(path, QPen(QColor(theme.panel), 4.0))
            painter.fillPath(path, QColor(theme.text))

    def _paint_bar(self, painter: QPainter, labels: NDArray[np.generic], theme: Tokens) -> None:
        values = labels.astype(np.float64)
        left = self.width() - _BAR_ROOM_PX + 4
        bar = QRectF(left, 10, _BAR_PX, max(self.height() - 24, 10))
        first, last = (round(255 * share) for share in _seen_of(theme))
        column = np.ascontiguousarray(VIRIDIS[first : last + 1][::-1, None])
        form = QImage.Format.Format_RGB32
        painter.drawImage(bar, QImage(column.data, 1, len(column), 4, form))
        painter.setPen(QColor(theme.muted))
        metrics = QFontMetricsF(painter.font())
        for y, value in ((bar.top(), np.nanmax(values)), (bar.bottom(), np.nanmin(values))):
            at = QPointF(bar.right() + 4, y + metrics.capHeight() / 2)
            painter.drawText(at, number(float(value), 2))

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


def _paint_dots(
    painter: QPainter,
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    colours: NDArray[np.uint32],
    theme: Tokens,
    *,
    sort: bool = True,
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim, dot = _DOT_PX + 1.5, _DOT_PX
    order = np.argsort(colours, kind="stable") if sort else np.arange(len(colours))
    cuts = np.flatnonzero(np.diff(colours[order], prepend=colours[order][:1] + 1))
    for part in np.split(order, cuts[cuts > 0]):
        points = [QPointF(x, y) for x, y in zip(xs[part].tolist(), ys[part].tolist(), strict=True)]
        for colour, size in ((QColor(theme.panel), rim), (QColor.fromRgb(colours[part[0]]), dot)):
            painter.setPen(QPen(colour, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(points)


def _seen_of(theme: Tokens) -> tuple[float, float]:
    """Return the part of the colours that single points can be seen in on this ground."""
    return (0.3, 1.0) if theme.name == "dark" else (0.0, 0.85)


def _palette(theme: Tokens) -> Sequence[str]:
    return (*theme.series, *_EXTRA)
