"""Sprites: pictures of cards, kept until their words, the zoom or the room for them change."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

from .cards import MARGIN, CardPainter
from .content import CardContent, Plain
from .geometry import WIDTH
from .look import READABLE, Look

ROOM_BYTES = 96_000_000


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture of a card, and what it was made from; ``scale`` is device pixels per unit."""

    content: CardContent | Plain
    scale: float
    pixmap: QPixmap

    @property
    def size_bytes(self) -> int:
        """Memory of the picture."""
        return self.pixmap.width() * self.pixmap.height() * 4

    def size_at(self, scale: float) -> tuple[int, int]:
        """Return width and height in device pixels when stretched to another scale."""
        ratio = scale / self.scale
        return round(self.pixmap.width() * ratio), round(self.pixmap.height() * ratio)


class Sprites:
    """The pictures ``of`` blocks by id and of sorts of cards; when room runs out, the unseen go."""

    def __init__(self, cards: CardPainter, *, room_bytes: int = ROOM_BYTES) -> None:
        self.of: dict[Hashable, Sprite] = {}
        self._cards = cards
        self._room = room_bytes
        self._taken = 0

    def make(self, key: Hashable, content: CardContent | Plain, look: Look) -> Sprite:
        """Paint a card as large as it is seen, and keep the picture under this key."""
        width = max(round((WIDTH + 2 * MARGIN) * look.scale), 1)
        height = max(round((content.height + 2 * MARGIN) * look.scale), 1)
        pixmap = QPixmap(width, height)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        try:
            painter.scale(look.scale, look.scale)
            painter.translate(MARGIN, MARGIN)
            if isinstance(content, Plain):
                self._cards.paint_plain(painter, content)
            elif look.camera.zoom < READABLE:  # finer pixels do not make letters larger
                self._cards.paint_brief(painter, content, look.camera.zoom)
            else:
                self._cards.paint(painter, content)
        finally:
            painter.end()
        old = self.of.get(key)
        sprite = self.of[key] = Sprite(content, look.scale, pixmap)
        self._taken += sprite.size_bytes - (old.size_bytes if old else 0)
        return sprite

    def make_room(self, seen: Collection[Hashable]) -> None:
        """Drop all pictures but those of the blocks that are seen, if they take too much."""
        if self._taken > self._room:
            kept = set(seen)
            self.of = {key: sprite for key, sprite in self.of.items() if key in kept}
            self._taken = sum(sprite.size_bytes for sprite in self.of.values())
