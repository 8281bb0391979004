"""Cut: a stroke through wires; those it crosses are taken away."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.app.rewiring import cut
from studio.core.graph import End
from studio.ui.canvas import curves
from studio.ui.canvas.batch import draw_lines
from studio.ui.canvas.strands import Bools, Floats

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Cut(Gesture):
    """Draw a line by hand; on release the wires under it are cut, all in one step."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, surface: "Surface", at: QPointF) -> None:
        super().__init__(surface, at)
        self._stroke = [surface.scene_from_view(at)]
        self.crossed: set[End] = set()

    def move(self, at: QPointF, keys: Keys) -> None:
        here = self.surface.scene_from_view(at)
        self.crossed |= self._between(self._stroke[-1], here)
        self._stroke.append(here)
        self.surface.update()

    def finish(self, at: QPointF, keys: Keys) -> None:
        cut(self.workspace, self.crossed)

    def cancel(self) -> None:
        self.surface.update()

    def paint(self, painter: QPainter) -> None:
        theme, view = self.surface.theme, self.surface.view_from_scene
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strands = self.surface.model.strands
        rows = [row for end in self.crossed for row in strands.rows.get(end, ())]
        if rows:
            camera = self.surface.camera
            lines = curves.lines(strands.knots[rows], 48) * camera.zoom
            painter.setPen(QPen(QColor(theme.error), 3.0))
            draw_lines(painter, lines + [camera.x, camera.y] * 2)
        painter.setPen(QPen(QColor(theme.error), 1.5, Qt.PenStyle.DashLine))
        painter.drawPolyline([view(point) for point in self._stroke])

    def _between(self, start: QPointF, stop: QPointF) -> set[End]:
        strands = self.surface.model.strands
        rows = strands.seen_in(QRectF(start, stop).normalized().adjusted(-1, -1, 1, 1))
        if not len(rows):
            return set()
        lines = curves.lines(strands.knots[rows], 24)
        a, b = np.array(start.toTuple()), np.array(stop.toTuple())
        met = crossing(lines, a, b).reshape(len(rows), -1).any(axis=1)
        return {strands.wires[row].target for row in rows[met].tolist()}


def crossing(lines: Floats, a: Floats, b: Floats) -> Bools:
    """Tell for each of lines ``(n, 4)`` whether it crosses the one from ``a`` to ``b``."""
    c, d = lines[:, :2], lines[:, 2:]

    def side(p: Floats, q: Floats, r: Floats) -> Floats:
        across = (q - p)[..., 0] * (r - p)[..., 1] - (q - p)[..., 1] * (r - p)[..., 0]
        return np.asarray(np.sign(across), float)

    apart = (side(a, b, c) != side(a, b, d)) & (side(c, d, a) != side(c, d, b))
    return np.asarray(apart, bool)
