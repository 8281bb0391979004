"""Bends: the points through which wires are led that would run behind a card, and no others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from .courses import Obstacles, Rect, course, traced
from .graph import NodeId
from .marks import Point

_MARGIN = 4.0
"""How far a wire keeps from the cards it passes, where it can."""
_MOST_OVERSHOOT = 10.0
_CORNER = 16.0
_RUN = 40.0
"""How far a wire runs level before it is left to itself, so that a long lane stays straight."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A lane through one column: from its left to its right edge at a height."""

    left: float
    right: float
    y: float


class Router:
    """Finds bends for one wire after another."""

    def __init__(self, rects: Mapping[NodeId, Rect]) -> None:
        self._obstacles = Obstacles(rects, _MARGIN)

    def best(
        self,
        ends: tuple[NodeId, NodeId],
        start: Point,
        stop: Point,
        ways: Iterable[tuple[Point, ...]],
    ) -> tuple[Point, ...]:
        """Return the first way on which a wire touches no card, else that with the fewest."""
        best: tuple[Point, ...] = ()
        least: tuple[int, float] | None = None
        for bends in ways:
            points = (start, *bends, stop)
            cost = len(self._obstacles.touched(points, ends)), _overshoot(points)
            if cost <= (0, _MOST_OVERSHOOT):
                return bends
            if least is None or cost < least:
                best, least = bends, cost
        return best


def _overshoot(points: Sequence[Point]) -> float:
    """Return how far a bent wire swings out above or below the points that it runs through."""
    if len(points) == 2:
        return 0.0
    heights = [y for piece in traced(course(points)) for _, y in piece]
    low, high = min(y for _, y in points), max(y for _, y in points)
    return max(low - min(heights), max(heights) - high)


def ways_along(start: Point, lane: Sequence[Stretch], stop: Point) -> Iterator[tuple[Point, ...]]:
    """Yield ways along a lane, those with few bends first."""
    yield ()
    if not lane:
        return
    begin, end = (lane[0].left, lane[0].y), (lane[-1].right, lane[-1].y)
    if len({stretch.y for stretch in lane}) == 1:
        yield (begin,)
        yield (end,)
        yield (((begin[0] + end[0]) / 2, begin[1]),)
        yield begin, end
        if end[0] - begin[0] > 3 * _RUN:
            yield begin, (begin[0] + _RUN, begin[1]), (end[0] - _RUN, end[1]), end
    else:
        yield begin, end
    yield rounded((start, *_around(start, lane, stop), stop))


def _around(start: Point, lane: Sequence[Stretch], stop: Point) -> Iterator[Point]:
    """Yield the corners of a way along a lane that changes its height between columns only."""
    edge, height = start
    for stretch in lane:
        middle = (edge + stretch.left) / 2
        yield middle, height
        yield middle, stretch.y
        edge, height = stretch.right, stretch.y
    yield (edge + stop[0]) / 2, height
    yield (edge + stop[0]) / 2, stop[1]


def rounded(way: Sequence[Point]) -> tuple[Point, ...]:
    """Return the bends of a wire along straight lines: one before and one behind each corner."""
    points = [way[0]]
    for here, after in pairwise(way[1:]):
        before = points[-1]
        level = before[1] == here[1] == after[1] or before[0] == here[0] == after[0]
        if here not in (before, after) and not level:
            points.append(here)
    points.append(way[-1])
    bends: list[Point] = []
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        for other in (before, after):
            far = hypot(other[0] - here[0], other[1] - here[1])
            share = min(_CORNER / far, 0.4)
            x, y = here[0] + (other[0] - here[0]) * share, here[1] + (other[1] - here[1]) * share
            bends.append((round(x, 1), round(y, 1)))
    return tuple(bends)
