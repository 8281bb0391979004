"""ImageGrid: pictures that a network makes, in rows, what they are made of above them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme import Tokens, tokens

from .pace import Pace
from .paint import figures, paint_empty

_EDGE_PX, _GAP_PX, _HAIR_PX = 8.0, 6.0, 1.0
_CAPTION_PX = 17.0
_SMALLEST_PX, _FEWEST = 30.0, 6

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Pictures of one block: samples × channels × height × width, and what they were made of."""

    title: str
    images: Pixels
    inputs: Pixels | None = None

    @property
    def rows(self) -> int:
        """Rows of pictures that stand together."""
        return 1 if self.inputs is None else 2


class ImageGrid(QWidget):
    """Sections below each other, all pictures as large as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = ""
        self.pace = Pace()
        self._sections: tuple[Section, ...] = ()
        self.setAccessibleName("Images that the network makes")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def sections(self) -> tuple[Section, ...]:
        """What is shown."""
        return self._sections

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Draw these."""
        self._sections = tuple(sections)
        told = ", ".join(
            f"{section.title}: {len(section.images)} images" for section in self._sections
        )
        self.setAccessibleDescription(told)
        self.update()

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything, on the screen or into a picture."""
        painter.setFont(figures(self))
        painter.fillRect(self.rect(), QColor(theme.panel))
        if not self._sections:
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, QRectF(self.rect()), self.hint, theme)
            return
        count, columns, cell = self._fit()
        top = _EDGE_PX / 2
        for section in self._sections:
            painter.setPen(QColor(theme.muted))
            metrics = QFontMetricsF(painter.font())
            room = self.width() - 2 * _EDGE_PX
            words = section.title if section.inputs is None else f"{section.title}, below its input"
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(_EDGE_PX, top + metrics.ascent()), shown)
            top = self._paint_section(painter, section, top + _CAPTION_PX, (count, columns, cell))

    # painting

    def _fit(self) -> tuple[int, int, float]:
        """Return how many pictures, in how many columns, how wide; fewer where there is no room."""
        most = min(len(section.images) for section in self._sections)
        for count in range(most, 0, -1):
            found = max(self._cell(count, columns) for columns in range(1, count + 1))
            if found[0] >= _SMALLEST_PX or count <= _FEWEST:
                return count, found[1], max(found[0], 2.0)
        return 0, 1, 2.0

    def _cell(self, count: int, columns: int) -> tuple[float, int]:
        wide = (self.width() - 2 * _EDGE_PX) / columns - _HAIR_PX
        each = -(-count // columns)
        tall = self.height() - _EDGE_PX - len(self._sections) * (_CAPTION_PX + _GAP_PX)
        tall -= sum(each * (section.rows * _HAIR_PX + 2) for section in self._sections)
        rows = sum(each * section.rows * _aspect(section) for section in self._sections)
        return min(wide, tall / rows), columns

    def _paint_section(
        self,
        painter: QPainter,
        section: Section,
        top: float,
        fit: tuple[int, int, float],
    ) -> float:
        """Draw a section's pictures, and return where the next one begins."""
        count, columns, cell = fit
        tall = cell * _aspect(section)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for begin in range(0, count, columns):
            for images in (section.inputs, section.images):
                if images is None:
                    continue
                for at, picture in enumerate(images[begin : min(begin + columns, count)]):
                    place = QRectF(_EDGE_PX + at * (cell + _HAIR_PX), top, cell, tall)
                    painter.drawImage(place, image_from(picture))
                top += tall + _HAIR_PX
            top += 2
        return top + _GAP_PX

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(260, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_all(painter, tokens(self))


def image_from(picture: Pixels) -> QImage:
    """Return one picture, channels × height × width: grey for one channel, colours for three."""
    channels, height, width = picture.shape
    three = np.broadcast_to(picture, (3, height, width)) if channels == 1 else picture
    rows = np.ascontiguousarray(three.transpose(1, 2, 0))
    # copy: the pixels' memory goes with the array
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _aspect(section: Section) -> float:
    height, width = section.images.shape[2:]
    return float(height) / float(width)
