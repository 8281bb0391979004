"""SelectBox: draw a box; to the right it selects what it encloses, to the left what it touches."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.ui.canvas.areas import rect_of

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class SelectBox(Gesture):
    """Select by a box: alone, added with Shift, toggled with Ctrl."""

    follows_edge = True

    def __init__(self, surface: "Surface", at: QPointF) -> None:
        super().__init__(surface, at)
        self._before = self.workspace.selection
        self._marked = self.workspace.marked
        self._corner = surface.scene_from_view(at)

    def move(self, at: QPointF, keys: Keys) -> None:
        model, box = self.surface.model, self._box()
        touched = {model.ids[row] for row in model.cards_in(box) if self._takes(model.rect(row))}
        frames = {id_ for id_, frame in model.frames.items() if box.contains(rect_of(frame))}
        self.workspace.select(combined(self._before, touched, keys))
        self.workspace.mark(combined(self._marked.frames, frames, keys))
        self.surface.hurry()

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.surface.update()

    def click(self, keys: Keys) -> None:
        if not keys & (Keys.ShiftModifier | Keys.ControlModifier):
            self.workspace.select(())

    def cancel(self) -> None:
        self.workspace.select(self._before)
        self.workspace.mark(self._marked.frames, self._marked.wires)

    def paint(self, painter: QPainter) -> None:
        if not self.moved:
            return
        colour = QColor(self.surface.theme.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        style = Qt.PenStyle.DashLine if self._touching else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 1.0, style))
        colour.setAlpha(28)
        painter.setBrush(colour)
        painter.drawRect(self.surface.camera.rect_to_view(self._box()))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    @property
    def _touching(self) -> bool:
        """Whether the box is drawn to the left, as in programs for technical drawings."""
        return self.at.x() < self.start.x()

    def _takes(self, rect: QRectF) -> bool:
        return self._touching or self._box().contains(rect)

    def _box(self) -> QRectF:
        return QRectF(self._corner, self.surface.scene_from_view(self.at)).normalized()


def combined(before: frozenset[str], touched: set[str], keys: Keys) -> frozenset[str]:
    """Return the selection after touching blocks or frames: Shift adds, Ctrl toggles."""
    if keys & Keys.ControlModifier:
        return before ^ touched
    return before | touched if keys & Keys.ShiftModifier else frozenset(touched)
