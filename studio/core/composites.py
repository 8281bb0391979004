"""Composite: a graph with ports and parameters of its own, placed as often as one likes as a block.

Decision: a port is a block inside the graph (``io.port_in``, ``io.port_out``) whose title is the
port's name, so that ports are placed, moved, renamed and undone like everything else.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .graph import End, Graph, Node, NodeId, closed_up
from .names import natural
from .params import Param

PORT_IN = "io.port_in"
PORT_OUT = "io.port_out"
PORTS = frozenset({PORT_IN, PORT_OUT})

_PREFIX = "composite:"


@dataclass(frozen=True, slots=True)
class Composite:
    """A definition; a block of kind ``composite:<id>`` is an instance of it.

    Values inside may be expressions over
    the parameters, such as ``=4*d_model``.
    """

    id: str
    title: str
    graph: Graph = field(default_factory=Graph)
    params: tuple[Param, ...] = ()
    help: str = ""

    @property
    def kind(self) -> str:
        """The kind of its instances."""
        return kind_of(self.id)


def kind_of(composite: str) -> str:
    """Return the kind of the instances of a composite."""
    return f"{_PREFIX}{composite}"


def composite_of(kind: str) -> str:
    """Return the id of the composite that a kind of block stands for, empty for none."""
    return kind.removeprefix(_PREFIX) if kind.startswith(_PREFIX) else ""


def port_name(node: Node) -> str:
    """Return the name that a port block gives its port: the title, fit for an address."""
    return re.sub(r"[\s.]+", "_", node.title.strip()) or node.id


def ports_in(graph: Graph, kind: str) -> tuple[Node, ...]:
    """Return the port blocks of one kind by ``order``, then from top to bottom."""
    found = [node for node in graph.nodes.values() if node.kind == kind]
    return tuple(sorted(found, key=_place_of_port))


def used_by(graph: Graph, composites: Mapping[str, Composite]) -> tuple[str, ...]:
    """Return the composites that a graph needs, those inside others included, inner ones first."""
    found: dict[str, None] = {}

    def visit(graph: Graph) -> None:
        for id_ in sorted(instances(graph)):
            if id_ in composites and id_ not in found:
                visit(composites[id_].graph)
                found[id_] = None

    visit(graph)
    return tuple(found)


def instances(graph: Graph) -> set[str]:
    """Return the ids of the composites that stand in a graph as blocks."""
    return {composite_of(node.kind) for node in graph.nodes.values()} - {""}


def embraced(composites: Mapping[str, Composite]) -> str:
    """Return a composite that contains itself, directly or through others; empty for none."""
    inside = {id_: instances(composite.graph) for id_, composite in composites.items()}
    done: set[str] = set()

    def loops(id_: str, path: frozenset[str]) -> bool:
        if id_ in path:
            return True
        if id_ in done:
            return False
        found = any(loops(inner, path | {id_}) for inner in inside.get(id_, ()))
        done.add(id_)
        return found

    return next((id_ for id_ in sorted(composites) if loops(id_, frozenset())), "")


def settled(graph: Graph, composite: str, before: Graph, after: Graph) -> Graph:
    """Return a graph whose wires at instances follow the ports of a changed composite."""
    placed = {node.id for node in graph.nodes.values() if node.kind == kind_of(composite)}
    ins, outs = _moved(before, after, PORT_IN), _moved(before, after, PORT_OUT)
    if not placed or not (ins or outs):
        return graph
    feeds, bends = {}, {}
    for target, source in graph.feeds.items():
        to, origin = _followed(target, placed, ins), _followed(source, placed, outs)
        if to and origin:
            feeds[to] = origin
            if target in graph.bends:
                bends[to] = graph.bends[target]
    closed, kept = closed_up(feeds, bends)
    return replace(graph, feeds=closed, bends=kept)


def _followed(end: End, placed: Iterable[NodeId], moved: Mapping[str, str | None]) -> End | None:
    if end.node not in placed:
        return end
    name = moved.get(end.port, end.port)
    return End(end.node, name) if name else None


def _moved(before: Graph, after: Graph, kind: str) -> dict[str, str | None]:
    """Return the new name of every port that changed its name, None for one that is gone."""
    if before.nodes is after.nodes:
        return {}
    old = {node.id: port_name(node) for node in ports_in(before, kind)}
    new = {node.id: port_name(node) for node in ports_in(after, kind)}
    return {name: new.get(id_) for id_, name in old.items() if new.get(id_) != name}


def _place_of_port(node: Node) -> tuple[float, float, tuple[tuple[int, str], ...]]:
    order = node.params.get("order", 0)
    known = isinstance(order, (int, float)) and not isinstance(order, bool)
    return (
        float(order) if known and isinstance(order, (int, float)) else 0.0,
        node.y,
        natural(node.id),
    )
