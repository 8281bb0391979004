"""Arranging: positions for several blocks at once, as the Move that puts them there."""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from .edits import Move
from .graph import Node, NodeId

Edge: TypeAlias = Literal["left", "right", "top", "bottom", "middle", "centre"]
Size: TypeAlias = tuple[float, float]
"""Width and height of a card, in canvas units."""

CARD: Size = (160.0, 64.0)
"""What a card takes whose size is not told."""


def align(
    nodes: Iterable[Node],
    edge: Edge,
    sizes: Mapping[NodeId, Size] | None = None,
    *,
    where: str = "",
) -> Move:
    """Return the move that lines blocks up at an edge, or in the middle (y) or centre (x)."""
    cards = [(node, (sizes or {}).get(node.id, CARD)) for node in nodes]
    left = min((node.x for node, _ in cards), default=0.0)
    top = min((node.y for node, _ in cards), default=0.0)
    right = max((node.x + width for node, (width, _) in cards), default=0.0)
    bottom = max((node.y + height for node, (_, height) in cards), default=0.0)
    to = {}
    for node, (width, height) in cards:
        x = {"left": left, "right": right - width, "centre": (left + right - width) / 2}
        y = {"top": top, "bottom": bottom - height, "middle": (top + bottom - height) / 2}
        to[node.id] = x.get(edge, node.x), y.get(edge, node.y)
    return Move(to, label=f"Align {edge}", where=where)


def distribute(
    nodes: Iterable[Node],
    axis: Literal["x", "y"],
    sizes: Mapping[NodeId, Size] | None = None,
    *,
    where: str = "",
) -> Move:
    """Return the move that leaves equal gaps between blocks; the outermost two stay."""
    side = 0 if axis == "x" else 1
    placed = sorted(nodes, key=lambda node: ((node.x, node.y)[side], node.id))
    lengths = [(sizes or {}).get(node.id, CARD)[side] for node in placed]
    label = "Distribute across" if axis == "x" else "Distribute down"
    if len(placed) < 3:
        return Move({node.id: (node.x, node.y) for node in placed}, label=label, where=where)
    starts = [(node.x, node.y)[side] for node in placed]
    span = starts[-1] + lengths[-1] - starts[0]
    gap = (span - sum(lengths)) / (len(placed) - 1)
    to, at = {}, starts[0]
    for node, length in zip(placed, lengths, strict=True):
        to[node.id] = (at, node.y) if axis == "x" else (node.x, at)
        at += length + gap
    return Move(to, label=label, where=where)
