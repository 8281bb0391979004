"""Pick: the next click chooses a block of some; Esc and a click elsewhere choose none."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QPainter

from studio.core.graph import NodeId
from studio.ui.canvas.hits import CardHit, PortHit
from studio.ui.canvas.labels import draw_label

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Pick(Gesture):
    """Let one of ``offered`` be clicked; the others step back."""

    cursor = Qt.CursorShape.PointingHandCursor
    dimming = True

    def __init__(
        self,
        surface: "Surface",
        words: str,
        offered: Collection[NodeId],
        then: Callable[[NodeId], object],
    ) -> None:
        super().__init__(surface, QPointF(surface.rect().center()))
        self.moved = True
        self._words = words
        self._offered = set(offered)
        self._then = then

    def move(self, at: QPointF, keys: Keys) -> None:
        found = self.surface.hit(at, wires=False)
        self.surface.hover(found if isinstance(found, CardHit) else None)
        self.surface.update()

    def finish(self, at: QPointF, keys: Keys) -> None:
        found = self.surface.hit(at, wires=False)
        node = found.end.node if isinstance(found, PortHit) else None
        node = found.node if isinstance(found, CardHit) else node
        if node in self._offered and node is not None:
            self._then(node)
        self.surface.update()

    def dims(self, node: NodeId) -> bool:
        return node not in self._offered

    def paint(self, painter: QPainter) -> None:
        draw_label(painter, self.surface.theme, self._words, self.at, QSizeF(self.surface.size()))
