"""ViewModel: the drawing as arrays, kept up by diffs; what is seen where is a compare of arrays.

Decision: no index structure. Comparing 5,000 rectangles takes 0.02 ms, less than keeping a tree up
to date while blocks move.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from studio.app.workspace import Workspace
from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.graph import End, Mode, NodeId, Wire
from studio.core.marks import Frame

from .areas import bar_of, rect_of
from .geometry import ANCHOR_Y, WIDTH, Geometry, Layouts, geometry_of
from .strands import Course, Floats, Ints, Strands, Wires

MODES: tuple[Mode, ...] = get_args(Mode)
_NOWHERE: Floats = np.zeros(4)


class ViewModel:
    """Cards as ``rects`` (x, y, width, height), wires as ``strands``, and the ``frames`` as shown.

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
        self.mode: NDArray[np.int8] = np.empty(0, np.int8)
        self.strands = Strands()
        self.frames: Mapping[str, Frame] = {}
        self.folds: dict[int, Floats] = {}
        self.links: list[tuple[int, int]] = []
        self.rebuild()

    def rebuild(self) -> None:
        """Read the whole drawing."""
        graph = self._workspace.graph
        self.ids, self.layouts, self.row = [], [], {}
        self.rects, self.family = np.empty((0, 4)), np.empty(0, np.int64)
        self.known, self.mode = np.empty(0, bool), np.empty(0, np.int8)
        self.strands.clear()
        self.folds = {}
        self.strands.folds = {}
        self._append_cards(graph.nodes)
        self._append_wires((source, target) for target, source in graph.feeds.items())
        self.frame(graph.frames)
        self._link()
        self.select(self._workspace.selection)
        self.mark(self._workspace.here)

    def follow(self, change: Diff) -> None:
        """Take over what changed in the drawing."""
        if not change.here and not change.changed:
            return
        graph = self._workspace.graph
        cut = change.disconnected
        otherwise = self.strands.bent_otherwise(graph.bends) & graph.feeds.keys()
        bent = {end for end in otherwise if Wire(graph.feeds[end], end) not in cut}
        if cut or bent or change.removed:
            self.strands.drop({wire.target for wire in cut} | bent)
        if change.removed:
            self._drop_cards(change.removed)
        touched = {end.node for wire in cut | change.connected for end in wire}
        touched = (touched | change.changed) & self.row.keys()
        self._append_cards(id_ for id_ in graph.nodes if id_ in change.added)
        for id_ in touched:
            self._renew(id_)
        self._append_wires(sorted(change.connected | {Wire(graph.feeds[end], end) for end in bent}))
        self._settle_wires(touched)
        if graph.frames or self.frames:
            self.frame(graph.frames)
        if change.added or change.removed or change.changed:
            self._link()
        if change.added or change.removed:
            self.select(self._workspace.selection)
            self.mark(self._workspace.here)

    def frame(self, frames: Mapping[str, Frame]) -> None:
        """Show frames; cards inside a collapsed one are hidden, their wires end at its bar."""
        self.frames = frames
        before, self.folds = self.folds, self._folded(frames)
        self.strands.folds = self.folds
        moved = [
            row
            for row in before.keys() | self.folds.keys()
            if row < len(self.ids)
            and not np.array_equal(before.get(row, _NOWHERE), self.folds.get(row, _NOWHERE))
        ]
        if moved:
            rows = self.strands.touching(np.array(moved), len(self.ids))
            self.strands.hidden[rows] = False
            self.strands.settle(rows, self.rects)

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
        self.strands.follow(rows, shifts, self.rects)

    def rect(self, row: int) -> QRectF:
        """Return where a card stands."""
        return QRectF(*(float(value) for value in self.rects[row]))

    def rect_of(self, node: NodeId) -> QRectF:
        """Return where the card of a block stands."""
        return self.rect(self.row[node])

    def bounding(self, rows: Ints | None = None) -> QRectF:
        """Return the rectangle around cards, or around all that is shown, frames included."""
        area = QRectF()
        if rows is None:
            for frame in self.frames.values():
                area |= rect_of(frame)
        rects = self.rects if rows is None else self.rects[rows]
        if rows is None and self.folds:
            rects = np.delete(rects, list(self.folds), axis=0)
        if not len(rects):
            return area
        left, top = rects[:, :2].min(axis=0)
        right, bottom = (rects[:, :2] + rects[:, 2:]).max(axis=0)
        return area | QRectF(QPointF(left, top), QPointF(right, bottom))

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
        seen &= (y < area.bottom()) & (y + height > area.top())
        if self.folds:
            seen[list(self.folds)] = False
        return np.flatnonzero(seen)

    def wires_of(self, rows: Ints) -> Ints:
        """Return the rows of the strands at any of these cards."""
        return self.strands.touching(rows, len(self.ids))

    def _append_cards(self, ids: Iterable[NodeId]) -> None:
        graph = self._workspace.graph
        layouts = Layouts(graph, self._workspace.scope)
        fresh: list[float] = []  # one flat list: thousands of tuples would wake the collector
        families, known, modes = [], [], []
        for id_ in ids:
            node = graph.nodes[id_]
            layout, spec = layouts.of(id_)
            self.row[id_] = len(self.ids)
            self.ids.append(id_)
            self.layouts.append(layout)
            fresh += (node.x, node.y, WIDTH, layout.height)
            families.append(self._family(spec.family if spec else ""))
            known.append(spec is not None)
            modes.append(MODES.index(node.mode))
        if fresh:
            self.rects = np.concatenate([self.rects, np.array(fresh).reshape(-1, 4)])
            self.family = np.concatenate([self.family, np.array(families)])
            self.known = np.concatenate([self.known, np.array(known)])
            self.mode = np.concatenate([self.mode, np.array(modes, np.int8)])

    def _append_wires(self, wires: Iterable[tuple[End, End]]) -> None:
        """Take in wires, given by their sources and targets."""
        bends, straight, bent = self._workspace.graph.bends, Wires(), []
        for source, target in wires:
            if target in bends:
                bent.append(self._course(Wire(source, target), bends))
            else:
                straight.sources.append(source)
                straight.targets.append(target)
        fresh = self.strands.append_straight(straight, *self._joined(straight))
        self.strands.settle(fresh, self.rects)
        self.strands.settle(self.strands.append(bent), self.rects)

    def _joined(self, wires: Wires) -> tuple[Ints, Floats]:
        """Return the cards that wires join, and where on them each leaves and arrives."""
        joins: list[int] = []
        offsets: list[float] = []
        row, layouts = self.row, self.layouts
        for source, target in zip(wires.sources, wires.targets, strict=True):
            here, there = row[source.node], row[target.node]
            joins += (here, there)
            leaves = layouts[here].departures.get(source.port, ANCHOR_Y)
            arrives = layouts[there].arrivals.get(target.port, ANCHOR_Y)
            offsets += (WIDTH, leaves, 0.0, arrives)
        return np.array(joins, np.int64).reshape(-1, 2), np.array(offsets).reshape(-1, 4)

    def _drop_cards(self, gone: Collection[NodeId]) -> None:
        kept = [row for row, id_ in enumerate(self.ids) if id_ not in gone]
        renumbered = np.full(len(self.ids), -1)
        renumbered[kept] = np.arange(len(kept))
        self.ids, self.layouts = (
            [self.ids[row] for row in kept],
            [self.layouts[row] for row in kept],
        )
        self.row = {id_: row for row, id_ in enumerate(self.ids)}
        self.rects, self.family = self.rects[kept], self.family[kept]
        self.known, self.mode = self.known[kept], self.mode[kept]
        self.folds = {
            int(renumbered[row]): at for row, at in self.folds.items() if renumbered[row] >= 0
        }
        self.strands.folds = self.folds
        self.strands.renumber(renumbered)

    def _renew(self, id_: NodeId) -> None:
        graph, row, spec = self._workspace.graph, self.row[id_], self._workspace.spec_of(id_)
        node, layout = graph.nodes[id_], geometry_of(graph, id_, spec)
        self.layouts[row] = layout
        self.rects[row] = (node.x, node.y, WIDTH, layout.height)
        self.family[row] = self._family(spec.family if spec else "")
        self.known[row] = spec is not None
        self.mode[row] = MODES.index(node.mode)

    def _settle_wires(self, touched: Collection[NodeId]) -> None:
        rows = self.wires_of(np.array([self.row[id_] for id_ in touched], np.int64))
        bends = self._workspace.graph.bends
        for row in rows.tolist():
            course = self._course(self.strands.wires[row], bends)
            self.strands.aim(row, course.leaves, course.arrives)
        self.strands.settle(rows, self.rects)

    def _link(self) -> None:
        """Find the blocks that use the weights of another."""
        nodes = self._workspace.graph.nodes
        pairs = [(node.shares, id_) for id_, node in nodes.items() if node.shares]
        known = [(a, b) for a, b in pairs if a in self.row and b in self.row]
        self.links = [(self.row[owner], self.row[user]) for owner, user in known]

    def _course(self, wire: Wire, bends: Mapping[End, tuple[tuple[float, float], ...]]) -> Course:
        source, target = self.row[wire.source.node], self.row[wire.target.node]
        leaves = self.layouts[source].y_of(wire.source.port, output=True)
        arrives = self.layouts[target].y_of(wire.target.port, output=False)
        through = bends.get(wire.target, ())
        return Course(wire, source, (WIDTH, leaves), target, (0.0, arrives), through)

    def _folded(self, frames: Mapping[str, Frame]) -> dict[int, Floats]:
        """Return the rows of hidden cards, and where their wires go in and come out instead."""
        found: dict[int, Floats] = {}
        for frame in frames.values():
            if frame.collapsed:
                bar = bar_of(frame)
                y = bar.center().y()
                place = np.array([bar.left(), y, bar.right(), y])
                found.update(dict.fromkeys(self.rows_in(frame), place))
        return found

    def rows_in(self, frame: Frame) -> list[int]:
        """Return the rows of the cards whose middle lies in a frame."""
        middles = self.rects[:, :2] + self.rects[:, 2:] / 2 - [frame.x, frame.y]
        inside = (middles >= 0).all(axis=1) & (middles <= [frame.width, frame.height]).all(axis=1)
        rows: list[int] = np.flatnonzero(inside).tolist()
        return rows

    def _family(self, name: str) -> int:
        if name not in self.families:
            self.families.append(name)
        return self.families.index(name)
