"""Gesture: one movement of the pointer from press to release; it ends in one edit or in none."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from studio.core.graph import End, NodeId

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface

Keys = Qt.KeyboardModifier
THRESHOLD_PX = 4.0
"""A press that moves less is a click."""


class Gesture:
    """What all gestures share: a start, the difference between click and drag, a way back."""

    cursor = Qt.CursorShape.ArrowCursor
    dimming = False
    """Whether cards may step back while it lasts."""
    follows_edge = False
    """Whether the view moves on when the pointer comes to its edge."""

    def __init__(self, surface: "Surface", at: QPointF) -> None:
        self.surface = surface
        self.workspace = surface.workspace
        self.start = at
        self.at = at
        self.moved = False
        self.hides: End | None = None

    def drag(self, at: QPointF, keys: Keys) -> None:
        """Follow the pointer; the first few pixels do not count."""
        self.at = at
        far = (at - self.start).manhattanLength() > THRESHOLD_PX
        if self.moved or far:
            self.moved = True
            self.move(at, keys)

    def release(self, at: QPointF, keys: Keys) -> None:
        """End as a drag or as a click."""
        self.at = at
        if self.moved:
            self.finish(at, keys)
        else:
            self.click(keys)

    def move(self, at: QPointF, keys: Keys) -> None:
        """Show what a release here would do."""

    def finish(self, at: QPointF, keys: Keys) -> None:
        """Do it."""

    def click(self, keys: Keys) -> None:
        """End without having moved."""

    def cancel(self) -> None:
        """Leave everything as it was before."""

    def drop_dot(self) -> None:
        """Take note of Alt, or of another button, pressed on the way."""

    def dims(self, _node: NodeId) -> bool:
        """Tell whether a card steps back."""
        return False

    def paint(self, painter: QPainter) -> None:
        """Paint over the drawing, in view pixels."""
