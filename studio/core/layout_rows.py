"""Rows: the heights of blocks and lanes, so that wires run level where they can.

Cells that a level wire joins are tied into one strip, long lanes first, as no strip may cross
another (after Brandes and Köpf 2001). Strips then move to where their other wires want them: each
way once without pushing upwards, once without pushing downwards, and the mean of both, in which
everything is still apart.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import ceil

from .layout_layers import Layers, Link

GRID = 8.0
GAP = 32.0
"""Between two cards, in canvas units."""
_CARD_TO_LANE, _LANE_TO_LANE = 24.0, 16.0
_ROUNDS = 12
_NUDGE = 24.0
"""How far a strip leaves the grid to make its wires level."""
_BLOCKS, _BLOCK_AND_LANE, _LANES = 1.0, 2.0, 8.0
"""How much it counts that a piece of a wire is level (Gansner et al. 1993)."""
_OF_A_SOURCE = 0.05
"""How much later the wire of a block without inputs is made level: a target before its loss."""
_OF_LANES = 0.75
"""What that weighs against being in the middle of the wires at a port."""


def rows(layers: Layers, heights: Sequence[float]) -> list[float]:
    """Return by cell the top of a block, or the height of a lane."""
    strips = _Strips(layers, heights)
    strips.settle()
    return strips.tops()


class _Strips:
    def __init__(self, layers: Layers, heights: Sequence[float]) -> None:
        self._layers, self._heights = layers, heights
        self._of = [0] * len(layers.lanes)
        self._offset = [0.0] * len(layers.lanes)
        self._count = self._tie(_level(layers))
        self._pulls: list[list[tuple[int, float, float]]] = [[] for _ in range(self._count)]
        self._pull()
        self._under: list[dict[int, float]] = [{} for _ in range(self._count)]
        self._over: list[dict[int, float]] = [{} for _ in range(self._count)]
        self._stack()
        self._order = self._sorted()
        self._y = self._pushed([0.0] * self._count)

    def settle(self) -> None:
        """Move every strip to where its wires want it."""
        for _ in range(_ROUNDS):
            wanted = [self._wanted(strip, _mean) for strip in range(self._count)]
            down, up = self._pushed(wanted), self._lifted(wanted)
            self._y = [(one + two) / 2 for one, two in zip(down, up, strict=True)]
        self._y = self._pushed([round(y / GRID) * GRID for y in self._y])
        for order in (self._order, self._order[::-1]):
            for strip in order:
                self._level(strip)

    def tops(self) -> list[float]:
        """Return the heights by cell."""
        return [
            self._y[strip] + offset for strip, offset in zip(self._of, self._offset, strict=True)
        ]

    def _tie(self, level: Iterable[Link]) -> int:
        """Number the strips, and say how far below its strip's height each cell stands."""
        after = {link.left: link for link in level}
        tied = {link.right for link in after.values()}
        count = 0
        for cell in range(len(self._of)):
            if cell in tied:
                continue
            here, offset = cell, 0.0
            self._of[here], self._offset[here] = count, 0.0
            while here in after:
                link = after[here]
                here, offset = link.right, offset + link.leaves - link.arrives
                self._of[here], self._offset[here] = count, offset
            count += 1
        return count

    def _pull(self) -> None:
        for link in self._layers.links:
            one, two = self._of[link.left], self._of[link.right]
            if one != two:
                weight = _weight(self._layers, link)
                shift = self._offset[link.left] + link.leaves
                shift -= self._offset[link.right] + link.arrives
                self._pulls[two].append((one, shift, weight))
                self._pulls[one].append((two, -shift, weight))

    def _stack(self) -> None:
        """Find which strip must keep how far above which."""
        for cells in self._layers.columns:
            for above, below in pairwise(cells):
                room = self._offset[above] + self._room(above, below) - self._offset[below]
                room = ceil(room / GRID - 1e-9) * GRID
                one, two = self._of[above], self._of[below]
                if room > self._under[one].get(two, room - 1.0):
                    self._under[one][two] = self._over[two][one] = room

    def _room(self, above: int, below: int) -> float:
        blocks = (above < len(self._heights)) + (below < len(self._heights))
        height = self._heights[above] if above < len(self._heights) else 0.0
        return height + (_LANE_TO_LANE, _CARD_TO_LANE, GAP)[blocks]

    def _sorted(self) -> list[int]:
        """Return the strips from top to bottom."""
        waiting = [len(over) for over in self._over]
        ready = [strip for strip, count in enumerate(waiting) if not count]
        for strip in ready:
            for below in self._under[strip]:
                waiting[below] -= 1
                if not waiting[below]:
                    ready.append(below)
        return ready

    def _pushed(self, wanted: Sequence[float]) -> list[float]:
        """Return heights from top to bottom, none above what it wants."""
        y = list(wanted)
        for strip in self._order:
            for above, room in self._over[strip].items():
                y[strip] = max(y[strip], y[above] + room)
        return y

    def _lifted(self, wanted: Sequence[float]) -> list[float]:
        """Return heights from bottom to top, none below what it wants."""
        y = list(wanted)
        for strip in reversed(self._order):
            for below, room in self._under[strip].items():
                y[strip] = min(y[strip], y[below] - room)
        return y

    def _wanted(self, strip: int, middle: Callable[[list[tuple[float, float]]], float]) -> float:
        pulls = [(self._y[other] + shift, weight) for other, shift, weight in self._pulls[strip]]
        return middle(pulls) if pulls else self._y[strip]

    def _level(self, strip: int) -> None:
        """Leave the grid by a little where that makes wires run level."""
        wanted = self._wanted(strip, _median)
        least = max((self._y[a] + room for a, room in self._over[strip].items()), default=wanted)
        most = min((self._y[b] - room for b, room in self._under[strip].items()), default=wanted)
        if least <= wanted <= most and abs(wanted - self._y[strip]) <= _NUDGE:
            self._y[strip] = wanted


