"""Pan: pull the paper."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Pan(Gesture):
    """Move the view with the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, surface: "Surface", at: QPointF) -> None:
        super().__init__(surface, at)
        self._camera = surface.camera

    def move(self, at: QPointF, keys: Keys) -> None:
        by = at - self.start
        self.surface.look_through(self._camera.panned(by.x(), by.y()))

    def cancel(self) -> None:
        self.surface.look_through(self._camera)
