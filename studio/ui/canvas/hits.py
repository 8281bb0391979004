"""Hits: what lies under the pointer: a port before a card, a card before a wire."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from studio.core.graph import End, NodeId, Wire

from . import curves
from .geometry import WIDTH
from .view_model import ViewModel

PORT_PX, WIRE_PX = 11.0, 6.0
"""How near the pointer must come, in view pixels."""
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


Hit = PortHit | CardHit | WireHit


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
    return _wire(model, at, WIRE_PX / zoom) if wires else None


def card_at(model: ViewModel, at: QPointF) -> NodeId | None:
    """Return the topmost card at a point of the canvas."""
    rows = model.cards_in(QRectF(at.x(), at.y(), 1e-6, 1e-6))
    return model.ids[rows[-1]] if len(rows) else None


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
    rows = model.wires_in(QRectF(at.x() - near, at.y() - near, 2 * near, 2 * near))
    if not len(rows):
        return None
    lines = curves.lines(model.knots[rows], 24)
    start, along = lines[:, :2], lines[:, 2:] - lines[:, :2]
    to = np.array([at.x(), at.y()]) - start
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    share = np.clip((to * along).sum(axis=1) / length, 0.0, 1.0)
    away = np.hypot(*(to - along * share[:, None]).T).reshape(len(rows), -1).min(axis=1)
    best = int(away.argmin())
    return WireHit(model.wires[rows[best]]) if away[best] <= near else None
