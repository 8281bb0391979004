"""Place: a block held over the canvas, from the palette; it ends where it is dropped."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from studio.core.edits import AddNodes
from studio.ui.canvas.content import preview
from studio.ui.canvas.geometry import ANCHOR_Y, STEP, WIDTH

from .gesture import Gesture, Keys
from .insertion import Insertion

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Place(Gesture):
    """Show where a new block would come to stand, and put it there.

    On a wire it goes into the wire, and what follows makes room; with Alt nothing moves.
    """

    def __init__(self, surface: "Surface", at: QPointF, kind: str) -> None:
        super().__init__(surface, at)
        self._kind = kind
        self._spec = self.workspace.offer.specs[kind]
        self._corner = corner(surface.scene_from_view(at))
        self._node = self.workspace.new_node(kind, *self._corner)
        self._content = preview(self._node, self._spec)
        self._insertion = Insertion(surface)

    def move(self, at: QPointF, keys: Keys) -> None:
        self._corner = corner(self.surface.scene_from_view(at))
        self._node = replace(self._node, x=self._corner[0], y=self._corner[1])
        self._insertion.aim(self._node, self._corner)
        self.surface.update()

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        wires, tight = self._insertion.wires, bool(keys & Keys.AltModifier)
        (x, y), shift = self._insertion.room(self._corner, tight=tight)
        self._node = replace(self._node, x=x, y=y)
        verb = "Insert" if wires else "Add"
        label = f"{verb} {self._spec.title}"
        brought = self.workspace.brought_by(self._kind)
        with self.workspace.document.grouped(label):
            placed = self.workspace.apply(AddNodes((self._node,), wires, label, composites=brought))
            if placed and shift is not None:
                self.workspace.apply(shift)
        if placed:
            self.workspace.select({self._node.id})

    def cancel(self) -> None:
        self.surface.hover(None)
        self.surface.update()

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.translate(self.surface.view_from_scene(QPointF(self._node.x, self._node.y)))
        painter.scale(self.surface.camera.zoom, self.surface.camera.zoom)
        painter.setOpacity(0.9)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self.surface.card_painter().cards.paint(painter, self._content)
        painter.restore()


def corner(at: QPointF) -> tuple[float, float]:
    """Return where a card's corner lies on the grid when the card is held at a point."""
    x = round((at.x() - WIDTH / 2) / STEP) * STEP
    return x, round((at.y() - ANCHOR_Y) / STEP) * STEP
