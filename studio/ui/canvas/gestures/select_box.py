"""SelectBox: draw a box; what it touches is selected."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.core.graph import NodeId

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class SelectBox(Gesture):
    """Select by a box: alone, added with Shift, toggled with Ctrl."""

    follows_edge = True

    def __init__(self, surface: "Surface", at: QPointF) -> None:
        super().__init__(surface, at)
        self._before = self.workspace.selection
        self._corner = surface.scene_from_view(at)

    def move(self, at: QPointF, keys: Keys) -> None:
        model = self.surface.model
        touched = {model.ids[row] for row in model.cards_in(self._box())}
        self.workspace.select(combined(self._before, touched, keys))
        self.surface.hurry()

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.surface.update()

    def click(self, keys: Keys) -> None:
        if not keys & (Keys.ShiftModifier | Keys.ControlModifier):
            self.workspace.select(())

    def cancel(self) -> None:
        self.workspace.select(self._before)

    def paint(self, painter: QPainter) -> None:
        if not self.moved:
            return
        colour = QColor(self.surface.theme.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(colour, 1.0))
        colour.setAlpha(28)
        painter.setBrush(colour)
        painter.drawRect(self.surface.camera.rect_to_view(self._box()))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _box(self) -> QRectF:
        return QRectF(self._corner, self.surface.scene_from_view(self.at)).normalized()


def combined(before: frozenset[NodeId], touched: set[NodeId], keys: Keys) -> frozenset[NodeId]:
    """Return the selection after touching blocks: Shift adds, Ctrl toggles."""
    if keys & Keys.ControlModifier:
        return before ^ touched
    return before | touched if keys & Keys.ShiftModifier else frozenset(touched)
