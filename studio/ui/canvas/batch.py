"""Batch: hand whole arrays to a painter at once, without a Python object per shape.

The painter reads the array's memory as its own rectangles or lines, four doubles
each, or pieces of a picture, ten.
PySide does not document this; tests/ui/test_canvas_view.py keeps watch.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPixmap
from shiboken6 import wrapInstance


def draw_rects(painter: QPainter, rects: NDArray[np.float64]) -> None:
    """Draw rectangles ``(n, 4)`` of x, y, width and height."""
    if len(rects):
        rects = np.ascontiguousarray(rects, np.float64)
        first = wrapInstance(rects.ctypes.data, QRectF)
        assert isinstance(first, QRectF)
        painter.drawRects(first, len(rects))


def draw_pictures(
    painter: QPainter, pixmap: QPixmap, corners: NDArray[np.float64], *, stretch: float = 1.0
) -> None:
    """Draw a picture, stretched, with its top left corner at each of points ``(n, 2)``."""
    width, height = pixmap.width(), pixmap.height()
    fragments = np.zeros((len(corners), 10))
    fragments[:, :2] = corners + np.array([width / 2, height / 2]) * stretch
    fragments[:, 4:6] = width, height
    fragments[:, 6:8] = stretch
    fragments[:, 9:] = 1.0  # opacity
    if len(fragments):
        first = wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
        assert isinstance(first, QPainter.PixmapFragment)
        painter.drawPixmapFragments(first, len(fragments), pixmap)


def draw_lines(painter: QPainter, lines: NDArray[np.float64]) -> None:
    """Draw straight lines ``(n, 4)`` of x0, y0, x1 and y1."""
    if len(lines):
        lines = np.ascontiguousarray(lines, np.float64)
        first = wrapInstance(lines.ctypes.data, QLineF)
        assert isinstance(first, QLineF)
        painter.drawLines(first, len(lines))
