"""Frame: paint everything that is seen, coarser the smaller it is and while a gesture lasts."""

from collections.abc import Collection
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from studio.app.workspace import Workspace
from studio.core.check import BlockFacts
from studio.core.graph import NodeId
from studio.ui.theme import Tokens

from .batch import draw_rects
from .cards import MARGIN, CardPainter
from .content import CardContent, content_of
from .geometry import RADIUS
from .grid import Grid
from .hits import CardHit
from .look import READABLE, RECOGNISABLE, Look, Painted
from .sprites import Sprite, Sprites
from .view_model import ViewModel
from .wires import WirePainter

FEW = 150
"""Outlines up to this number are drawn round and smooth."""

Rows = NDArray[np.int64]


class FramePainter:
    """Paints frames of one view-model; keeps pictures and paths between them."""

    def __init__(self, workspace: Workspace, model: ViewModel, theme: Tokens, font: QFont) -> None:
        self._workspace = workspace
        self._model = model
        self._grid = Grid()
        self._wires = WirePainter(workspace, model)
        self._contents: dict[NodeId, tuple[BlockFacts | None, CardContent]] = {}
        self.theme = theme
        self.cards = CardPainter(theme, font)
        self._sprites = Sprites(self.cards)

    def dress(self, theme: Tokens, font: QFont) -> None:
        """Paint in another theme or font from now on."""
        self.theme = theme
        self.cards = CardPainter(theme, font)
        self._sprites = Sprites(self.cards)

    def forget(self, ids: Collection[NodeId]) -> None:
        """Read these blocks again before they are painted next."""
        for id_ in ids:
            self._contents.pop(id_, None)

    def forget_kinds(self) -> None:
        """Look again what flows through the wires."""
        self._wires.forget_kinds()

    def content(self, id_: NodeId) -> CardContent:
        """Return what a card shows, read again only if its findings changed."""
        facts = self._workspace.checked.blocks.get(id_)
        known = self._contents.get(id_)
        if known is None or known[0] is not facts:
            known = self._contents[id_] = (facts, content_of(self._workspace, id_))
        return known[1]

    def paint(self, painter: QPainter, look: Look, device: QRectF) -> Painted:
        """Paint one frame; the painter is in device pixels, of which ``device`` is to be filled."""
        painted = Painted()
        painter.fillRect(device, QColor(self.theme.canvas))
        self._grid.paint(painter, look, self.theme, device)
        self._wires.paint(painter, look, self.theme, painted)
        reach = MARGIN + 4.0 / look.camera.zoom
        rows = self._model.cards_in(look.area.adjusted(-reach, -reach, reach, reach))
        rows = np.concatenate([rows[~self._model.selected[rows]], rows[self._model.selected[rows]]])
        painted.cards += len(rows)
        if look.scale < RECOGNISABLE:
            self._paint_blocks(painter, look, rows, painted)
        else:
            self._paint_sprites(painter, look, rows, painted)
        self._paint_activity(painter, look, rows, painted)
        self._paint_outlines(painter, look, rows, painted)
        return painted

    def _paint_blocks(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        """Paint cards as plain rectangles, one call for each family."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        rects = look.rects_to_device(self._model.rects[rows])
        painter.setPen(Qt.PenStyle.NoPen)
        for number, family in enumerate(self._model.families):
            some = rects[self._model.family[rows] == number]
            if len(some):
                painter.setBrush(self.theme.family(family))
                draw_rects(painter, some)
                painted.calls += 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for level, colour in ((1, self.theme.warning), (2, self.theme.error)):
            painter.setPen(QPen(QColor(colour), 1.5 * look.dpr))
            draw_rects(painter, rects[self._model.level[rows] == level])
            painted.calls += 1

    def _paint_sprites(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not look.hasty)
        until = perf_counter() + look.budget_secs
        corners = look.to_device(self._model.rects[rows, :2] - MARGIN)
        for row, (x, y) in zip(rows.tolist(), corners.tolist(), strict=True):
            id_ = self._model.ids[row]
            content = self.content(id_)
            if look.scale < READABLE:
                sprite = self._plain(content, look.scale, painted)
            else:
                sprite = self._detailed(id_, content, look, until, painted)
            faint = look.dims is not None and look.dims(id_)
            if faint:
                painter.setOpacity(0.35)
            _draw(painter, sprite, round(x), round(y), look.scale)
            if faint:
                painter.setOpacity(1.0)
        painted.calls += len(rows)

    def _detailed(
        self, id_: NodeId, content: CardContent, look: Look, until: float, painted: Painted
    ) -> Sprite:
        sprite = self._sprites.get(id_)
        right = sprite is not None and sprite.content == content
        if sprite is not None and right and (look.hasty or sprite.scale == look.scale):
            return sprite
        if perf_counter() < until:
            painted.sprites += 1
            return self._sprites.make(id_, content, look.scale, plain=False)
        painted.missing += 1
        same_size = sprite is not None and sprite.content.height == content.height
        if sprite is not None and same_size:
            return sprite
        return self._plain(content, look.scale, painted)

    def _plain(self, content: CardContent, scale: float, painted: Painted) -> Sprite:
        key = (content.family, content.height, content.level, content.known)
        sprite = self._sprites.get(key)
        if sprite is None or sprite.scale != scale:
            painted.sprites += 1
            sprite = self._sprites.make(key, content, scale, plain=True)
        return sprite

    def _paint_activity(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        """Paint thin bars at the bottom of the cards that have something to show."""
        if not look.activity or look.scale < RECOGNISABLE:
            return
        ids = self._model.ids
        shown = [row for row in rows.tolist() if ids[row] in look.activity]
        if not shown:
            return
        bars = activity_bars(self._model.rects[shown])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.grid))
        draw_rects(painter, look.rects_to_device(bars))
        bars[:, 2] *= np.clip([look.activity[ids[row]] for row in shown], 0.0, 1.0)
        painter.setBrush(QColor(self.theme.accent))
        draw_rects(painter, look.rects_to_device(bars))
        painted.calls += 2

    def _paint_outlines(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        accent = QColor(self.theme.accent)
        chosen = rows[self._model.selected[rows]]
        self._outline(painter, look, chosen, QPen(accent, 2.0 * look.dpr), painted)
        if isinstance(look.hovered, CardHit) and look.hovered.node in self._model.row:
            row = self._model.row[look.hovered.node]
            if not self._model.selected[row] and look.scale >= RECOGNISABLE:
                accent.setAlpha(150)
                self._outline(painter, look, np.array([row]), QPen(accent, 1.5 * look.dpr), painted)

    def _outline(
        self, painter: QPainter, look: Look, rows: Rows, pen: QPen, painted: Painted
    ) -> None:
        if not len(rows):
            return
        rects = look.rects_to_device(self._model.rects[rows])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        smooth = len(rows) <= FEW and look.scale >= RECOGNISABLE
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        if not smooth:
            draw_rects(painter, rects)
            painted.calls += 1
            return
        out = pen.widthF() / 2
        for x, y, width, height in rects.tolist():
            box = QRectF(x - out, y - out, width + 2 * out, height + 2 * out)
            painter.drawRoundedRect(box, RADIUS * look.scale, RADIUS * look.scale)
        painted.calls += len(rows)


def activity_bars(rects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the full bars ``(n, 4)`` of cards, in canvas units."""
    bars = rects.copy()
    bars[:, 0] += RADIUS
    bars[:, 1] += bars[:, 3] - 4.0
    bars[:, 2] -= 2 * RADIUS
    bars[:, 3] = 3.0
    return bars


def _draw(painter: QPainter, sprite: Sprite, x: int, y: int, scale: float) -> None:
    if sprite.scale == scale:
        painter.drawPixmap(QPointF(x, y), sprite.pixmap)
        return
    ratio = scale / sprite.scale
    width, height = sprite.pixmap.width(), sprite.pixmap.height()
    target = QRectF(x, y, width * ratio, height * ratio)
    painter.drawPixmap(target, sprite.pixmap, QRectF(0.0, 0.0, width, height))
