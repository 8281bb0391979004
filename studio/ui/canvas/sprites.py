"""Sprites: pictures of cards, kept until their words, the zoom or the room for them change."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

from .cards import MARGIN, CardPainter
from .content import CardContent
from .geometry import WIDTH

ROOM_BYTES = 96_000_000


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture of a card, and what it was made from; ``scale`` is device pixels per unit."""

    content: CardContent
    scale: float
    pixmap: QPixmap

    @property
    def size_bytes(self) -> int:
        """Memory of the picture."""
        return self.pixmap.width() * self.pixmap.height() * 4


class Sprites:
    """The pictures by key; those not drawn for longest go first."""

    def __init__(self, cards: CardPainter, *, room_bytes: int = ROOM_BYTES) -> None:
        self._cards = cards
        self._room = room_bytes
        self._of: OrderedDict[Hashable, Sprite] = OrderedDict()
        self._taken = 0

    def get(self, key: Hashable) -> Sprite | None:
        """Return the picture under this key, fresh or stale."""
        sprite = self._of.get(key)
        if sprite is not None:
            self._of.move_to_end(key)
        return sprite

    def make(self, key: Hashable, content: CardContent, scale: float, *, plain: bool) -> Sprite:
        """Paint a card, and keep the picture under this key."""
        width = max(round((WIDTH + 2 * MARGIN) * scale), 1)
        height = max(round((content.height + 2 * MARGIN) * scale), 1)
        pixmap = QPixmap(width, height)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        try:
            painter.scale(scale, scale)
            painter.translate(MARGIN, MARGIN)
            if plain:
                self._cards.paint_plain(painter, content)
            else:
                self._cards.paint(painter, content)
        finally:
            painter.end()
        sprite = Sprite(content, scale, pixmap)
        self._keep(key, sprite)
        return sprite

    def clear(self) -> None:
        """Forget all pictures."""
        self._of.clear()
        self._taken = 0

    def _keep(self, key: Hashable, sprite: Sprite) -> None:
        old = self._of.pop(key, None)
        self._taken += sprite.size_bytes - (old.size_bytes if old else 0)
        self._of[key] = sprite
        while self._taken > self._room and len(self._of) > 1:
            _, oldest = self._of.popitem(last=False)
            self._taken -= oldest.size_bytes
