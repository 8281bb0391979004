"""Rewire: pull from one port to another of its sort, to move or exchange the wires there."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.app.rewiring import moved_whole, swap
from studio.core.graph import End
from studio.ui.canvas.hits import CardHit, PortHit
from studio.ui.canvas.labels import draw_label

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Rewire(Gesture):
    """Show from where to where; what happens on release is the part of each sort."""

    cursor = Qt.CursorShape.CrossCursor
    follows_edge = True
    output = False
    words = ""

    def __init__(self, surface: "Surface", at: QPointF, end: End) -> None:
        super().__init__(surface, at)
        self._end = end
        self.onto: End | None = None

    def move(self, at: QPointF, keys: Keys) -> None:
        self.onto = self._aim(at)
        self.surface.update()

    def finish(self, at: QPointF, keys: Keys) -> None:
        onto = self._aim(at)
        if onto is not None:
            self.join(self._end, onto)

    def join(self, end: End, onto: End) -> None:
        """Do it."""
        raise NotImplementedError

    def click(self, keys: Keys) -> None:
        self.workspace.select({self._end.node})

    def cancel(self) -> None:
        self.surface.update()

    def paint(self, painter: QPainter) -> None:
        if not self.moved:
            return
        model, view = self.surface.model, self.surface.view_from_scene
        accent = QColor(self.surface.theme.accent)
        start = view(model.port_at(self._end, output=self.output))
        stop = view(model.port_at(self.onto, output=self.output)) if self.onto else self.at
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, 2.0, Qt.PenStyle.DashLine))
        painter.drawLine(start, stop)
        painter.setPen(QPen(accent, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for point in (start, stop) if self.onto else (start,):
            painter.drawEllipse(point, 9.0, 9.0)
        size = QSizeF(self.surface.size())
        draw_label(painter, self.surface.theme, self.words, self.at, size)

    def _aim(self, at: QPointF) -> End | None:
        """Return the port that a release here would take: the one hit, or the first of a card."""
        found = self.surface.hit(at, wires=False)
        if isinstance(found, PortHit) and found.output == self.output:
            return found.end if found.end != self._end else None
        node = found.node if isinstance(found, CardHit) else ""
        node = found.end.node if isinstance(found, PortHit) else node
        if not node or node == self._end.node:
            return None
        layout = self.surface.model.layouts[self.surface.model.row[node]]
        places = layout.outputs if self.output else layout.inputs
        return End(node, places[0].name) if places else None


class MoveAll(Rewire):
    """Move all wires of an output to another output."""

    output = True
    words = "Move all wires to another output"

    def join(self, end: End, onto: End) -> None:
        moved_whole(self.workspace, end, onto)


class Swap(Rewire):
    """Exchange the wires of two inputs."""

    words = "Swap with another input"

    def join(self, end: End, onto: End) -> None:
        swap(self.workspace, end, onto)
