"""Frame: paint everything that is seen, coarser the smaller it is and while a gesture lasts."""

from collections.abc import Collection, Mapping
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from studio.app.workspace import Workspace
from studio.core.check import BlockFacts, Checked
from studio.core.graph import NodeId
from studio.ui.theme import Tokens

from .area_painter import AreaPainter
from .batch import draw_pictures, draw_rects
from .cards import MARGIN, CardPainter
from .content import CardContent, Plain, content_of
from .geometry import RADIUS
from .grid import Grid
from .links import paint_links
from .look import NAMED, READABLE, RECOGNISABLE, Look, Painted
from .outlines import paint_backs, paint_outlines
from .sprites import Sprite, Sprites
from .titles import ROOMY, TitlePainter
from .view_model import MODES, ViewModel
from .wires import WirePainter

FAINT = 0.35
"""The opacity of cards that step back."""
STRETCH = 0.25
"""How far the shared pictures of cards are stretched while a gesture lasts."""
LEVELS = ("", "warning", "error")

Rows = NDArray[np.int64]
_VEILS = (
    (MODES.index("bypass"), "canvas"),
    (MODES.index("freeze"), "cool"),
    (MODES.index("disable"), "canvas"),
)
"""The colour that lies over the cards of a mode from afar."""


class FramePainter:
    """Paints frames of one view-model; keeps pictures and paths between them."""

    def __init__(self, workspace: Workspace, model: ViewModel, theme: Tokens, font: QFont) -> None:
        self._workspace = workspace
        self._model = model
        self._grid = Grid()
        self._wires = WirePainter(workspace, model)
        self._contents: dict[NodeId, CardContent] = {}
        self._facts: Mapping[NodeId, BlockFacts] = workspace.here.blocks
        self.theme = theme
        self.cards = CardPainter(theme, font)
        self._areas = AreaPainter(theme, font)
        self._titles = TitlePainter(theme, font)
        self._sprites = Sprites(self.cards)

    def dress(self, theme: Tokens, font: QFont) -> None:
        """Paint in another theme or font from now on."""
        self.theme = theme
        self.cards = CardPainter(theme, font)
        self._areas = AreaPainter(theme, font)
        self._titles = TitlePainter(theme, font)
        self._sprites = Sprites(self.cards)

    def forget(self, ids: Collection[NodeId]) -> None:
        """Read these blocks again before they are painted next."""
        for id_ in ids:
            self._contents.pop(id_, None)

    def start_anew(self) -> None:
        """Read every block again, as of another drawing."""
        self._contents.clear()
        self._sprites = Sprites(self.cards)
        self._facts = {}
        self._wires.forget_kinds()

    def take(self, checked: Checked) -> None:
        """Read the blocks again of which other things were found, and what the wires carry."""
        facts = self._facts
        for id_, found in checked.blocks.items():
            if facts.get(id_) is not found:
                self._contents.pop(id_, None)
        self._facts = checked.blocks
        self._wires.forget_kinds()

    def content(self, id_: NodeId) -> CardContent:
        """Return what a card shows."""
        known = self._contents.get(id_)
        if known is None:
            known = self._contents[id_] = content_of(self._workspace, id_)
        return known

    def paint(self, painter: QPainter, look: Look, device: QRectF) -> Painted:
        """Paint one frame; the painter is in device pixels, of which ``device`` is to be filled."""
        painted = Painted()
        painter.fillRect(device, QColor(self.theme.canvas))
        self._grid.paint(painter, look, self.theme, device)
        painted.areas = self._areas.paint(painter, look, self._model.frames)
        self._wires.paint(painter, look, self.theme, painted)
        paint_links(painter, look, self.theme, self._model)
        reach = MARGIN + 4.0 / look.camera.zoom
        rows = self._model.cards_in(look.area.adjusted(-reach, -reach, reach, reach))
        rows = np.concatenate([rows[~self._model.selected[rows]], rows[self._model.selected[rows]]])
        painted.cards += len(rows)
        paint_backs(painter, look, self.theme, self._model, rows)
        seen = self._seen(look)
        few = len(seen) <= ROOMY and look.dims is None
        named = look.camera.zoom < READABLE if few else look.detail < NAMED
        if look.detail < RECOGNISABLE:
            self._paint_blocks(painter, look, rows, painted)
        elif named:
            self._paint_plain(painter, look, rows, painted)
        else:
            self._paint_sprites(painter, look, rows, painted)
        self._paint_activity(painter, look, rows, painted)
        paint_outlines(painter, look, self.theme, self._model, rows)
        if named:
            painted.titles = self._titles.paint(painter, look, self._model, seen, self._title)
        return painted

    def _seen(self, look: Look) -> Rows:
        """Return the cards of which names are shown: where each stands depends on the others."""
        area = look.area if look.view is None else look.view
        return self._model.cards_in(area) if look.camera.zoom < READABLE else np.empty(0, np.int64)

    def _title(self, id_: NodeId) -> str:
        """Return what a card is called from afar, with how often it is stacked."""
        node = self._workspace.graph.nodes[id_]
        return (
            node.title
            if node.repeat == 1
            else f"{node.title} ×{str(node.repeat).removeprefix('=')}"
        )

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
        for mode, colour in _VEILS:
            veil = QColor(getattr(self.theme, colour))
            veil.setAlpha(150)
            painter.setBrush(veil)
            draw_rects(painter, rects[self._model.mode[rows] == mode])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for level, colour in ((1, self.theme.warning), (2, self.theme.error)):
            painter.setPen(QPen(QColor(colour), 1.5 * look.dpr))
            draw_rects(painter, rects[self._model.level[rows] == level])
            painted.calls += 1

    def _paint_plain(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        """Paint cards without words from one picture for each sort, one call for each sort."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        model = self._model
        corners = np.round(look.to_device(model.rects[rows, :2] - MARGIN))
        sorts = model.family[rows] * 8 + model.level[rows] * 2 + model.known[rows]
        heights = (sorts * 4 + model.mode[rows]) * 65536.0 + model.rects[rows, 3]
        _, first, sort_of = np.unique(heights, return_index=True, return_inverse=True)
        for number, row in enumerate(rows[first].tolist()):
            sprite = self._plain(row, look, painted)
            stretch = look.scale / sprite.scale
            draw_pictures(painter, sprite.pixmap, corners[sort_of == number], stretch=stretch)
            painted.calls += 1

    def _paint_sprites(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not look.hasty)
        until = perf_counter() + look.budget_secs
        corners = np.round(look.to_device(self._model.rects[rows, :2] - MARGIN)).astype(int)
        ids = self._model.ids
        contents, sprites, scale = self._contents, self._sprites.of, look.scale
        later: list[int] = []
        for row, (x, y) in zip(rows.tolist(), corners.tolist(), strict=True):
            id_ = ids[row]
            sprite = sprites.get(id_)
            known = sprite is not None and sprite.content is contents.get(id_)
            if sprite is None or not known or not (look.hasty or sprite.scale == scale):
                sprite = self._sprite(row, look, until, painted)
            if sprite is None:
                later.append(row)
                continue
            if look.dims is not None:
                self._step_back(painter, look, row)
            if sprite.scale == scale:
                painter.drawPixmap(x, y, sprite.pixmap)
            else:
                wide, high = sprite.size_at(scale)
                painter.drawPixmap(x, y, wide, high, sprite.pixmap)
        painter.setOpacity(1.0)
        painted.calls += len(rows) - len(later)
        if later:
            self._paint_plain(painter, look, np.array(later), painted)
        self._sprites.make_room([ids[row] for row in rows.tolist()])

    def _step_back(self, painter: QPainter, look: Look, row: int) -> None:
        """Paint the next card faint if it steps back, with no wires showing through it."""
        faint = look.dims is not None and look.dims(self._model.ids[row])
        painter.setOpacity(1.0)
        if faint:
            x, y, width, height = look.rects_to_device(self._model.rects[[row]])[0].tolist()
            painter.fillRect(QRectF(x, y, width, height), QColor(self.theme.canvas))
            painter.setOpacity(FAINT)

    def _sprite(self, row: int, look: Look, until: float, painted: Painted) -> Sprite | None:
        """Return the picture of a card; without time to paint it, an old one or none."""
        id_ = self._model.ids[row]
        sprite = self._sprites.of.get(id_)
        if perf_counter() < until:
            content = self.content(id_)
            if sprite is not None and sprite.content == content:
                self._contents[id_] = sprite.content
                if look.hasty or sprite.scale == look.scale:
                    return sprite
            painted.sprites += 1
            return self._sprites.make(id_, content, look)
        painted.missing += 1
        if sprite is not None and sprite.content.height == self._model.rects[row, 3]:
            return sprite
        return None

    def _plain(self, row: int, look: Look, painted: Painted) -> Sprite:
        """Return the picture shared by all cards of the sort that stands in this row."""
        model, family = self._model, self._model.families[int(self._model.family[row])]
        plain = Plain(
            family,
            float(model.rects[row, 3]),
            LEVELS[int(model.level[row])],
            bool(model.known[row]),
            MODES[int(model.mode[row])],
            stacked=family == "Composite",
        )
        sprite = self._sprites.of.get(plain)
        alike = sprite is not None and (sprite.scale == look.scale or _near(sprite, look))
        if sprite is None or not alike:
            painted.sprites += 1
            sprite = self._sprites.make(plain, plain, look)
        return sprite

    def _paint_activity(self, painter: QPainter, look: Look, rows: Rows, painted: Painted) -> None:
        """Paint thin bars at the bottom of the cards that have something to show."""
        if not look.activity or look.detail < RECOGNISABLE:
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


def _near(sprite: Sprite, look: Look) -> bool:
    """Tell whether a picture may be stretched for now, which is faster than making another."""
    far = abs(look.scale / sprite.scale - 1.0)
    return look.hasty and look.detail >= NAMED and far < STRETCH


def activity_bars(rects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the full bars ``(n, 4)`` of cards, in canvas units."""
    bars = rects.copy()
    bars[:, 0] += RADIUS
    bars[:, 1] += bars[:, 3] - 4.0
    bars[:, 2] -= 2 * RADIUS
    bars[:, 3] = 3.0
    return bars
