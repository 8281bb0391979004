"""Scope: what the kinds of blocks mean in one experiment, its composites beside the catalog."""

from collections.abc import Mapping
from dataclasses import replace

from .blocks import BlockSpec, Inferred, Port
from .catalog import Catalog
from .composites import PORT_IN, PORT_OUT, Composite, composite_of, port_name, ports_in
from .errors import ShapeError
from .graph import Graph, Node
from .params import Params
from .shapes import Shapes
from .text import identifier


class Scope(Catalog):
    """A catalog in which ``composite:<id>`` finds the declaration of a composite's instances.

    All else is the catalog's own: what is added to that is found here too.
    """

    def __init__(self, catalog: Catalog, composites: Mapping[str, Composite]) -> None:
        self.base = catalog
        self.composites = composites
        self._specs: dict[str, BlockSpec] = {}
        super().__init__()
        self.blocks, self.optimizers = catalog.blocks, catalog.optimizers
        self.schedules, self.sources = catalog.schedules, catalog.sources
        self.ways = catalog.ways

    def block(self, kind: str) -> BlockSpec | None:
        """Return the block of this id, or the declaration of a composite's instances."""
        composite = self.composites.get(composite_of(kind))
        if composite is None:
            return self.base.block(kind)
        if kind not in self._specs:
            self._specs[kind] = spec_of(composite)
        return self._specs[kind]

    def owner_of(self, id_: str) -> str:
        """Return who gave this declaration."""
        return self.base.owner_of(id_)


def spec_of(composite: Composite) -> BlockSpec:
    """Return the declaration of a composite's instances: its ports and its parameters."""
    return BlockSpec(
        id=composite.kind,
        title=composite.title,
        family="Composite",
        stem=identifier(composite.title),
        infer=_infer,
        inputs=_ports(composite.graph, PORT_IN),
        outputs=_ports(composite.graph, PORT_OUT),
        params=composite.params,
        summary=", ".join(f"{{{param.name}}}" for param in composite.params[:3]),
        help=composite.help
        or f"A composite of this experiment: {len(composite.graph.nodes)} blocks.",
        synonyms=("composite", "group", composite.id),
    )


def live(graph: Graph, scope: Catalog) -> Graph:
    """Return what takes part of a drawing: without disabled blocks and what hangs on them alone,
    and with wires led around bypassed ones. Without either it is the drawing itself.
    """
    modes = {node.mode for node in graph.nodes.values()}
    if "disable" in modes:
        graph = graph.remove(*_absent(graph, scope))
    if "bypass" in modes:
        for id_ in graph.order:
            if graph.nodes[id_].mode == "bypass":
                graph = _led_around(graph, graph.nodes[id_], scope)
    return graph


def passes(graph: Graph, node: Node, scope: Catalog) -> dict[str, str]:
    """Return, for each output of a bypassed block, the input whose value it passes on."""
    spec, wired = scope.block(node.kind), [*graph.inputs_of[node.id]]
    outputs = [port.name for port in spec.outputs] if spec else []
    return dict(zip(outputs, wired, strict=False))


def _led_around(graph: Graph, node: Node, scope: Catalog) -> Graph:
    inputs, through = graph.inputs_of[node.id], passes(graph, node, scope)
    feeds = dict(graph.feeds)
    for end in graph.consumers_of[node.id]:
        port = through.get(feeds[end].port)
        if port is not None:
            feeds[end] = inputs[port]
    return replace(graph, feeds=feeds).remove(node.id)


def _absent(graph: Graph, scope: Catalog) -> list[str]:
    """Return the disabled blocks, and those that lack an input without them."""
    absent: dict[str, None] = {}
    for id_ in graph.order:
        node = graph.nodes[id_]
        if node.mode == "disable" or _starved(graph, node, scope, absent):
            absent[id_] = None
    return list(absent)


def _starved(graph: Graph, node: Node, scope: Catalog, absent: Mapping[str, None]) -> bool:
    alive: dict[str, bool] = {}
    for name, end in graph.inputs_of[node.id].items():
        stem = name.partition(".")[0]
        alive[stem] = alive.get(stem, False) or end.node not in absent
    spec = scope.block(node.kind)
    optional = {port.name for port in spec.inputs if port.optional} if spec else set()
    return any(not living and stem not in optional for stem, living in alive.items())


def _ports(graph: Graph, kind: str) -> tuple[Port, ...]:
    return tuple(Port(port_name(node), None) for node in ports_in(graph, kind))


def _infer(_: Shapes, __: Params) -> Inferred:
    # The check looks into the composite instead.
    raise ShapeError("expected to be looked into, received a question")
