"""Curves: a line that has as many samples as it likes, drawn as columns of its extremes.

Decision: straight pieces are handed to Qt as one block of memory. As a path, a noisy curve of width
2 takes Qt over a second a frame; as separate pieces it takes milliseconds.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import Shiboken

from studio.runs.axes import Seen as Line
from studio.runs.series import View

from .scale import Scale

DASH_PX = 5.0
_TALL_PX = 2.5
FEW = 400
"""Up to so many pieces, a line is drawn with its corners joined."""

Segments = NDArray[np.float64]

__all__ = ["Band", "Curve", "Line", "paint_band", "paint_dots", "paint_line"]


@dataclass(slots=True, eq=False)
class Curve:
    """A line and how it is told from the others."""

    name: str
    line: Line
    colour: QColor
    dashed: bool = False
    behind: Line | None = None
    """The raw values, drawn faint, when ``line`` is their smoothed course."""
    first: float = 0
    _seen: dict[str, tuple[object, View]] = field(default_factory=dict)

    def view(self, lo: float, hi: float, columns: int, *, behind: bool = False) -> View:
        """Return the view of the line, or of what lies behind it; kept while nothing changes."""
        line = self.behind if behind and self.behind is not None else self.line
        key = (line, line.version, lo, hi, columns)
        part = "behind" if behind else "line"
        seen = self._seen.get(part)
        if seen is None or seen[0] != key:
            seen = (key, line.view(lo, hi, columns))
            self._seen[part] = seen
        return seen[1]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """What lies between two lines, filled in a colour."""

    low: Line
    high: Line
    colour: QColor


def paint_band(painter: QPainter, views: tuple[View, View], scales: tuple[Scale, Scale]) -> None:
    """Fill what lies between two views with the painter's brush."""
    edges = []
    for view, values in zip(views, (views[0].low, views[1].high), strict=True):
        xs, ys = scales[0].pixels((view.start + view.end) / 2), scales[1].pixels(values)
        known = np.isfinite(ys)
        edges.append(
            [QPointF(x, y) for x, y in zip(xs[known].tolist(), ys[known].tolist(), strict=True)]
        )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(QPolygonF([*edges[0], *reversed(edges[1])]))


def segments_of(view: View, x: Scale, y: Scale) -> Segments:
    """Return straight pieces (x1, y1, x2, y2) in pixels: the columns, and what joins them."""
    start, end = x.pixels(view.start), x.pixels(view.end)
    joints = np.stack(
        (end[:-1], y.pixels(view.last[:-1]), start[1:], y.pixels(view.first[1:])), axis=1
    )
    if not view.exact:
        middle = (start + end) / 2
        columns = np.stack((middle, y.pixels(view.low), middle, y.pixels(view.high)), axis=1)
        joints = np.concatenate((joints, columns))
    return joints[np.isfinite(joints).all(axis=1)]


def columns_of(view: View, x: Scale, y: Scale, pixel: float) -> Segments:
    """Return one upright piece for every column of device pixels, each touching the last.

    Args:
        pixel: the width of a device pixel.
    """
    places = np.floor((x.pixels(view.start) + x.pixels(view.end)) / 2 / pixel)
    tops, bottoms = y.pixels(view.high), y.pixels(view.low)
    known = np.isfinite(tops) & np.isfinite(bottoms)
    places, tops, bottoms = places[known], tops[known], bottoms[known]
    if not len(places):
        return np.empty((0, 4))
    heads = np.flatnonzero(np.diff(places, prepend=places[0] - 1))
    places = places[heads]
    tops, bottoms = np.minimum.reduceat(tops, heads), np.maximum.reduceat(bottoms, heads)
    next_ = np.flatnonzero(np.diff(places) == 1) + 1
    high, low = tops.copy(), bottoms.copy()
    high[next_] = np.minimum(tops[next_], bottoms[next_ - 1])
    low[next_] = np.maximum(bottoms[next_], tops[next_ - 1])
    middle = (places + 0.5) * pixel
    return np.stack((middle, high, middle, np.maximum(low, high + pixel)), axis=1)


def paint_segments(painter: QPainter, segments: Segments) -> None:
    """Draw straight pieces with the painter's pen."""
    if not len(segments):
        return
    block = np.ascontiguousarray(segments, np.float64)
    first = Shiboken.wrapInstance(block.ctypes.data, QLineF)
    assert isinstance(first, QLineF)
    painter.drawLines(first, len(block))


def paint_line(
    painter: QPainter, view: View, scales: tuple[Scale, Scale], pen: QPen, *, dashed: bool = False
) -> None:
    """Draw one line; a dashed one in pieces of fixed length where its points lie close.

    A noisy one, whose columns are tall, is drawn sharp: that is several times faster.
    """
    pixel = 1 / painter.device().devicePixelRatioF()
    if not view.exact and _noisy(view, scales[1]):
        segments = columns_of(view, *scales, pixel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(pen.color(), 0))
        paint_segments(painter, segments[_dash(segments)] if dashed else segments)
        return
    segments = segments_of(view, *scales)
    few = len(segments) <= FEW
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=few or pen.widthF() > 1)
    if few:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashed and few and _far_apart(segments):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([DASH_PX / pen.widthF(), 0.7 * DASH_PX / pen.widthF()])
        painter.setPen(pen)
        for run in _runs(segments):
            painter.drawPolyline(run)
        return
    if dashed:
        segments = segments[_dash(segments)]
    painter.setPen(pen)
    paint_segments(painter, segments)


def paint_dots(
    painter: QPainter, view: View, scales: tuple[Scale, Scale], colour: QColor, size: float
) -> None:
    """Draw a dot on every point, for a line that has few."""
    xs, ys = scales[0].pixels(view.start), scales[1].pixels(view.last)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    known = np.isfinite(ys)
    painter.drawPoints(
        [QPointF(a, b) for a, b in zip(xs[known].tolist(), ys[known].tolist(), strict=True)]
    )


def _noisy(view: View, y: Scale) -> bool:
    heights = y.pixels(view.low) - y.pixels(view.high)
    known = heights[np.isfinite(heights)]
    return len(known) > FEW and bool(np.median(known) > _TALL_PX)


def _dash(segments: Segments) -> NDArray[np.bool_]:
    return np.asarray((segments[:, 0] // DASH_PX) % 2 < 1)


def _far_apart(segments: Segments) -> bool:
    return len(segments) > 0 and float(np.median(np.abs(segments[:, 2] - segments[:, 0]))) > 2.0


def _runs(segments: Segments) -> list[QPolygonF]:
    """Put pieces that follow each other into one line each, so that dashes go on over corners."""
    runs: list[QPolygonF] = []
    end: tuple[float, float] | None = None
    for x1, y1, x2, y2 in segments.tolist():
        if (x1, y1) != end:
            runs.append(QPolygonF([QPointF(x1, y1)]))
        runs[-1].append(QPointF(x2, y2))
        end = (x2, y2)
    return runs
