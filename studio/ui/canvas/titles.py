"""Titles: the names of cards seen from afar, in letters that stay readable, as on a map.

A name that fits stands on its card. One that does not stands over it or under it, where no card
and no other name is; failing that as much of it as fits on the card, if that is a few letters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from studio.core.graph import NodeId
from studio.ui.theme import TEXT_PX, Tokens

from .look import RECOGNISABLE, Look
from .view_model import ViewModel

ROOMY = 160
"""Up to so many cards names are also placed around them, and stay while the view moves."""
MOST = 2500
WIDEST_PX, NARROWEST_PX = 120.0, 26.0
"""The longest name that is drawn, and the narrowest card that has one on it."""
CELL_PX = 4.0
"""Names and cards are kept apart on a grid of such cells."""
SPARE_PX = 3.0
AROUND = 40
"""How many cells around the cards names may take."""
EVEN = 0.18
"""The luminance on which black and white are read equally well."""
REMEMBERED = 4000

Rows = NDArray[np.int64]
Title = Callable[[NodeId], str]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name, the box in device pixels that it is centred in, and the ``place`` of its card."""

    text: str
    box: QRectF
    place: int
    beside: bool = False


class TitlePainter:
    """Paints names of cards in one theme and font."""

    def __init__(self, theme: Tokens, font: QFont) -> None:
        self._theme = theme
        self._font = QFont(font)
        self._metrics = QFontMetricsF(self._font)
        self._widths: dict[str, float] = {}
        self._shortened: dict[tuple[str, float], str] = {}
        self._dpr = 0.0

    def paint(
        self, painter: QPainter, look: Look, model: ViewModel, rows: Rows, title: Title
    ) -> list[str]:
        """Paint the names for which there is room, in device pixels; return them."""
        if not len(rows) or len(rows) > (MOST if look.still else ROOMY):
            return []
        self._measure_for(look.dpr)
        rects = look.rects_to_device(model.rects[rows])
        titles = [title(model.ids[row]) for row in rows.tolist()]
        names = self._placed(rects, titles, roomy=len(rows) <= ROOMY)
        painter.setFont(self._font)
        text, plate = QColor(self._theme.text), QColor(self._theme.canvas)
        plate.setAlpha(200)
        inks = [self._ink_on(family) for family in model.families]
        solid = look.detail < RECOGNISABLE
        for name in names:
            if name.beside:
                painter.fillRect(name.box, plate)
            on_colour = solid and not name.beside
            painter.setPen(inks[int(model.family[rows[name.place]])] if on_colour else text)
            left = name.box.left() + (name.box.width() - self._width(name.text)) / 2
            baseline = name.box.center().y() + self._metrics.capHeight() / 2
            painter.drawText(QPointF(left, baseline), name.text)
        return [name.text for name in names]

    def _measure_for(self, dpr: float) -> None:
        if dpr != self._dpr:
            self._dpr = dpr
            self._font.setPixelSize(round(TEXT_PX["small"] * dpr))
            self._metrics = QFontMetricsF(self._font)
            self._widths.clear()
            self._shortened.clear()

    def _ink_on(self, family: str) -> QColor:
        """Return black or white, whichever can be read on the colour of a family."""
        colour = self._theme.family(family)
        red, green, blue = colour.redF(), colour.greenF(), colour.blueF()
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        return QColor("#000000" if light > EVEN else "#ffffff")

    def _placed(self, rects: NDArray[np.float64], titles: list[str], *, roomy: bool) -> list[_Name]:
        """Find a place for each name, the leftmost first, so that a row takes turns."""
        taken = Taken(rects, CELL_PX * self._dpr) if roomy else None
        high = self._metrics.height()
        names: list[_Name] = []
        for place in np.lexsort((rects[:, 1], rects[:, 0])).tolist():
            x, y, width, height = rects[place].tolist()
            card, text = QRectF(x, y, width, height), titles[place]
            within = width - SPARE_PX * self._dpr
            tall = height >= 0.9 * high
            box = None
            if taken is not None and not (tall and self._width(text) <= within):
                text = self._short(text, WIDEST_PX * self._dpr)
                box = taken.free_beside(card, self._width(text) + SPARE_PX * self._dpr, high)
            if box is None and tall and width >= NARROWEST_PX * self._dpr:
                names.append(_Name(self._short(text, within), card, place))
            elif box is not None:
                names.append(_Name(text, box, place, beside=True))
        return names

    def _width(self, text: str) -> float:
        known = self._widths.get(text)
        if known is None:
            known = self._widths[text] = self._metrics.horizontalAdvance(text)
        return known

    def _short(self, text: str, room: float) -> str:
        if self._width(text) <= room:
            return text
        known = self._shortened.get((text, room))
        if known is None:
            if len(self._shortened) > REMEMBERED:
                self._shortened.clear()
            known = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            self._shortened[text, room] = known
        return known


class Taken:
    """Which cells of the screen hold a card or a name."""

    def __init__(self, rects: NDArray[np.float64], cell: float) -> None:
        self._cell = cell
        self._corner = rects[:, :2].min(axis=0) - AROUND * cell
        size = (rects[:, :2] + rects[:, 2:]).max(axis=0) + AROUND * cell - self._corner
        across, down = (np.ceil(size / cell).astype(int) + 1).tolist()
        self._cells = np.zeros((down, across), bool)
        for x, y, width, height in rects.tolist():
            self._cells[self._span(QRectF(x, y, width, height))] = True

    def free_beside(self, card: QRectF, width: float, height: float) -> QRectF | None:
        """Return a box over the card, else under it, where nothing is; it is taken then."""
        left = card.center().x() - width / 2
        for top in (card.top() - height - 1.0, card.bottom() + 1.0):
            box = QRectF(left, top, width, height)
            span = self._span(box)
            if not self._cells[span].any():
                self._cells[span] = True
                return box
        return None

    def _span(self, box: QRectF) -> tuple[slice, slice]:
        x, y = float(self._corner[0]), float(self._corner[1])
        # Rounded, so that a name right under a card does not meet it.
        left, right = round((box.left() - x) / self._cell), round((box.right() - x) / self._cell)
        top, bottom = round((box.top() - y) / self._cell), round((box.bottom() - y) / self._cell)
        return slice(max(top, 0), bottom), slice(max(left, 0), right)
