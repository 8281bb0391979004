"""Insertion: the wire into which a block goes that is held over it, be it new or a lone one."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from studio.app.joining import inserted
from studio.core.edits import Move
from studio.core.graph import Node, NodeId, Wire
from studio.core.marks import Point
from studio.ui.canvas.geometry import ANCHOR_Y, WIDTH
from studio.ui.canvas.hits import WireHit, wire_near
from studio.ui.canvas.room import room_between

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Insertion:
    """``wires`` are the two by which the block would stand in the wire; none if there is none."""

    def __init__(self, surface: "Surface") -> None:
        self._surface = surface
        self._asked: dict[Wire, tuple[Wire, ...]] = {}
        self.wires: tuple[Wire, ...] = ()

    def aim(self, node: Node, corner: Point) -> None:
        """Find and mark the wire behind the line of ports of a block held at a corner."""
        surface, self.wires = self._surface, ()
        at = QPointF(corner[0] + WIDTH / 2, corner[1] + ANCHOR_Y)
        wire = wire_near(surface.model, at, surface.camera.zoom)
        if wire is not None and self._others_at(at, node.id):
            wire = None  # it is another block that is meant
        if wire is not None:
            if wire not in self._asked:
                self._asked[wire] = inserted(surface.workspace, node, wire)
            self.wires = self._asked[wire]
        surface.hover(WireHit(wire) if wire is not None and self.wires else None)

    def room(self, corner: Point, *, tight: bool) -> tuple[Point, Move | None]:
        """Return where the block stands, and what moves out of its way unless it is ``tight``."""
        if not self.wires or tight:
            return corner, None
        source, target = self.wires[0].source.node, self.wires[1].target.node
        graph = self._surface.workspace.graph
        corner, shifted = room_between(graph, source, target, corner)
        return corner, Move(shifted) if shifted else None

    def _others_at(self, at: QPointF, node: NodeId) -> bool:
        model = self._surface.model
        rows = model.cards_in(QRectF(at.x(), at.y(), 1e-6, 1e-6)).tolist()
        return any(model.ids[row] != node for row in rows)
