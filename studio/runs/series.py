"""Series: one scalar over the steps of a run, append-only, seen at any zoom without losing a spike.

Decision: a pyramid of minima and maxima (fan-out 8) lies over the raw points, and a view takes the
exact extremes of every column from it. Columns stand at fixed multiples of a power of two of the
step, so that a line does not shimmer while it grows. Sampling every n-th point, the mean or the
last value of a column were tried: of 50 spikes of one step in a million they show none. After M4
(Jugel et al., VLDB 2014) and OM3 (Wang et al., SIGMOD 2023).
"""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Growing
from .views import Floats, Ints, View, between, joined

FAN_OUT = 8
_KEPT = 4


class Series:
    """Values of one scalar at ever later steps.

    Appending costs the same however long the series is; a view costs the same however many points
    it covers. ``version`` grows whenever points come.
    """

    def __init__(self, name: str = "", *, dtype: type[np.floating] = np.float64) -> None:
        self.name = name
        self.version = 0
        self._steps: Growing[np.int64] = Growing(np.dtype(np.int64))
        self._values: Growing[np.floating] = Growing(np.dtype(dtype))
        self._broken: Growing[np.int64] = Growing(np.dtype(np.int64))
        self._kept: dict[int, View] = {}
        self._levels: list[tuple[Growing[np.floating], Growing[np.floating]]] = []

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> Ints:
        """All steps, in order."""
        return self._steps.array

    @property
    def values(self) -> Floats:
        """All values, NaN and infinities among them."""
        return self._values.array

    @property
    def broken(self) -> Ints:
        """Steps whose value is NaN or infinite."""
        return self._broken.array

    @property
    def last(self) -> tuple[int, float] | None:
        """The newest step and its value; None while there is nothing."""
        return (int(self.steps[-1]), float(self.values[-1])) if len(self) else None

    @property
    def nbytes(self) -> int:
        """Memory taken, spare room included."""
        columns = [self._steps.nbytes, self._values.nbytes, self._broken.nbytes]
        return sum(columns) + sum(low.nbytes + high.nbytes for low, high in self._levels)

    def append(self, step: int, value: float) -> None:
        """Add one point; blocks of points are far cheaper."""
        self.extend((step,), (value,))

    def extend(self, steps: Sequence[int] | Ints, values: ArrayLike) -> None:
        """Add points.

        Raises:
            ValueError: the steps do not grow, or there are not as many values.
        """
        new_steps = np.asarray(steps, np.int64)
        new_values = np.asarray(values, self._values.dtype)
        if new_steps.shape != new_values.shape or new_steps.ndim != 1:
            raise ValueError(
                f"{self.name}: expected as many values as steps, "
                f"received {new_values.shape} and {new_steps.shape}"
            )
        if not len(new_steps):
            return
        before = self.steps[-1] if len(self) else new_steps[0] - 1
        if new_steps[0] <= before or (np.diff(new_steps) <= 0).any():
            raise ValueError(f"{self.name}: expected steps that grow, received {new_steps[0]} …")
        self._steps.extend(new_steps)
        self._values.extend(new_values)
        self._broken.extend(new_steps[~np.isfinite(new_values)])
        self._raise_levels()
        self.version += 1

    def value_at(self, step: float) -> tuple[int, float] | None:
        """Return the newest point at or before a step; None if all are later."""
        index = int(np.searchsorted(self.steps, floor(step), side="right")) - 1
        return (int(self.steps[index]), float(self.values[index])) if index >= 0 else None

    def forget_views(self) -> None:
        """Let go of the columns that were kept of former views."""
        self._kept.clear()

    def view(self, lo: float, hi: float, columns: int) -> View:
        """Return what shows the steps from ``lo`` to ``hi`` in at most ``columns`` columns.

        One point (or column) beyond either end is included, so that a line reaches the edge.
        """
        steps = self.steps
        # Whole numbers: to look for a float, NumPy would copy all steps first.
        begin = max(int(np.searchsorted(steps, ceil(lo), side="left")) - 1, 0)
        stop = min(int(np.searchsorted(steps, floor(hi), side="right")) + 1, len(steps))
        if stop - begin <= max(columns, 2) * 2:
            return self._points(begin, stop)
        width = column_width(hi - lo, columns)
        return self._binned(width, int(steps[begin]) // width, int(steps[stop - 1]) // width + 1)

    def _binned(self, width: int, begin: int, stop: int) -> View:
        """Return the columns ``begin`` to ``stop``, each ``width`` steps wide.

        Columns never change once a later one has begun, so those of the last time are taken over.
        """
        kept = self._kept.get(width)
        if kept is not None and kept.start[0] // width <= begin < kept.start[-1] // width:
            filling = int(kept.start[-1]) // width
            old = between(kept, begin * width, min(stop, filling) * width)
            view = joined(old, self._fresh(width, filling, stop)) if stop > filling else old
        else:
            view = self._fresh(width, begin, stop)
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[width] = view
        return view

    def _fresh(self, width: int, begin: int, stop: int) -> View:
        bins = np.arange(begin, stop + 1) * width
        edges = np.searchsorted(self.steps, bins, side="left")
        return self._columns(edges[np.diff(edges, prepend=-1) > 0])  # none without a point

    def _points(self, begin: int, stop: int) -> View:
        steps = self.steps[begin:stop]
        values = self.values[begin:stop]
        finite = np.isfinite(values)
        shown = np.where(finite, values, np.nan)
        return View(steps, steps, shown, shown, shown, shown, steps[~finite], exact=True)

    def _columns(self, edges: Ints) -> View:
        low, high = self._extremes(edges)
        nothing = low > high
        low[nothing] = np.nan
        high[nothing] = np.nan
        steps, values = self.steps, self.values
        first, last = values[edges[:-1]], values[edges[1:] - 1]
        return View(
            steps[edges[:-1]],
            steps[edges[1:] - 1],
            np.where(np.isfinite(first), first, low),
            low,
            high,
            np.where(np.isfinite(last), last, high),
            self._broken_in(edges),
            exact=False,
        )

    def _broken_in(self, edges: Ints) -> Ints:
        """Return the first step of each column that has a value that is not finite."""
        broken = self.broken
        if not len(broken):
            return broken
        starts = self.steps[edges[:-1]]
        inside = broken[(broken >= starts[0]) & (broken <= self.steps[edges[-1] - 1])]
        columns = np.searchsorted(starts, inside, side="right")
        heads: Ints = inside[np.diff(columns, prepend=-1) > 0]
        return heads

    def _extremes(self, edges: Ints) -> tuple[Floats, Floats]:
        """Return the least and greatest finite value between neighbouring edges (indices).

        Whole cells of the highest level that still has some inside every column are reduced at
        once; the one cell that each edge cuts is then opened, level by level.
        """
        level = 0
        mean = (edges[-1] - edges[0]) / max(len(edges) - 1, 1)
        while level < len(self._levels) and FAN_OUT ** (level + 1) * 2 <= mean:
            level += 1
        size = FAN_OUT**level
        low, high = self._inner(level, -(-edges[:-1] // size), edges[1:] // size)
        while level:
            cut, level = edges // size, level - 1
            size //= FAN_OUT
            self._open(level, cut, edges, (low, high))
        return low, high

    def _inner(self, level: int, begin: Ints, stop: Ints) -> tuple[Floats, Floats]:
        offset = int(begin[0])
        lows, highs = self._cells(level, slice(offset, int(stop[-1])))
        low = np.full(len(begin), np.inf, self._values.dtype)
        high = np.full(len(begin), -np.inf, self._values.dtype)
        some = stop > begin
        # Between the ranges lies at most one cell, so the ranges not asked for cost nothing.
        pairs = np.stack((begin[some], stop[some]), axis=1).ravel() - offset
        pairs = pairs[:-1] if pairs[-1] == len(lows) else pairs
        low[some] = np.minimum.reduceat(lows, pairs)[::2]
        high[some] = np.maximum.reduceat(highs, pairs)[::2]
        return low, high

    def _open(self, level: int, cut: Ints, edges: Ints, into: tuple[Floats, Floats]) -> None:
        """Add to each column what it holds of the cells cut at its ends, as cells of ``level``."""
        low, high = into
        size = FAN_OUT**level
        here = len(self) // size
        cells = cut[:, None] * FAN_OUT + np.arange(FAN_OUT)
        lows, highs = self._cells(level, np.minimum(cells, here - 1))
        begin, stop = -(-edges[:-1, None] // size), edges[1:, None] // size
        for end in (slice(None, -1), slice(1, None)):
            inside = (cells[end] >= begin) & (cells[end] < stop)
            np.minimum(low, np.where(inside, lows[end], np.inf).min(axis=1), out=low)
            np.maximum(high, np.where(inside, highs[end], -np.inf).max(axis=1), out=high)

    def _cells(self, level: int, part: slice | Ints) -> tuple[Floats, Floats]:
        """Return minima and maxima of some cells; of one without finite values ±infinity."""
        if level:
            lows, highs = self._levels[level - 1]
            return lows.array[part], highs.array[part]
        values = self.values[part]
        if not len(self._broken):
            return values, values
        finite = np.isfinite(values)
        return np.where(finite, values, np.inf), np.where(finite, values, -np.inf)

    def _raise_levels(self) -> None:
        """Complete every cell of the pyramid that now has all its parts."""
        level = 1
        while len(self) >= FAN_OUT**level:
            if level > len(self._levels):
                dtype = self._values.dtype
                self._levels.append((Growing(dtype), Growing(dtype)))
            lows, highs = self._levels[level - 1]
            begin, stop = len(lows), len(self) // FAN_OUT**level
            if stop > begin:
                below = self._cells(level - 1, slice(begin * FAN_OUT, stop * FAN_OUT))
                lows.extend(below[0].reshape(-1, FAN_OUT).min(axis=1))
                highs.extend(below[1].reshape(-1, FAN_OUT).max(axis=1))
            level += 1


def column_width(span: float, columns: int) -> int:
    """Return the least power of two, in steps, at which ``span`` takes at most ``columns``."""
    wanted = max(span, 1.0) / max(columns, 1)
    return 1 << max(int(np.ceil(np.log2(wanted))), 0)


__all__ = ["FAN_OUT", "Series", "View", "column_width"]
