"""Icons: the bundled drawings in the colours of the theme, sharp at every scale."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.resources import resource

from .theme import Tokens

_SIZES_PX = (16, 32, 48)


class Icons:
    """The icons of one theme, each drawn once. Lives no longer than the window that holds it."""

    def __init__(self, theme: Tokens) -> None:
        self._theme = theme
        self._made: dict[tuple[str, str], QIcon] = {}

    def get(self, name: str, colour: str = "") -> QIcon:
        """Return an icon in the colour of text, or in another; no name gives an empty icon."""
        key = (name, colour or self._theme.text)
        if name and key not in self._made:
            self._made[key] = self._make(*key)
        return self._made.get(key, QIcon())

    def _make(self, name: str, colour: str) -> QIcon:
        icon = QIcon()
        for size in _SIZES_PX:
            icon.addPixmap(drawn(name, colour, size), QIcon.Mode.Normal)
            icon.addPixmap(drawn(name, self._theme.disabled, size), QIcon.Mode.Disabled)
        return icon


def drawn(name: str, colour: str, size_px: int) -> QPixmap:
    """Return an icon as a picture of so many device pixels."""
    # QtSvg knows no current colour and would draw black.
    text = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return pixmap
