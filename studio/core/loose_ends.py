"""Loose ends: for an input that nothing feeds, the outputs near it that feed nothing yet."""

from collections.abc import Iterator

from .catalog import Catalog
from .check import Checked
from .graph import End, Graph, Node, Wire
from .wiring import free_input, refusal

_MOST = 3
"""So many wires are found for an input; who means another one draws it."""
_BEHIND = 3.0
"""How much farther away a block at the right seems, as wires run from left to right."""


def wires_to(graph: Graph, node: Node, catalog: Catalog, checked: Checked) -> Iterator[Wire]:
    """Yield wires from loose outputs to the inputs of a block that lack one, the nearest first."""
    spec, wired = catalog.block(node.kind), graph.inputs_of[node.id]
    stems = {name.partition(".")[0] for name in wired}
    for port in spec.inputs if spec else ():
        if port.optional or port.name in stems:
            continue
        end = free_input(graph, node.id, port)
        wires = (Wire(source, end) for source in _loose(graph, node, catalog))
        fitting = (wire for wire in wires if not refusal(graph, wire, catalog, checked))
        yield from (wire for wire, _ in zip(fitting, range(_MOST), strict=False))


def _loose(graph: Graph, node: Node, catalog: Catalog) -> list[End]:
    """Return the outputs that feed nothing, the nearest to a block first."""
    fed = set(graph.feeds.values())
    found: list[tuple[float, End]] = []
    for other in graph.nodes.values():
        spec = catalog.block(other.kind)
        if other is node or spec is None or spec.role == "loss":
            continue
        ends = (End(other.id, port.name) for port in spec.outputs)
        found += [(_distance(other, node), end) for end in ends if end not in fed]
    return [end for _, end in sorted(found)]


def _distance(source: Node, target: Node) -> float:
    across, down = target.x - source.x, abs(target.y - source.y)
    return down + (across if across > 0 else -across * _BEHIND)
