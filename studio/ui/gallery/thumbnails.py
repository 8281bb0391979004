"""Thumbnails: little pictures of drawings, painted one a turn of the event loop when wanted."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QImage, QPainter, QPixmap

from studio.app.gallery import Exhibit
from studio.app.shelf import Shelf
from studio.app.workspace import Workspace
from studio.core.catalog import Catalog
from studio.core.document import Document
from studio.core.experiment import Experiment
from studio.core.layout import folded
from studio.ui.canvas.picture import NetworkPicture
from studio.ui.theme import Tokens

LARGEST_SCALE = 0.75
"""A drawing of two blocks is not blown up."""
LONGEST = 3.0
"""How many times as wide as high a drawing may be to be shown as it is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which picture: whose, in which theme, how large in pixels of the screen."""

    exhibit: Exhibit
    theme: str
    size: tuple[int, int]
    ratio: float


class Thumbnails(QObject):
    """Pictures of exhibits by name, kept as long as the window lives."""

    made = Signal(str)

    def __init__(self, shelf: Shelf, catalog: Catalog, parent: QObject) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._catalog = catalog
        self._pictures: dict[Wanted, QPixmap] = {}
        self._waiting: dict[Wanted, tuple[Tokens, QFont]] = {}
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._make_one)

    @property
    def busy(self) -> bool:
        """Whether any picture is still to be painted."""
        return bool(self._waiting)

    def get(self, wanted: Wanted, theme: Tokens, font: QFont) -> QPixmap | None:
        """Return a picture, or None and ``made`` tells when it is there."""
        found = self._pictures.get(wanted)
        if found is None and wanted not in self._waiting:
            self._waiting[wanted] = (theme, font)
            self._next.start()
        return found

    def forget_waiting(self) -> None:
        """Paint nothing more that nobody has seen yet."""
        self._waiting.clear()

    @Slot()
    def _make_one(self) -> None:
        if not self._waiting:
            return
        wanted = next(iter(self._waiting))
        theme, font = self._waiting.pop(wanted)
        experiment = self._shelf.read(wanted.exhibit).experiment
        self._pictures[wanted] = (
            thumbnail(experiment, self._catalog, wanted, theme, font)
            if experiment
            else QPixmap(1, 1)
        )
        self.made.emit(wanted.exhibit.name)
        if self._waiting:
            self._next.start()


def _picture(experiment: Experiment, catalog: Catalog, font: QFont) -> NetworkPicture:
    return NetworkPicture(Workspace(catalog, Document(experiment)), font)


def _scale(room: QSize, picture: NetworkPicture) -> float:
    size = picture.size()
    return min(room.width() / size.width(), room.height() / size.height())


def thumbnail(
    experiment: Experiment, catalog: Catalog, wanted: Wanted, theme: Tokens, font: QFont
) -> QPixmap:
    """Return a drawing as the exported picture shows it, whole; a long one is broken into rows."""
    room = QSize(*wanted.size) * wanted.ratio
    picture = _picture(experiment, catalog, font)
    if picture.size().width() > LONGEST * picture.size().height():
        rows = _picture(folded(experiment, catalog), catalog, font)
        picture = max((picture, rows), key=partial(_scale, room))
    size = picture.size()
    scale = min(_scale(room, picture), LARGEST_SCALE * wanted.ratio)
    image = QImage(room, QImage.Format.Format_RGB32)
    image.fill(theme.canvas)
    painter = QPainter(image)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.translate(
        (room.width() - size.width() * scale) / 2, (room.height() - size.height() * scale) / 2
    )
    painter.scale(scale, scale)
    picture.paint_all(painter, theme)
    painter.end()
    made = QPixmap.fromImage(image, Qt.ImageConversionFlag.ColorOnly)
    made.setDevicePixelRatio(wanted.ratio)
    return made
