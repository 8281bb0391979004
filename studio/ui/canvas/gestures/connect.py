"""Connect: pull a wire from a port, or carry the end of one that is there."""

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from studio.app.joining import Loose, landing, open_ends
from studio.app.rewiring import carry, connect
from studio.core.edits import Disconnect
from studio.core.graph import End, NodeId, Wire
from studio.core.marks import Point
from studio.core.shapes import Kind
from studio.ui.canvas import curves
from studio.ui.canvas.content import kind_at
from studio.ui.canvas.hits import CardHit, PortHit, WireHit
from studio.ui.canvas.labels import draw_label
from studio.ui.canvas.look import READABLE
from studio.ui.canvas.marks import form

from .bend import paint_course
from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.canvas import Canvas

BUDGET_SECS = 0.002
"""How long a frame may ask which ports fit; the rest is asked in the next."""


class Connect(Gesture):
    """Join two ports. ``carried`` is the input that the wire is taken off, if it was there."""

    cursor = Qt.CursorShape.CrossCursor
    dimming = True
    follows_edge = True

    def __init__(
        self, canvas: "Canvas", at: QPointF, loose: Loose, carried: End | None = None
    ) -> None:
        super().__init__(canvas, at)
        self._canvas = canvas
        self.loose = loose
        self._carried = carried
        self.wire: Wire | None = None
        self.reason = ""
        self._over: NodeId | None = None
        self._landings: dict[NodeId, tuple[Wire | None, str]] = {}
        self._fits: dict[NodeId, dict[End, str]] = {}
        self._until, self._waiting = 0.0, False
        self._bends: list[Point] = []

    def drop_dot(self) -> None:
        """Lead the wire through where the pointer is now."""
        if self.moved and self._carried is None:
            here = self.surface.scene_from_view(self.at)
            self._bends.append((float(round(here.x())), float(round(here.y()))))
            self.surface.hurry()

    def move(self, at: QPointF, keys: Keys) -> None:
        self.hides = self._carried
        self._aim(at)
        self.surface.hover(None)
        self.surface.hurry()

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.hides = None
        self._aim(at)
        self.surface.hurry()
        if self.reason:
            self.workspace.refused.tell(self.reason)
        elif self.wire is not None and self._carried is not None:
            if self.wire.target != self._carried:
                carry(self.workspace, self._carried, self.wire)
        elif self.wire is not None:
            connect(self.workspace, self.wire, self._course())
        elif self._over is not None:
            pass  # back on its own block: nothing was meant
        elif self._carried is not None:
            self.workspace.apply(Disconnect((self._carried,)))
        else:
            self._canvas.quick_add(at, self.loose, self._course())

    def click(self, keys: Keys) -> None:
        if self._carried is None:
            self.workspace.select({self.loose.fixed.node})
        elif isinstance(self.surface.hit(self.start), WireHit):
            self._choose_wire(self._carried, keys)

    def _choose_wire(self, end: End, keys: Keys) -> None:
        adding = keys & (Keys.ShiftModifier | Keys.ControlModifier)
        before = self.workspace.marked.wires if adding else frozenset()
        if not adding:
            self.workspace.select(())
        self.workspace.mark(self.workspace.marked.frames, before ^ {end})

    def cancel(self) -> None:
        self.hides = None
        self.surface.hurry()

    def dims(self, node: NodeId) -> bool:
        if node == self.loose.fixed.node:
            return False
        fits = self._fitting(node)
        return fits is not None and all(fits.values())

    def paint(self, painter: QPainter) -> None:
        if not self.moved:
            return
        zoom, theme = self.surface.camera.zoom, self.surface.theme
        if zoom >= READABLE:
            self._paint_fitting(painter, zoom)
        self._paint_wire(painter)
        if self.reason:
            size = QSizeF(self.surface.size())
            draw_label(painter, theme, self.reason, self.at, size, wrong=True)
        if self._waiting:
            self.surface.update()
        self._until, self._waiting = 0.0, False

    def _paint_wire(self, painter: QPainter) -> None:
        joined = self.wire is not None and not self.reason
        fixed = self._view_of(self.loose.fixed, output=self.loose.from_output)
        free = self.at
        if self.wire is not None and joined:
            end = self.wire.target if self.loose.from_output else self.wire.source
            free = self._view_of(end, output=not self.loose.from_output)
        start, stop = (fixed, free) if self.loose.from_output else (free, fixed)
        if self._bends:
            scene = self.surface.scene_from_view
            dots = [QPointF(*point) for point in self._course()]
            paint_course(painter, self.surface, [scene(start), *dots, scene(stop)])
            return
        kind = kind_at(self.workspace, self.loose.fixed, output=self.loose.from_output)
        pen = QPen(self.surface.theme.kind(kind), 2.5)
        pen.setStyle(Qt.PenStyle.SolidLine if joined else Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        camera, scene = self.surface.camera, self.surface.scene_from_view
        painter.save()
        painter.translate(camera.x, camera.y)
        painter.scale(camera.zoom, camera.zoom)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(curves.path(scene(start), scene(stop)))
        painter.restore()

    def _course(self) -> tuple[Point, ...]:
        """Return the dots dropped on the way, from the output to the input."""
        return tuple(self._bends if self.loose.from_output else self._bends[::-1])

    def _aim(self, at: QPointF) -> None:
        """Find what a release here would join, or why it would not."""
        self.wire, self.reason, self._over = None, "", None
        found = self.surface.hit(at, wires=False)
        if isinstance(found, PortHit) and found.output != self.loose.from_output:
            self._over = found.end.node
            if found.end.node != self.loose.fixed.node:
                self._aim_at_port(found.end)
            return
        if isinstance(found, (PortHit, CardHit)):
            node = found.end.node if isinstance(found, PortHit) else found.node
            self._over = node
            if self._carried is not None and node == self._carried.node:
                self.wire = self.loose.to(self._carried)
            elif node != self.loose.fixed.node:
                if node not in self._landings:
                    self._landings[node] = landing(self.workspace, node, self.loose)
                self.wire, self.reason = self._landings[node]

    def _aim_at_port(self, end: End) -> None:
        self.wire = self.loose.to(end)
        known = self._fits.get(end.node, {})
        reason = known.get(end)
        self.reason = self.workspace.refusal(self.wire) if reason is None else reason

    def _fitting(self, node: NodeId) -> dict[End, str] | None:
        """Return why each port of a card is refused; None while there was no time to ask."""
        known = self._fits.get(node)
        if known is not None:
            return known
        self._until = self._until or perf_counter() + BUDGET_SECS
        if perf_counter() > self._until:
            self._waiting = True
            return None
        ends = open_ends(self.workspace, node, self.loose)
        answer = {end: self.workspace.refusal(self.loose.to(end)) for end in ends}
        self._fits[node] = answer
        return answer

    def _paint_fitting(self, painter: QPainter, zoom: float) -> None:
        """Light up the ports that would take the wire."""
        model, output = self.surface.model, not self.loose.from_output
        area = self.surface.camera.rect_to_scene(self.surface.rect().toRectF())
        by_kind: dict[Kind, list[QPointF]] = {}
        for row in model.cards_in(area).tolist():
            node = model.ids[row]
            for end, refused in self._fits.get(node, {}).items():
                if not refused and node != self.loose.fixed.node:
                    kind = kind_at(self.workspace, end, output=output)
                    by_kind.setdefault(kind, []).append(self._view_of(end, output=output))
        for kind, points in by_kind.items():
            colour, halo = self.surface.theme.kind(kind), self.surface.theme.kind(kind)
            halo.setAlpha(70)
            pen = QPen(halo, 22.0 * zoom)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(points)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            mark = QTransform.fromScale(zoom, zoom).map(form(kind, 6.0))
            for point in points:
                painter.drawPath(mark.translated(point))

    def _view_of(self, end: End, *, output: bool) -> QPointF:
        return self.surface.view_from_scene(self.surface.model.port_at(end, output=output))
