"""Curves: the shape of a wire, for one as a path and for many at once as short lines.

A wire forwards is one smooth bend. A wire backwards leaves to the right, runs home along a lane
between the two cards, or under them where they stand side by side, and arrives from the left.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

Floats = NDArray[np.float64]

PIECES = 12
"""Straight lines that stand for one curve where many are drawn at once; a multiple of three."""
LOOP = 36.0
"""How far a wire backwards reaches out at its ends, in canvas units."""
LANE = 96.0
"""How far under its ends a wire runs back where there is no room between them."""


def knots(ends: Floats) -> Floats:
    """Return wires ``(n, 4)`` as three cubic bends in a row: ``(n, 3, 4, 2)`` of points."""
    bends = _forward(ends)
    back = ends[:, 2] - ends[:, 0] < -1e-9
    if back.any():
        bends[back] = _backward(ends[back])
    return bends


def polylines(bends: Floats, pieces: int = PIECES) -> Floats:
    """Return wires, as their knots, as points ``(n, pieces + 1, 2)`` along their curves."""
    t = np.linspace(0.0, 1.0, pieces // 3 + 1)
    weights = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
    points: Floats = weights @ bends
    first = points[:, 0, :1]
    return np.concatenate([first, points[:, :, 1:].reshape(len(bends), -1, 2)], axis=1)


def lines(bends: Floats, pieces: int = PIECES) -> Floats:
    """Return wires, as their knots, as straight lines ``(n * pieces, 4)``."""
    points = polylines(bends, pieces)
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 4)


def bounds(ends: Floats) -> Floats:
    """Return left, top, right, bottom ``(n, 4)`` of rectangles that hold the wires."""
    x0, y0, x1, y1 = ends.T
    back = np.where(x1 < x0, 1.0, 0.0)
    under = np.where(np.abs(y1 - y0) < LANE, LANE, 0.0) * back
    loop = LOOP * 1.4 * back
    return np.stack(
        [
            np.minimum(x0, x1) - loop,
            np.minimum(y0, y1),
            np.maximum(x0, x1) + loop,
            np.maximum(y0, y1) + under,
        ],
        axis=1,
    )


def path(start: QPointF, stop: QPointF) -> QPainterPath:
    """Return one wire as a smooth path."""
    ends = np.array([[start.x(), start.y(), stop.x(), stop.y()]])
    return path_of(knots(ends)[0])


def _forward(ends: Floats) -> Floats:
    """Return one bend, cut at its thirds so that it has as many parts as a wire backwards."""
    x0, y0, x1, y1 = ends.T
    dx, dy = x1 - x0, np.abs(y1 - y0)
    out = np.minimum(np.maximum(dx * 0.5, np.minimum(64.0, (np.abs(dx) + dy) * 0.4)), dx)
    bend = np.stack([x0, y0, x0 + out, y0, x1 - out, y1, x1, y1], axis=1).reshape(-1, 4, 2)
    return _in_thirds(bend)


def _backward(ends: Floats) -> Floats:
    x0, y0, x1, y1 = ends.T
    lane = np.where(np.abs(y1 - y0) < LANE, np.maximum(y0, y1) + LANE, (y0 + y1) / 2)
    out = LOOP * 1.4
    points = [
        (x0, y0), (x0 + out, y0), (x0 + out, lane), (x0, lane),
        (x0, lane), (x0 * 2 / 3 + x1 / 3, lane), (x0 / 3 + x1 * 2 / 3, lane), (x1, lane),
        (x1, lane), (x1 - out, lane), (x1 - out, y1), (x1, y1),
    ]  # fmt: skip
    return np.stack([np.stack(point, axis=1) for point in points], axis=1).reshape(-1, 3, 4, 2)


def _in_thirds(bends: Floats) -> Floats:
    """Return cubic bends ``(n, 4, 2)`` cut at a third and two thirds: ``(n, 3, 4, 2)``."""
    across, down = bends[:, :, 0] @ _THIRDS.T, bends[:, :, 1] @ _THIRDS.T
    parts: Floats = np.stack([across, down], axis=2).reshape(-1, 3, 4, 2)
    return parts


def _cut(start: float, stop: float) -> Floats:
    """Return the weights ``(4, 4)`` that take a cubic bend to the part between two shares."""

    def blossom(*at: float) -> Floats:
        points = np.eye(4)
        for t in at:
            points = points[:-1] * (1 - t) + points[1:] * t
        at_last: Floats = points[0]
        return at_last

    corners = ((start, start, start), (start, start, stop), (start, stop, stop), (stop, stop, stop))
    weights: Floats = np.stack([blossom(*at) for at in corners])
    return weights


_THIRDS = np.concatenate([_cut(i / 3, (i + 1) / 3) for i in range(3)])


def through(points: Floats) -> Floats:
    """Return one smooth curve through points ``(m, 2)`` as knots ``(m - 1, 3, 4, 2)``.

    It leaves and arrives sideways, as every wire does, and passes each point between them in the
    direction from the one before to the one after, but level where it would swing out beyond it.
    """
    ways = np.zeros_like(points)
    ways[[0, -1]] = 1.0, 0.0
    steps = points[1:] - points[:-1]
    across = np.where(steps[1:] * steps[:-1] > 0.0, points[2:] - points[:-2], 0.0)
    ways[1:-1] = across / np.maximum(np.hypot(*across.T), 1e-9)[:, None]
    reach = (np.hypot(*(points[1:] - points[:-1]).T) * 0.38)[:, None]
    bends = [
        points[:-1],
        points[:-1] + ways[:-1] * reach,
        points[1:] - ways[1:] * reach,
        points[1:],
    ]
    bend = np.stack(bends, axis=1)
    return _in_thirds(bend)


def path_of(bends: Floats) -> QPainterPath:
    """Return the knots of one strand as a smooth path."""
    curve = QPainterPath(QPointF(*bends[0, 0].tolist()))
    for _, near, far, end in bends.tolist():
        curve.cubicTo(*near, *far, *end)
    return curve
