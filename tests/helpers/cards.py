"""Cards of a drawing as the canvas measures them, for tests of how drawings stand."""

from collections.abc import Iterator
from itertools import combinations

from studio.core.cards import cards_of
from studio.core.graph import Graph
from studio.core.scope import Scope


def too_close(graph: Graph, scope: Scope, gap: float) -> Iterator[tuple[str, str]]:
    """Yield the titles of every two cards with less than ``gap`` between them."""
    sizes = cards_of(graph, scope).sizes
    for one, other in combinations(graph.nodes.values(), 2):
        above = min(one, other, key=lambda node: node.y)
        across, down = abs(one.x - other.x), abs(one.y - other.y)
        if across < sizes[one.id][0] + gap and down < sizes[above.id][1] + gap:
            yield one.title, other.title
