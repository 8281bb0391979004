"""Following a token: where one query looks, in every map that is seen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from studio.ui.theme import Tokens

from .paint import Row
from .ticks import number

MOST = 4
"""Keys that are named."""


def named(place: int, names: Sequence[str]) -> str:
    """Return what a step is called: its position, and its token if that is known."""
    return f"position {place + 1}" + (f" {names[place]}" if place < len(names) else "")


def looked_at(row: NDArray[np.floating], names: Sequence[str]) -> list[Row]:
    """Return the keys that get most of a query's weight, the greatest first."""
    order = np.argsort(row)[::-1][:MOST].tolist()
    return [Row(named(key, names), number(float(row[key]))) for key in order if row[key] > 0]


def paint_followed(
    painter: QPainter, place: QRectF, query: int, queries: int, theme: Tokens
) -> None:
    """Frame a query's row of a map, and veil the others a little."""
    tall = place.height() / queries
    row = QRectF(place.left(), place.top() + query * tall, place.width(), max(tall, 2.0))
    veil = QColor(theme.panel)
    veil.setAlpha(110)
    painter.fillRect(QRectF(place.topLeft(), row.topRight()), veil)
    painter.fillRect(QRectF(row.bottomLeft(), place.bottomRight()), veil)
    painter.setPen(QPen(QColor(theme.accent), 1))
    painter.drawRect(row)
