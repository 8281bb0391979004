"""Bend: a dot on a wire, put there or carried; the wire runs through it."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.app.rewiring import bend
from studio.core.graph import Wire
from studio.core.marks import Point
from studio.ui.canvas import curves
from studio.ui.canvas.geometry import STEP

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Bend(Gesture):
    """Carry a dot of a wire; it snaps to the grid, and freely with Alt."""

    cursor = Qt.CursorShape.SizeAllCursor
    follows_edge = True

    def __init__(self, surface: "Surface", at: QPointF, wire: Wire, place: int) -> None:
        super().__init__(surface, at)
        self._wire, self._place = wire, place
        self._before = surface.model.strands.bends[wire.target]
        self._points = self._before

    def move(self, at: QPointF, keys: Keys) -> None:
        here = self.surface.scene_from_view(at)
        step = 1.0 if keys & Keys.AltModifier else STEP / 2
        point = (round(here.x() / step) * step, round(here.y() / step) * step)
        points = list(self._before)
        points[self._place] = point
        self._show(tuple(points))

    def finish(self, at: QPointF, keys: Keys) -> None:
        points = self._points
        self._show(self._before)
        if points != self._before:
            bend(self.workspace, self._wire.target, points, "Move bend")

    def click(self, keys: Keys) -> None:
        if keys & Keys.AltModifier:
            drop_bend(self.surface, self._wire, self._place)
        else:
            self.workspace.select(())
            self.workspace.mark(wires={self._wire.target})

    def cancel(self) -> None:
        self._show(self._before)

    def _show(self, points: tuple[Point, ...]) -> None:
        strands = self.surface.model.strands
        self._points = points
        if self._wire.target in strands.rows:
            strands.bend(self._wire.target, points, self.surface.model.rects)
        self.surface.hurry()


class NewBend(Gesture):
    """Put a dot on a wire where it is pressed, or where it is carried to from there."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, surface: "Surface", at: QPointF, wire: Wire) -> None:
        super().__init__(surface, at)
        self._wire = wire
        self._place = _strand_at(surface, wire, surface.scene_from_view(at))

    def move(self, at: QPointF, keys: Keys) -> None:
        self.hides = self._wire.target
        self.surface.hurry()

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.hides = None
        bend(self.workspace, self._wire.target, self._points(at), "Bend wire")

    def click(self, keys: Keys) -> None:
        add_bend(self.surface, self._wire, self.start)

    def cancel(self) -> None:
        self.hides = None
        self.surface.hurry()

    def paint(self, painter: QPainter) -> None:
        if self.moved:
            model = self.surface.model
            first = model.port_at(self._wire.source, output=True)
            last = model.port_at(self._wire.target, output=False)
            paint_course(painter, self.surface, [first, *map(_point, self._points(self.at)), last])

    def _points(self, at: QPointF) -> tuple[Point, ...]:
        return _with(self.surface, self._wire, self._place, self.surface.scene_from_view(at))


def paint_course(painter: QPainter, surface: "Surface", points: list[QPointF]) -> None:
    """Paint a wire being drawn, through points of the canvas, with dots at the inner ones."""
    camera, accent = surface.camera, QColor(surface.theme.accent)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(camera.x, camera.y)
    painter.scale(camera.zoom, camera.zoom)
    pen = QPen(accent, 2.0)
    pen.setCosmetic(True)
    painter.setPen(pen)
    for knots in curves.through(np.array([point.toTuple() for point in points])):
        painter.drawPath(curves.path_of(knots))
    painter.setBrush(accent)
    for point in points[1:-1]:
        painter.drawEllipse(point, 4.5, 4.5)
    painter.restore()


def add_bend(surface: "Surface", wire: Wire, at: QPointF) -> None:
    """Lead a wire through a point of the view that lies on it."""
    here = surface.scene_from_view(at)
    points = _with(surface, wire, _strand_at(surface, wire, here), here)
    bend(surface.workspace, wire.target, points, "Bend wire")


def drop_bend(surface: "Surface", wire: Wire, place: int) -> None:
    """Take a dot off a wire."""
    points = list(surface.model.strands.bends[wire.target])
    del points[place]
    bend(surface.workspace, wire.target, tuple(points), "Remove bend")


def _with(surface: "Surface", wire: Wire, place: int, at: QPointF) -> tuple[Point, ...]:
    points = list(surface.model.strands.bends.get(wire.target, ()))
    points.insert(place, (float(round(at.x())), float(round(at.y()))))
    return tuple(points)


def _point(at: Point) -> QPointF:
    return QPointF(*at)


def _strand_at(surface: "Surface", wire: Wire, at: QPointF) -> int:
    """Return between which bends of a wire a point lies."""
    rows = list(surface.model.strands.rows[wire.target])
    away = curves.polylines(surface.model.strands.knots[rows], 24) - [at.x(), at.y()]
    return int((away**2).sum(axis=2).min(axis=1).argmin())
