"""Batch: hand whole arrays to a painter at once, without a Python object per shape.

The painter reads the array's memory as its own rectangles or lines, which are four doubles each.
PySide does not document this; tests/ui/test_canvas_batch.py keeps watch.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter
from shiboken6 import wrapInstance


def draw_rects(painter: QPainter, rects: NDArray[np.float64]) -> None:
    """Draw rectangles ``(n, 4)`` of x, y, width and height."""
    if len(rects):
        rects = np.ascontiguousarray(rects, np.float64)
        first = wrapInstance(rects.ctypes.data, QRectF)
        assert isinstance(first, QRectF)
        painter.drawRects(first, len(rects))


def draw_lines(painter: QPainter, lines: NDArray[np.float64]) -> None:
    """Draw straight lines ``(n, 4)`` of x0, y0, x1 and y1."""
    if len(lines):
        lines = np.ascontiguousarray(lines, np.float64)
        first = wrapInstance(lines.ctypes.data, QLineF)
        assert isinstance(first, QLineF)
        painter.drawLines(first, len(lines))
