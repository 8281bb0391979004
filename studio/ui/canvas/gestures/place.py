"""Place: a block held over the canvas, from the palette; it ends where it is dropped."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from studio.app.joining import inserted
from studio.core.edits import AddNodes
from studio.core.graph import Node, Wire
from studio.ui.canvas.content import preview
from studio.ui.canvas.geometry import ANCHOR_Y, STEP, WIDTH
from studio.ui.canvas.hits import WireHit

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Place(Gesture):
    """Show where a new block would come to stand, and put it there; on a wire, into the wire."""

    def __init__(self, surface: "Surface", at: QPointF, kind: str) -> None:
        super().__init__(surface, at)
        self._kind = kind
        self._spec = self.workspace.catalog.blocks[kind]
        self._node = self.workspace.new_node(kind, *corner(surface.scene_from_view(at)))
        self._content = preview(self._node, self._spec)
        self._wires: tuple[Wire, ...] = ()
        self._asked: dict[Wire, tuple[Wire, ...]] = {}

    def move(self, at: QPointF, keys: Keys) -> None:
        x, y = corner(self.surface.scene_from_view(at))
        node = self._node
        self._node = Node(node.id, node.kind, node.title, node.params, x, y)
        found = self.surface.hit(at)
        self._wires = ()
        if isinstance(found, WireHit):
            if found.wire not in self._asked:
                self._asked[found.wire] = inserted(self.workspace, self._node, found.wire)
            self._wires = self._asked[found.wire]
        self.surface.hover(found if self._wires else None)
        self.surface.update()

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        verb = "Insert" if self._wires else "Add"
        label = f"{verb} {self._spec.title}"
        if self.workspace.apply(AddNodes((self._node,), self._wires, label)):
            self.workspace.select({self._node.id})

    def cancel(self) -> None:
        self.surface.hover(None)
        self.surface.update()

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.translate(self.surface.view_from_scene(QPointF(self._node.x, self._node.y)))
        painter.scale(self.surface.camera.zoom, self.surface.camera.zoom)
        painter.setOpacity(0.75)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self.surface.card_painter().cards.paint(painter, self._content)
        painter.restore()


def corner(at: QPointF) -> tuple[float, float]:
    """Return where a card's corner lies on the grid when the card is held at a point."""
    x = round((at.x() - WIDTH / 2) / STEP) * STEP
    return x, round((at.y() - ANCHOR_Y) / STEP) * STEP
