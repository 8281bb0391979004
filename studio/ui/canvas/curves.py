"""Curves: the shape of a wire, for one as a path and for many at once as short lines."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

Floats = NDArray[np.float64]

PIECES = 12
"""Straight lines that stand for one curve where many are drawn at once."""


def reach(ends: Floats) -> Floats:
    """Return how far the handles of wires ``(n, 4)`` reach out of their ports, in canvas units."""
    dx, dy = ends[:, 2] - ends[:, 0], np.abs(ends[:, 3] - ends[:, 1])
    forward = np.maximum(dx * 0.5, np.minimum(64.0, (np.abs(dx) + dy) * 0.4))
    backward = np.clip(64.0 - dx * 0.4, 64.0, 240.0)
    return np.where(dx >= 0, forward, backward)


def polylines(ends: Floats, pieces: int = PIECES) -> Floats:
    """Return wires ``(n, 4)`` as points ``(n, pieces + 1, 2)`` along their curves."""
    t = np.linspace(0.0, 1.0, pieces + 1)[None, :]
    start, near, far, stop = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    x0, y0, x1, y1 = (ends[:, column, None] for column in range(4))
    out = reach(ends)[:, None]
    points = np.empty((len(ends), pieces + 1, 2))
    points[:, :, 0] = x0 * (start + near) + out * (near - far) + x1 * (far + stop)
    points[:, :, 1] = y0 * (start + near) + y1 * (far + stop)
    return points


def lines(ends: Floats, pieces: int = PIECES) -> Floats:
    """Return wires ``(n, 4)`` as straight lines ``(n * pieces, 4)``."""
    points = polylines(ends, pieces)
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 4)


def bounds(ends: Floats) -> Floats:
    """Return left, top, right, bottom ``(n, 4)`` of wires; a curve stays within its handles."""
    out = reach(ends)
    x0, y0, x1, y1 = ends.T
    return np.stack(
        [
            np.minimum(x0, x1 - out), np.minimum(y0, y1),
            np.maximum(x1, x0 + out), np.maximum(y0, y1),
        ],
        axis=1,
    )  # fmt: skip


def path(start: QPointF, stop: QPointF) -> QPainterPath:
    """Return one wire as a smooth path."""
    ends = np.array([[start.x(), start.y(), stop.x(), stop.y()]])
    out = float(reach(ends)[0])
    curve = QPainterPath(start)
    curve.cubicTo(start + QPointF(out, 0.0), stop - QPointF(out, 0.0), stop)
    return curve
