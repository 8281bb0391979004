"""Guides: what is being carried lines up with what stands near, and a line shows with what."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from .strands import Floats, Ints

if TYPE_CHECKING:
    from .surface import Surface

NEAR_PX = 7.0
"""How near two edges must come to line up, in view pixels."""
MOST = 400
"""With more cards in view than this none is lined up with: the lines would tell nothing."""
SHARES = (0.0, 0.5, 1.0)
"""The edges that line up: near side, middle, far side."""


class Guides:
    """Lines up one rectangle with the cards that are seen and not carried."""

    def __init__(
        self, surface: "Surface", carried: Ints, lead: tuple[float, float, float, float]
    ) -> None:
        model = surface.model
        seen = model.cards_in(surface.camera.rect_to_scene(surface.rect().toRectF()))
        rest = np.setdiff1d(seen, carried) if len(seen) <= MOST else seen[:0]
        self._surface = surface
        self._others: Floats = model.rects[rest]
        self._lead = np.array(lead)
        self._lines: list[tuple[float, float, float, float]] = []

    def clear(self) -> None:
        """Show no lines."""
        self._lines = []

    def snapped(self, shift: Floats, step: float) -> Floats:
        """Return a shift under which the lead stands in line with a card, else on the grid."""
        at = self._lead[:2] + shift
        near = NEAR_PX / self._surface.camera.zoom
        to = np.array([self._aligned(axis, float(at[axis]), near, step) for axis in (0, 1)])
        self._lines = [line for axis in (0, 1) for line in self._line(axis, to)]
        found: Floats = to - self._lead[:2]
        return found

    def paint(self, painter: QPainter, surface: "Surface") -> None:
        """Paint the lines, in view pixels."""
        if not self._lines:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(surface.theme.accent), 1.0, Qt.PenStyle.DashLine))
        for x0, y0, x1, y1 in self._lines:
            start, stop = QPointF(x0, y0), QPointF(x1, y1)
            painter.drawLine(surface.view_from_scene(start), surface.view_from_scene(stop))

    def _aligned(self, axis: int, at: float, near: float, step: float) -> float:
        """Return where the lead's near side comes to stand along one axis."""
        lead = self._lead[2 + axis]
        best, away = round(at / step) * step, near
        for share in SHARES:
            edges = self._others[:, axis] + share * self._others[:, 2 + axis]
            gaps = edges - (at + share * lead)
            if len(gaps):
                nearest = float(gaps[np.abs(gaps).argmin()])
                if abs(nearest) < away:
                    best, away = at + nearest, abs(nearest)
        return best

    def _line(self, axis: int, to: Floats) -> list[tuple[float, float, float, float]]:
        """Return the line along the first edge that the lead shares with other cards."""
        other = 1 - axis
        for share in SHARES:
            edge = to[axis] + share * self._lead[2 + axis]
            edges = self._others[:, axis] + share * self._others[:, 2 + axis]
            same = self._others[np.abs(edges - edge) < 0.01]
            if len(same):
                low = min(float(same[:, other].min()), float(to[other]))
                far = float((same[:, other] + same[:, 2 + other]).max())
                high = max(far, float(to[other] + self._lead[2 + other]))
                flat = (low, float(edge), high, float(edge))
                return [flat if axis else (flat[1], flat[0], flat[3], flat[2])]
        return []
