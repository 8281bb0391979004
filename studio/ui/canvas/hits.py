"""Hits: what lies under the pointer: a port, else a card, a bend, a wire, or a frame."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from studio.core.graph import End, NodeId, Wire

from . import curves
from .areas import TITLE, behind_first, fold_of, rect_of
from .geometry import WIDTH
from .view_model import ViewModel

PORT_PX, WIRE_PX, BEND_PX, EDGE_PX = 11.0, 6.0, 9.0, 5.0
"""How near the pointer must come, in view pixels."""
HELD_PX = 18.0
"""How near a block that is held over a wire must come to go into it."""
TITLE_BOTTOM = 28.0


@dataclass(frozen=True, slots=True)
class PortHit:
    """A port; ``output`` tells the side."""

    end: End
    output: bool


@dataclass(frozen=True, slots=True)
class CardHit:
    """A card; ``title`` tells whether its title line was hit."""

    node: NodeId
    title: bool


@dataclass(frozen=True, slots=True)
class WireHit:
    """A wire."""

    wire: Wire


@dataclass(frozen=True, slots=True)
class BendHit:
    """One of the points that a wire runs through, counted from its output."""

    wire: Wire
    place: int


@dataclass(frozen=True, slots=True)
class FrameHit:
    """A part of a frame or note: its head, by which it is carried, its fold, or an edge.

    ``edge`` tells the sides that a pull here moves: -1, 0 or 1 across and down.
    """

    frame: str
    edge: tuple[int, int] = (0, 0)
    fold: bool = False


Hit = PortHit | CardHit | WireHit | BendHit | FrameHit


def hit(model: ViewModel, at: QPointF, zoom: float, *, wires: bool = True) -> Hit | None:
    """Return what lies at a point of the canvas; None on empty ground."""
    near = min(PORT_PX / zoom, 24.0)
    around = QRectF(at.x() - near, at.y() - near, 2 * near, 2 * near)
    rows = [int(row) for row in model.cards_in(around)[::-1]]
    rows.sort(key=lambda row: not model.selected[row])
    ports = [found for row in rows if (found := _port(model, row, at, near))]
    if ports:
        return min(ports, key=lambda found: found[0])[1]
    for row in rows:
        if model.rect(row).contains(at):
            on_title = at.y() - float(model.rects[row, 1]) < TITLE_BOTTOM
            return CardHit(model.ids[row], title=on_title)
    if wires:
        wired = _bend(model, at, BEND_PX / zoom) or _wire(model, at, WIRE_PX / zoom)
        if wired is not None:
            return wired
    return _frame(model, at, EDGE_PX / zoom)


def wire_near(model: ViewModel, at: QPointF, zoom: float) -> Wire | None:
    """Return the wire that a block held at a point of the canvas would go into."""
    found = _wire(model, at, HELD_PX / zoom)
    return found.wire if found is not None else None


def card_at(model: ViewModel, at: QPointF) -> NodeId | None:
    """Return the topmost card at a point of the canvas."""
    rows = model.cards_in(QRectF(at.x(), at.y(), 1e-6, 1e-6))
    return model.ids[rows[-1]] if len(rows) else None


def frame_at(model: ViewModel, at: QPointF) -> str | None:
    """Return the topmost frame or note at a point of the canvas."""
    topmost_first = reversed(behind_first(model.frames))
    return next((frame.id for frame in topmost_first if rect_of(frame).contains(at)), None)


def _port(model: ViewModel, row: int, at: QPointF, near: float) -> tuple[float, PortHit] | None:
    x, y = at.x() - float(model.rects[row, 0]), at.y() - float(model.rects[row, 1])
    layout, node = model.layouts[row], model.ids[row]
    places = [(x, place, False) for place in layout.inputs]
    places += [(x - WIDTH, place, True) for place in layout.outputs]
    found = [
        (float(np.hypot(dx, y - place.y)), PortHit(End(node, place.name), output))
        for dx, place, output in places
    ]
    best = min(found, key=lambda item: item[0], default=None)
    return best if best and best[0] <= near else None


def _wire(model: ViewModel, at: QPointF, near: float) -> WireHit | None:
    strands = model.strands
    rows = strands.seen_in(QRectF(at.x() - near, at.y() - near, 2 * near, 2 * near))
    if not len(rows):
        return None
    lines = curves.lines(strands.knots[rows], 24)
    start, along = lines[:, :2], lines[:, 2:] - lines[:, :2]
    to = np.array([at.x(), at.y()]) - start
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    share = np.clip((to * along).sum(axis=1) / length, 0.0, 1.0)
    away = np.hypot(*(to - along * share[:, None]).T).reshape(len(rows), -1).min(axis=1)
    best = int(away.argmin())
    return WireHit(strands.wires[rows[best]]) if away[best] <= near else None


def _bend(model: ViewModel, at: QPointF, near: float) -> BendHit | None:
    best: tuple[float, BendHit] | None = None
    for end, points in model.strands.bends.items():
        first = model.strands.rows[end].start
        for place, (x, y) in enumerate(points):
            away = float(np.hypot(x - at.x(), y - at.y()))
            if away <= near and (best is None or away < best[0]):
                best = away, BendHit(model.strands.wires[first], place)
    return best[1] if best else None


def _frame(model: ViewModel, at: QPointF, near: float) -> FrameHit | None:
    for frame in reversed(behind_first(model.frames)):
        rect = rect_of(frame)
        if not rect.adjusted(-near, -near, near, near).contains(at):
            continue
        if frame.kind == "frame" and fold_of(frame).adjusted(4, 4, -4, -4).contains(at):
            return FrameHit(frame.id, fold=True)
        edge = (0, 0) if frame.collapsed else _edge(rect, at, near)
        head = frame.kind == "note" or at.y() < frame.y + TITLE
        if any(edge) or (head and rect.contains(at)):
            return FrameHit(frame.id, edge)
    return None


def _edge(rect: QRectF, at: QPointF, near: float) -> tuple[int, int]:
    across = (at.x() > rect.right() - near) - (at.x() < rect.left() + near)
    down = (at.y() > rect.bottom() - near) - (at.y() < rect.top() + near)
    return int(across), int(down)
