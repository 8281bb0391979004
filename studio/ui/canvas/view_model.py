"""ViewModel: the drawing as arrays, kept up by diffs; what is seen where is a compare of arrays.

Decision: no index structure. Comparing 5,000 rectangles takes 0.02 ms, less than keeping a tree up
to date while blocks move.
"""

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from studio.app.workspace import Workspace
from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.graph import End, NodeId, Wire

from . import curves
from .geometry import WIDTH, Geometry, geometry_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class ViewModel:
    """Cards as ``rects`` (x, y, width, height) and wires as ``ends`` (x0, y0, x1, y1).

    Rows follow the order in which cards were placed; the last lies on top.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.ids: list[NodeId] = []
        self.row: dict[NodeId, int] = {}
        self.layouts: list[Geometry] = []
        self.rects: Floats = np.empty((0, 4))
        self.selected: NDArray[np.bool_] = np.empty(0, bool)
        self.families: list[str] = []
        self.family: Ints = np.empty(0, np.int64)
        self.known: NDArray[np.bool_] = np.empty(0, bool)
        self.level: NDArray[np.int8] = np.empty(0, np.int8)
        self.wires: list[Wire] = []
        self.wire_row: dict[End, int] = {}
        self.joins: Ints = np.empty((0, 2), np.int64)
        self._offsets: Floats = np.empty((0, 4))
        self.ends: Floats = np.empty((0, 4))
        self.knots: Floats = np.empty((0, 3, 4, 2))
        self.boxes: Floats = np.empty((0, 4))
        self.rebuild()

    def rebuild(self) -> None:
        """Read the whole drawing."""
        graph = self._workspace.graph
        self.ids, self.layouts, self.wires = [], [], []
        self.row, self.wire_row = {}, {}
        self.rects, self.family = np.empty((0, 4)), np.empty(0, np.int64)
        self.known = np.empty(0, bool)
        self.joins = np.empty((0, 2), np.int64)
        self._offsets, self.ends = np.empty((0, 4)), np.empty((0, 4))
        self.knots, self.boxes = np.empty((0, 3, 4, 2)), np.empty((0, 4))
        self._append_cards(graph.nodes)
        self._append_wires(graph.wires)
        self.select(self._workspace.selection)
        self.mark(self._workspace.checked)

    def follow(self, change: Diff) -> None:
        """Take over what changed in the drawing."""
        if not change.graph:
            return
        cut = change.disconnected
        if cut or change.removed:
            self._drop_wires({wire.target for wire in cut})
        if change.removed:
            self._drop_cards(change.removed)
        touched = {wire.target.node for wire in cut | change.connected}
        touched |= {wire.source.node for wire in cut | change.connected}
        touched = (touched | change.changed) & self.row.keys()
        self._append_cards(id_ for id_ in change.after.graph.nodes if id_ in change.added)
        for id_ in touched:
            self._renew(id_)
        self._append_wires(sorted(change.connected))
        self._settle_wires(touched)
        if change.added or change.removed:
            self.select(self._workspace.selection)
            self.mark(self._workspace.checked)

    def select(self, ids: Collection[NodeId]) -> None:
        """Mark the selected cards."""
        self.selected = np.zeros(len(self.ids), bool)
        self.selected[[self.row[id_] for id_ in ids if id_ in self.row]] = True

    def mark(self, checked: Checked) -> None:
        """Mark the cards with problems: 1 for a warning, 2 for an error."""
        self.level = np.zeros(len(self.ids), np.int8)
        for problem in checked.problems:
            row = self.row.get(problem.node or "")
            if row is not None:
                self.level[row] = max(self.level[row], 2 if problem.level == "error" else 1)

    def place(self, rows: Ints, positions: Floats) -> None:
        """Show cards elsewhere, as during a drag; the drawing itself is not touched."""
        if not len(rows):
            return
        shifts = positions - self.rects[rows, :2]
        self.rects[rows, :2] = positions
        carried = np.zeros(len(self.ids), bool)
        carried[rows] = True
        ends_carried = carried[self.joins].sum(axis=1)
        if np.ptp(shifts, axis=0).any():
            self._settle(np.flatnonzero(ends_carried))
            return
        # A wire between two cards that move alike keeps its form: thousands follow at once.
        inner = np.flatnonzero(ends_carried == 2)
        self.ends[inner] += np.tile(shifts[0], 2)
        self.boxes[inner] += np.tile(shifts[0], 2)
        self.knots[inner] += shifts[0]
        self._settle(np.flatnonzero(ends_carried == 1))

    def rect(self, row: int) -> QRectF:
        """Return where a card stands."""
        return QRectF(*(float(value) for value in self.rects[row]))

    def bounding(self, rows: Ints | None = None) -> QRectF:
        """Return the rectangle around cards, or around all."""
        rects = self.rects if rows is None else self.rects[rows]
        if not len(rects):
            return QRectF()
        left, top = rects[:, :2].min(axis=0)
        right, bottom = (rects[:, :2] + rects[:, 2:]).max(axis=0)
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def port_at(self, end: End, *, output: bool) -> QPointF:
        """Return where a port stands on the canvas."""
        row = self.row[end.node]
        x, y = self.rects[row, :2]
        below = self.layouts[row].y_of(end.port, output=output)
        return QPointF(x + (WIDTH if output else 0.0), y + below)

    def cards_in(self, area: QRectF) -> Ints:
        """Return the rows of the cards that touch a part of the canvas, in drawing order."""
        x, y, width, height = self.rects.T
        seen = (x < area.right()) & (x + width > area.left())
        return np.flatnonzero(seen & (y < area.bottom()) & (y + height > area.top()))

    def wires_in(self, area: QRectF) -> Ints:
        """Return the rows of the wires that may touch a part of the canvas."""
        left, top, right, bottom = self.boxes.T
        seen = (left <= area.right()) & (right >= area.left())
        return np.flatnonzero(seen & (top <= area.bottom()) & (bottom >= area.top()))

    def wires_of(self, rows: Ints) -> Ints:
        """Return the rows of the wires at any of these cards."""
        return np.flatnonzero(np.isin(self.joins, rows).any(axis=1))

    def wire_bounds(self, row: int) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a wire."""
        left, top, right, bottom = self.boxes[row].tolist()
        return left, top, right, bottom

    def _append_cards(self, ids: Iterable[NodeId]) -> None:
        graph = self._workspace.graph
        fresh, families, known = [], [], []
        for id_ in ids:
            node, spec = graph.nodes[id_], self._workspace.spec_of(id_)
            layout = geometry_of(graph, id_, spec)
            self.row[id_] = len(self.ids)
            self.ids.append(id_)
            self.layouts.append(layout)
            fresh.append((node.x, node.y, WIDTH, layout.height))
            families.append(self._family(spec.family if spec else ""))
            known.append(spec is not None)
        if fresh:
            self.rects = np.concatenate([self.rects, np.array(fresh)])
            self.family = np.concatenate([self.family, np.array(families)])
            self.known = np.concatenate([self.known, np.array(known)])

    def _append_wires(self, wires: Iterable[Wire]) -> None:
        fresh = list(wires)
        first = len(self.wires)
        self.wires += fresh
        self.wire_row.update((wire.target, first + i) for i, wire in enumerate(fresh))
        if fresh:
            joins = [(self.row[wire.source.node], self.row[wire.target.node]) for wire in fresh]
            offsets = [self._offset(wire) for wire in fresh]
            self.joins = np.concatenate([self.joins, np.array(joins)])
            self._offsets = np.concatenate([self._offsets, np.array(offsets)])
            self.ends = np.concatenate([self.ends, np.zeros((len(fresh), 4))])
            self.knots = np.concatenate([self.knots, np.zeros((len(fresh), 3, 4, 2))])
            self.boxes = np.concatenate([self.boxes, np.zeros((len(fresh), 4))])
            self._settle(np.arange(first, len(self.wires)))

    def _drop_wires(self, targets: Collection[End]) -> None:
        kept = [row for row, wire in enumerate(self.wires) if wire.target not in targets]
        self.wires = [self.wires[row] for row in kept]
        self.wire_row = {wire.target: row for row, wire in enumerate(self.wires)}
        self.joins, self._offsets = self.joins[kept], self._offsets[kept]
        self.ends, self.knots, self.boxes = self.ends[kept], self.knots[kept], self.boxes[kept]

    def _drop_cards(self, gone: Collection[NodeId]) -> None:
        kept = [row for row, id_ in enumerate(self.ids) if id_ not in gone]
        renumbered = np.full(len(self.ids), -1)
        renumbered[kept] = np.arange(len(kept))
        self.ids = [self.ids[row] for row in kept]
        self.layouts = [self.layouts[row] for row in kept]
        self.row = {id_: row for row, id_ in enumerate(self.ids)}
        self.rects, self.family = self.rects[kept], self.family[kept]
        self.known = self.known[kept]
        self.joins = renumbered[self.joins]

    def _renew(self, id_: NodeId) -> None:
        graph, row, spec = self._workspace.graph, self.row[id_], self._workspace.spec_of(id_)
        node, layout = graph.nodes[id_], geometry_of(graph, id_, spec)
        self.layouts[row] = layout
        self.rects[row] = (node.x, node.y, WIDTH, layout.height)
        self.family[row] = self._family(spec.family if spec else "")
        self.known[row] = spec is not None

    def _settle_wires(self, touched: Collection[NodeId]) -> None:
        rows = self.wires_of(np.array([self.row[id_] for id_ in touched], np.int64))
        for row in rows:
            self._offsets[row] = self._offset(self.wires[row])
        self._settle(rows)

    def _settle(self, rows: Ints) -> None:
        source, target = self.joins[rows].T
        self.ends[rows, :2] = self.rects[source, :2] + self._offsets[rows, :2]
        self.ends[rows, 2:] = self.rects[target, :2] + self._offsets[rows, 2:]
        self.knots[rows] = curves.knots(self.ends[rows])
        self.boxes[rows] = curves.bounds(self.ends[rows])

    def _offset(self, wire: Wire) -> tuple[float, float, float, float]:
        source = self.layouts[self.row[wire.source.node]].y_of(wire.source.port, output=True)
        target = self.layouts[self.row[wire.target.node]].y_of(wire.target.port, output=False)
        return WIDTH, source, 0.0, target

    def _family(self, name: str) -> int:
        if name not in self.families:
            self.families.append(name)
        return self.families.index(name)
