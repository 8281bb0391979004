"""Ends: the ports that wires join, and the slots of a port that takes several."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from .marks import Bends, Point
from .shapes import slot_of

NodeId: TypeAlias = str


class End(NamedTuple):
    """One end of a wire: a port of a block."""

    node: NodeId
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


class Wire(NamedTuple):
    """A connection from an output to an input."""

    source: End
    target: End

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


def closed_up(
    feeds: Mapping[End, End], bends: Bends[End]
) -> tuple[dict[End, End], dict[End, tuple[Point, ...]]]:
    """Return wires and bends with the slots of every port that takes several counted from 0.

    Bends of inputs without a wire are left out.
    """
    if not any("." in target.port for target in feeds):
        return dict(feeds), {end: points for end, points in bends.items() if end in feeds}
    closed: dict[End, End] = {}
    taken: dict[End, int] = {}
    for target in sorted(feeds, key=lambda end: slot_of(end.port)):
        stem, dot, _ = target.port.partition(".")
        closed[target] = target
        if dot:
            slot = taken.get(End(target.node, stem), 0)
            taken[End(target.node, stem)] = slot + 1
            closed[target] = End(target.node, f"{stem}.{slot}")
    return (
        {now: feeds[target] for target, now in closed.items()},
        {closed[end]: points for end, points in bends.items() if end in closed},
    )