def _level(layers: Layers) -> list[Link]:
    """Return the links to run level: at most one a side of each cell, none across another."""
    leaving: dict[int, list[Link]] = {}
    arriving: dict[int, list[Link]] = {}
    for link in layers.links:
        leaving.setdefault(link.left, []).append(link)
        arriving.setdefault(link.right, []).append(link)
    place = layers.places()
    central: dict[Link, float] = {}
    for groups in (leaving, arriving):
        for links in groups.values():
            ordered = sorted(links, key=lambda link: (place[link.left], place[link.right], link))
            for at, link in enumerate(ordered):
                off = abs(at - (len(ordered) - 1) / 2)
                lone = 0.0 if link.left in arriving else _OF_A_SOURCE
                central[link] = central.get(link, 0.0) + off + lone
    chosen: list[Link] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    levels: dict[int, list[tuple[int, int]]] = {}
    for link in sorted(central, key=lambda link: (*_rank(layers, link, central[link]), link)):
        if link.left in taken[0] or link.right in taken[1]:
            continue
        known = levels.setdefault(layers.lanes[link.left].column, [])
        pair = place[link.left], place[link.right]
        at = bisect_left(known, pair)
        if (not at or known[at - 1][1] < pair[1]) and (at == len(known) or known[at][1] > pair[1]):
            insort(known, pair)
            taken[0].add(link.left)
            taken[1].add(link.right)
            chosen.append(link)
    return chosen


def _rank(layers: Layers, link: Link, off: float) -> tuple[bool, float]:
    """Return how late a link is made level: pieces of lanes first; of two wires at a port that of
    a lane, of more the one in their middle.
    """
    weight = _weight(layers, link)
    return weight != _LANES, off - _OF_LANES * weight


def _weight(layers: Layers, link: Link) -> float:
    blocks = layers.is_block(link.left) + layers.is_block(link.right)
    return (_LANES, _BLOCK_AND_LANE, _BLOCKS)[blocks]


def _mean(pulls: list[tuple[float, float]]) -> float:
    return sum(y * weight for y, weight in pulls) / sum(weight for _, weight in pulls)


def _median(pulls: list[tuple[float, float]]) -> float:
    """Return the height with as much weight above as below."""
    pulls.sort()
    half, passed = sum(weight for _, weight in pulls) / 2, 0.0
    for at, (y, weight) in enumerate(pulls):
        passed += weight
        if passed > half:
            return y
        if passed == half:
            return (y + pulls[at + 1][0]) / 2
    return pulls[-1][0]
