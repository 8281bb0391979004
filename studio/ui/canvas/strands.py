"""Strands: the wires as arrays, one row for each part of a wire between two bends.

A wire without bends, as nearly all are, is one strand. Where a strand ends at a card its place
follows the card; where it ends at a bend, the bend.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from studio.core.graph import End, Wire
from studio.core.marks import Point

from . import curves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BEND = -1
"""Stands for a card's row where a strand ends at a bend."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where a wire runs: from a card's row and a place on it, through points, to another card."""

    wire: Wire
    source: int
    leaves: Point
    target: int
    arrives: Point
    bends: tuple[Point, ...] = ()


class Wires(Sequence[Wire]):
    """Wires by row, kept as their ends: thousands of pairs would set the garbage collector off.

    A full collection over a large drawing takes 25 to 40 ms, more than all else of opening one.
    """

    def __init__(self, sources: Iterable[End] = (), targets: Iterable[End] = ()) -> None:
        self.sources, self.targets = list(sources), list(targets)

    def extend(self, sources: Iterable[End], targets: Iterable[End]) -> None:
        """Add wires at the end."""
        self.sources.extend(sources)
        self.targets.extend(targets)

    @overload
    def __getitem__(self, row: int) -> Wire: ...
    @overload
    def __getitem__(self, row: slice) -> "Wires": ...
    def __getitem__(self, row: int | slice) -> "Wire | Wires":
        if isinstance(row, slice):
            return Wires(self.sources[row], self.targets[row])
        return Wire(self.sources[row], self.targets[row])

    def __len__(self) -> int:
        return len(self.targets)


class Strands:
    """Per row: the wire, the cards it joins, its ends (x0, y0, x1, y1), curve and bounds.

    ``folds`` are the places (in x, in y, out x, out y) of cards that are hidden in a collapsed
    frame, where their wires end instead.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Hold no wires."""
        self.wires = Wires()
        self.rows: dict[End, range] = {}
        self.bends: dict[End, tuple[Point, ...]] = {}
        self.joins: Ints = np.empty((0, 2), np.int64)
        self._offsets: Floats = np.empty((0, 4))
        self._bent: Bools = np.empty(0, bool)
        self.ends: Floats = np.empty((0, 4))
        self.knots: Floats = np.empty((0, 3, 4, 2))
        self.boxes: Floats = np.empty((0, 4))
        self.hidden: Bools = np.empty(0, bool)
        self.folds: Mapping[int, Floats] = {}

    def append(self, courses: Iterable[Course]) -> Ints:
        """Take wires in, not settled yet, and return their rows."""
        first, joins, offsets = len(self.wires), [], []
        for course in courses:
            stops = ((course.source, course.leaves), *((BEND, at) for at in course.bends))
            stops += ((course.target, course.arrives),)
            row = len(self.wires)
            for (here, start), (there, stop) in pairwise(stops):
                self.wires.extend(course.wire[:1], course.wire[1:])
                joins.append((here, there))
                offsets.append((*start, *stop))
            self.rows[course.wire.target] = range(row, len(self.wires))
            if course.bends:
                self.bends[course.wire.target] = course.bends
        bent = [target in self.bends for target in self.wires.targets[first:]]
        self._take(
            np.array(joins, np.int64).reshape(-1, 2),
            np.array(offsets, np.float64).reshape(-1, 4),
            np.array(bent, bool),
        )
        return np.arange(first, len(self.wires))

    def append_straight(self, wires: Wires, joins: Ints, offsets: Floats) -> Ints:
        """Take in wires without bends, not settled yet, as whole arrays; return their rows."""
        first = len(self.wires)
        self.wires.extend(wires.sources, wires.targets)
        for row, target in enumerate(wires.targets, first):
            self.rows[target] = range(row, row + 1)
        self._take(joins, offsets, np.zeros(len(wires), bool))
        return np.arange(first, len(self.wires))

    def _take(self, joins: Ints, offsets: Floats, bent: Bools) -> None:
        count = len(joins)
        if count:
            self.joins = np.concatenate([self.joins, joins])
            self._offsets = np.concatenate([self._offsets, offsets])
            self._bent = np.concatenate([self._bent, bent])
            self.ends = np.concatenate([self.ends, np.zeros((count, 4))])
            self.knots = np.concatenate([self.knots, np.zeros((count, 3, 4, 2))])
            self.boxes = np.concatenate([self.boxes, np.zeros((count, 4))])
            self.hidden = np.concatenate([self.hidden, np.zeros(count, bool)])

    def drop(self, targets: Collection[End]) -> None:
        """Let wires go, by the inputs they end at."""
        wires = self.wires
        kept = [row for row, target in enumerate(wires.targets) if target not in targets]
        self.wires = Wires(
            (wires.sources[row] for row in kept), (wires.targets[row] for row in kept)
        )
        self.rows = _rows_of(self.wires.targets)
        self.bends = {end: at for end, at in self.bends.items() if end in self.rows}
        self.joins, self._offsets = self.joins[kept], self._offsets[kept]
        self._bent, self.hidden = self._bent[kept], self.hidden[kept]
        self.ends, self.knots, self.boxes = self.ends[kept], self.knots[kept], self.boxes[kept]

    def renumber(self, cards: Ints) -> None:
        """Follow cards to their new rows, given by the old ones."""
        self.joins = np.where(self.joins == BEND, BEND, cards[self.joins])

    def aim(self, row: int, leaves: Point, arrives: Point) -> None:
        """Say anew where on its cards a strand begins and ends, as after a new layout."""
        if self.joins[row, 0] != BEND:
            self._offsets[row, :2] = leaves
        if self.joins[row, 1] != BEND:
            self._offsets[row, 2:] = arrives

    def bend(self, target: End, points: tuple[Point, ...], rects: Floats) -> None:
        """Show a wire's bends elsewhere, as during a drag; their number stays."""
        rows = self.rows[target]
        self.bends[target] = points
        self._offsets[list(rows[:-1]), 2:] = points
        self._offsets[list(rows[1:]), :2] = points
        self.settle(np.array(rows), rects)

    def bent_otherwise(self, wanted: Mapping[End, tuple[Point, ...]]) -> set[End]:
        """Return the inputs of shown wires that should run through other points than they do."""
        ends = wanted.keys() | self.bends.keys()
        return {end for end in ends if wanted.get(end) != self.bends.get(end) and end in self.rows}

    def touching(self, cards: Ints, count: int) -> Ints:
        """Return the rows of the strands at any of these cards, of ``count`` in all."""
        if len(cards) < 8:
            return np.flatnonzero(np.isin(self.joins, cards).any(axis=1))
        return np.flatnonzero(self._carried(cards, count).any(axis=1))

    def seen_in(self, area: QRectF) -> Ints:
        """Return the rows that may touch a part of the canvas."""
        left, top, right, bottom = self.boxes.T
        seen = (left <= area.right()) & (right >= area.left()) & ~self.hidden
        return np.flatnonzero(seen & (top <= area.bottom()) & (bottom >= area.top()))

    def bounds(self, target: End) -> QRectF:
        """Return a rectangle that holds all of a wire."""
        boxes = self.boxes[list(self.rows[target])]
        left, top = boxes[:, :2].min(axis=0).tolist()
        right, bottom = boxes[:, 2:].max(axis=0).tolist()
        return QRectF(left, top, right - left, bottom - top)

    def follow(self, cards: Ints, shifts: Floats, rects: Floats) -> None:
        """Keep up with cards that were moved by ``shifts``."""
        by = shifts[0]
        alike = bool((shifts == by).all()) and not self.bends
        if alike and len(cards) == len(rects):
            self._shift(slice(None), by)
            return
        carried = self._carried(cards, len(rects))
        leaving, arriving = carried[:, 0], carried[:, 1]
        if not alike:
            self.settle(np.flatnonzero(leaving | arriving), rects)
            return
        # A wire between two cards that move alike keeps its form: thousands follow at once.
        self._shift(np.flatnonzero(leaving & arriving), by)
        self.settle(np.flatnonzero(leaving ^ arriving), rects)

    def _shift(self, rows: Ints | slice, by: Floats) -> None:
        self.ends[rows] += np.tile(by, 2)
        self.boxes[rows] += np.tile(by, 2)
        self.knots[rows] += by

    def settle(self, rows: Ints, rects: Floats) -> None:
        """Lay strands along their cards and bends."""
        if not len(rows):
            return
        rows = self._whole(rows)
        source, target = self.joins[rows].T
        corners = np.concatenate([rects[:, :2], np.zeros((1, 2))])  # the last is for bends
        self.ends[rows, :2] = corners[source] + self._offsets[rows, :2]
        self.ends[rows, 2:] = corners[target] + self._offsets[rows, 2:]
        if self.folds:
            self._fold(rows, self.folds)
        plain = rows[~self._bent[rows]]
        self.knots[plain] = curves.knots(self.ends[plain])
        self.boxes[plain] = curves.bounds(self.ends[plain])
        for target in {self.wires.targets[row] for row in rows[self._bent[rows]].tolist()}:
            own = list(self.rows[target])
            points = np.concatenate([self.ends[own, :2], self.ends[own[-1:], 2:]])
            self.knots[own] = knots = curves.through(points)
            corners = knots.reshape(len(own), -1, 2)
            self.boxes[own] = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def _fold(self, rows: Ints, folds: Mapping[int, Floats]) -> None:
        """Lead the wires of hidden cards to the frames that hide them."""
        self.hidden[rows] = False
        for row in rows[np.isin(self.joins[rows], list(folds)).any(axis=1)].tolist():
            source, target = self.joins[row].tolist()
            if source in folds:
                self.ends[row, :2] = folds[source][2:]
            if target in folds:
                self.ends[row, 2:] = folds[target][:2]
            whole = self.joins[list(self.rows[self.wires.targets[row]])]
            inside = [folds.get(int(whole[0, 0])), folds.get(int(whole[-1, 1]))]
            if all(place is not None for place in inside):
                self.hidden[row] = bool(np.array_equal(*inside))  # type: ignore[arg-type]

    def _whole(self, rows: Ints) -> Ints:
        """Return the rows with all others of the same wires, which a bend ties to them."""
        if not self._bent[rows].any():
            return rows
        wires = {self.wires.targets[row] for row in rows[self._bent[rows]].tolist()}
        more = [row for target in wires for row in self.rows[target]]
        return np.union1d(rows, np.array(more, np.int64))

    def _carried(self, cards: Ints, count: int) -> Bools:
        carried = np.zeros(count + 1, bool)  # the last is for bends
        carried[cards] = True
        found: Bools = carried[self.joins]
        return found


def _rows_of(targets: Iterable[End]) -> dict[End, range]:
    rows: dict[End, range] = {}
    for row, target in enumerate(targets):
        known = rows.get(target)
        rows[target] = range(known.start if known else row, row + 1)
    return rows
