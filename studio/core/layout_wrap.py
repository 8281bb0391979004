"""Wrapping: a long row of columns broken into several rows, read like the lines of a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layout_bends import rounded
from .marks import Point

ASPECT = 1.6
"""Width over height that several rows are to have together, as most windows do."""
_GAP = 64.0
_FEWEST = 4
"""Columns that a row has at the least."""
_ROOM = 20.0
"""What a wire from one row to the next keeps from the cards above and below."""
_AHEAD = 32.0
"""How far beside a card a wire turns: the middle between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column before wrapping: its edges, and the top and bottom of what stands in it."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A wire between two columns, and the heights of its ends."""

    source: int
    target: int
    leaves: float
    arrives: float


@dataclass(frozen=True, slots=True)
class Band:
    """One row: its columns, how far they are moved, and the height of the free way below."""

    first: int
    after: int
    dx: float
    dy: float
    below: float


def banded(
    columns: Sequence[Column], wires: Sequence[Crossing], *, wrapped: bool = True
) -> list[Band]:
    """Return the rows into which columns are best broken; one if they are not long."""
    starts = _starts(columns, wires) if wrapped else [0]
    bands: list[Band] = []
    floor = 0.0
    for first, after in pairwise([*starts, len(columns)]):
        top = min(column.top for column in columns[first:after])
        bottom = max(column.bottom for column in columns[first:after])
        gap = 0.0
        if bands:
            gap = _gap(columns, wires, (bands[-1], floor), (first, after, top))
            last = bands[-1]
            bands[-1] = Band(last.first, last.after, last.dx, last.dy, floor + gap / 2)
        dy = floor + gap - top if bands else 0.0
        dx = columns[0].left - columns[first].left
        floor = bottom + dy
        bands.append(Band(first, after, dx, dy, floor + _GAP / 2))
    return bands


def ways_between(
    bands: Sequence[Band], begin: int, end: int, start: Point, stop: Point
) -> list[tuple[Point, ...]]:
    """Return ways for a wire from one row into a later one, those with few bends first."""
    right, left = start[0] + _AHEAD, stop[0] - _AHEAD
    first, last = bands[begin].below, bands[end - 1].below
    across = ((right, start[1]), (right, first), (left, first), (left, stop[1]))
    ways: list[tuple[Point, ...]] = [(), ((right, first), (left, first))]
    ways.append(rounded((start, *across, stop)))
    if last != first:
        late = ((right, start[1]), (right, last), (left, last), (left, stop[1]))
        ways.append(rounded((start, *late, stop)))
    return ways


def _starts(columns: Sequence[Column], wires: Sequence[Crossing]) -> list[int]:
    """Return the first columns of the rows: near to equal parts, where few wires are cut."""
    width = columns[-1].right - columns[0].left
    height = max(c.bottom for c in columns) - min(c.top for c in columns) + _GAP
    count = min(round((width / (ASPECT * height)) ** 0.5), len(columns) // _FEWEST)
    cut = [0] * (len(columns) + 1)
    for wire in wires:
        for column in range(wire.source + 1, wire.target + 1):
            cut[column] += 1
    starts = [0]
    for number in range(1, count):
        ideal = columns[0].left + width * number / count
        reach = width / count
        near = [
            (cut[at] + 4 * abs(columns[at].left - ideal) / reach, at)
            for at in range(starts[-1] + 1, len(columns))
            if abs(columns[at].left - ideal) <= reach / 3
        ]
        if near:
            starts.append(min(near)[1])
    return starts


def _gap(
    columns: Sequence[Column],
    wires: Sequence[Crossing],
    above: tuple[Band, float],
    below: tuple[int, int, float],
) -> float:
    """Return the room between two rows in which wires run home free of both: their way is
    half-way between their ends.
    """
    band, floor = above
    first, after, top = below
    gap = _GAP
    for wire in wires:
        if band.first <= wire.source < band.after and first <= wire.target < after:
            rise = floor - (wire.leaves + band.dy)
            fall = wire.arrives - top
            gap = max(gap, abs(fall - rise) + 2 * _ROOM)
    return gap
