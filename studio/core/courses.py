"""Courses: the curve that a wire is drawn as, and which cards it would run behind.

The formulas are those of the canvas (a test holds the two together), here without arrays, so that
a layout can be judged where no window is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TypeAlias

from .graph import NodeId
from .marks import Point

Rect: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, in canvas units."""
Cubic: TypeAlias = tuple[Point, Point, Point, Point]

LOOP = 36.0 * 1.4
"""How far the control points of a wire backwards reach out at its ends."""
LANE = 96.0
"""How far under its ends a wire runs back where there is no room between them."""
_PIECES = 8
_BUCKET = 256.0


def course(points: Sequence[Point]) -> list[Cubic]:
    """Return the curve of a wire from its first point through all others to its last."""
    if len(points) > 2:
        return _through(points)
    (x0, y0), (x1, y1) = points
    if x1 - x0 < -1e-9:
        return _backward(x0, y0, x1, y1)
    dx, dy = x1 - x0, abs(y1 - y0)
    out = min(max(dx * 0.5, min(64.0, (dx + dy) * 0.4)), dx)
    return [((x0, y0), (x0 + out, y0), (x1 - out, y1), (x1, y1))]


def _backward(x0: float, y0: float, x1: float, y1: float) -> list[Cubic]:
    lane = max(y0, y1) + LANE if abs(y1 - y0) < LANE else (y0 + y1) / 2
    return [
        ((x0, y0), (x0 + LOOP, y0), (x0 + LOOP, lane), (x0, lane)),
        ((x0, lane), (x0 * 2 / 3 + x1 / 3, lane), (x0 / 3 + x1 * 2 / 3, lane), (x1, lane)),
        ((x1, lane), (x1 - LOOP, lane), (x1 - LOOP, y1), (x1, y1)),
    ]


def _through(points: Sequence[Point]) -> list[Cubic]:
    ways = [(1.0, 0.0)]
    for (ax, ay), (x, y), (bx, by) in zip(points, points[1:], points[2:], strict=False):
        # Level where it would swing out beyond the point.
        across = bx - ax if (x - ax) * (bx - x) > 0.0 else 0.0
        down = by - ay if (y - ay) * (by - y) > 0.0 else 0.0
        far = max(hypot(across, down), 1e-9)
        ways.append((across / far, down / far))
    ways.append((1.0, 0.0))
    bends = []
    for ((ax, ay), (bx, by)), ((ux, uy), (vx, vy)) in zip(
        pairwise(points), pairwise(ways), strict=True
    ):
        reach = hypot(bx - ax, by - ay) * 0.38
        near, far_ = (ax + ux * reach, ay + uy * reach), (bx - vx * reach, by - vy * reach)
        bends.append(((ax, ay), near, far_, (bx, by)))
    return bends


def traced(cubics: Iterable[Cubic]) -> Iterator[tuple[Point, Point]]:
    """Yield the straight pieces that a curve is near to."""
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in cubics:
        if ay == by == cy == dy:
            yield (ax, ay), (dx, dy)
            continue
        last = (ax, ay)
        for step in range(1, _PIECES + 1):
            t = step / _PIECES
            s = 1.0 - t
            a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            here = (a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy)
            yield last, here
            last = here


@dataclass(frozen=True, slots=True)
class _Card:
    top: float
    bottom: float
    left: float
    right: float
    node: NodeId


class Obstacles:
    """Cards by where they stand, asked for those that a curve touches."""

    def __init__(self, rects: Mapping[NodeId, Rect], margin: float = 0.0) -> None:
        self._buckets: dict[int, list[_Card]] = {}
        for node, (left, top, right, bottom) in rects.items():
            card = _Card(top - margin, bottom + margin, left - margin, right + margin, node)
            for bucket in _span(card.left, card.right):
                self._buckets.setdefault(bucket, []).append(card)
        for cards in self._buckets.values():
            cards.sort(key=_top)
        self._tallest = max((r[3] - r[1] for r in rects.values()), default=0.0) + 2 * margin

    def touched(self, points: Sequence[Point], ends: Iterable[NodeId]) -> set[NodeId]:
        """Return the cards that the wire through these points runs behind, but for its ends."""
        own, found = set(ends), set()
        for one, two in traced(course(points)):
            low, high = min(one[1], two[1]), max(one[1], two[1])
            for bucket in _span(min(one[0], two[0]), max(one[0], two[0])):
                for card in self._between(bucket, low, high):
                    if card.node not in own and card.node not in found and _meets(card, one, two):
                        found.add(card.node)
        return found

    def _between(self, bucket: int, low: float, high: float) -> Iterator[_Card]:
        cards = self._buckets.get(bucket, [])
        for place in range(_first(cards, low - self._tallest), len(cards)):
            if cards[place].top > high:
                return
            if cards[place].bottom >= low:
                yield cards[place]


def _top(card: _Card) -> float:
    return card.top


def _first(cards: list[_Card], top: float) -> int:
    """Return where cards begin that do not stand above a height."""
    low, high = 0, len(cards)
    while low < high:
        middle = (low + high) // 2
        if cards[middle].top < top:
            low = middle + 1
        else:
            high = middle
    return low


def _span(left: float, right: float) -> range:
    return range(int(left // _BUCKET), int(right // _BUCKET) + 1)


def _meets(card: _Card, one: Point, two: Point) -> bool:
    """Tell whether a straight piece meets a card (after Liang and Barsky)."""
    x, y = one
    dx, dy = two[0] - x, two[1] - y
    begin, end = 0.0, 1.0
    for step, room in (
        (-dx, x - card.left),
        (dx, card.right - x),
        (-dy, y - card.top),
        (dy, card.bottom - y),
    ):
        if step == 0.0:
            if room < 0.0:
                return False
        elif step < 0.0:
            begin = max(begin, room / step)
        else:
            end = min(end, room / step)
    return begin <= end
