"""Folding: a selection becomes a composite, with ports where wires cross its border."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .composites import PORT_IN, PORT_OUT, Composite, kind_of, port_name
from .errors import GraphError
from .experiment import Experiment, Training
from .expressions import is_expression, names_in
from .graph import End, Graph, Node, NodeId, Wire
from .names import fresh_ids
from .params import Param, Value
from .text import identifier, unique

_STEP = 220.0
"""How far a port stands from the blocks, in canvas units."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Make blocks a composite, and put an instance in their place.

    Wires that cross the border become ports: one for each value, named ``x`` and ``y`` where there
    is one, after the block that gives the value otherwise. ``loose`` are outputs that nothing takes
    yet and that become ports all the same.
    """

    ids: tuple[NodeId, ...]
    title: str
    loose: tuple[End, ...] = ()
    where: str = ""
    label: str = "Fold into a composite"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the composite and its instance."""
        graph, title = experiment.graph_at(self.where), self.title.strip()
        if not self.ids or not title:
            raise GraphError("expected blocks and a title to fold, received none")
        nodes, chosen = graph.known(self.ids), set(self.ids)
        _expect_no_sharing_across(graph, chosen)
        id_ = unique(identifier(title), experiment.composites)
        border = _Border(graph, chosen, self.loose)
        params = _params_of(experiment, self.where, nodes)
        composite = Composite(id_, title, border.inner(), params)
        instance = Node(
            fresh_ids(identifier(title), graph.nodes)[0],
            kind_of(id_),
            _free_title(title, graph, chosen),
            {param.name: f"={param.name}" for param in params},
            min(node.x for node in nodes),
            min(node.y for node in nodes),
        )
        folded = experiment.with_composites({**experiment.composites, id_: composite})
        changed = folded.with_graph(border.outer(instance), self.where)
        return (
            changed if self.where else retrained(changed, {id_: [instance.id] for id_ in self.ids})
        )


@dataclass(frozen=True, slots=True)
class _Border:
    """The ports between chosen blocks and the rest of their graph."""

    graph: Graph
    chosen: set[NodeId]
    loose: tuple[End, ...]
    entering: dict[End, str] = field(init=False)
    leaving: dict[End, str] = field(init=False)

    def __post_init__(self) -> None:
        wires = list(self.graph.wires)
        place = {node: count for count, node in enumerate(self.graph.order)}
        crossing_in = {w.source for w in wires if self._enters(w)}
        crossing_out = {w.source for w in wires if self._leaves(w)}
        outs = crossing_out | {end for end in self.loose if end.node in self.chosen}
        object.__setattr__(self, "entering", self._named(crossing_in, "x", place))
        object.__setattr__(self, "leaving", self._named(outs, "y", place))

    def inner(self) -> Graph:
        """Return the graph of the composite."""
        graph = self.graph
        xs = [graph.nodes[id_].x for id_ in self.chosen]
        ys = [graph.nodes[id_].y for id_ in self.chosen]
        left, right, top = min(xs) - _STEP, max(xs) + _STEP, min(ys)
        inside = {id_: node for id_, node in graph.nodes.items() if id_ in self.chosen}
        ports: dict[str, Node] = {}
        feeds = {
            target: source
            for target, source in graph.feeds.items()
            if {target.node, source.node} <= self.chosen
        }
        bends = {end: points for end, points in graph.bends.items() if end in feeds}
        taken = {*inside}
        for count, (source, name) in enumerate(self.entering.items()):
            id_ = unique(name, taken)
            taken.add(id_)
            ports[id_] = Node(id_, PORT_IN, name, {"order": count}, left, top + count * _STEP / 2)
            for target, origin in graph.feeds.items():
                if origin == source and target.node in self.chosen:
                    feeds[target] = End(id_, "y")
        for count, (source, name) in enumerate(self.leaving.items()):
            id_ = unique(name, taken)
            taken.add(id_)
            ports[id_] = Node(id_, PORT_OUT, name, {"order": count}, right, top + count * _STEP / 2)
            feeds[End(id_, "x")] = source
        return Graph({**inside, **ports}, feeds, bends)

    def outer(self, instance: Node) -> Graph:
        """Return the graph around the composite, with the instance in it."""
        graph = self.graph
        wires = [Wire(source, End(instance.id, name)) for source, name in self.entering.items()]
        wires += [
            Wire(End(instance.id, self.leaving[source]), target)
            for source, target in graph.wires
            if source.node in self.chosen and target.node not in self.chosen
        ]
        feeds = {
            target: source
            for target, source in graph.feeds.items()
            if not {target.node, source.node} & self.chosen
        }
        feeds |= {wire.target: wire.source for wire in wires}
        nodes = {id_: node for id_, node in graph.nodes.items() if id_ not in self.chosen}
        bends = {end: points for end, points in graph.bends.items() if end in feeds}
        kept = {end: points for end, points in bends.items() if end.node not in self.chosen}
        around = replace(graph, nodes={**nodes, instance.id: instance}, feeds=feeds, bends=kept)
        if len(around.order) != len(around.nodes):
            raise GraphError(
                "expected blocks that stand together, received some with others between them; "
                "select those too"
            )
        return around

    def _enters(self, wire: Wire) -> bool:
        return wire.target.node in self.chosen and wire.source.node not in self.chosen

    def _leaves(self, wire: Wire) -> bool:
        return wire.source.node in self.chosen and wire.target.node not in self.chosen

    def _named(self, ends: set[End], alone: str, place: Mapping[NodeId, int]) -> dict[End, str]:
        found: dict[End, str] = {}
        for end in sorted(ends, key=lambda end: (place[end.node], end.port)):
            stem = alone if len(ends) == 1 else identifier(self.graph.nodes[end.node].title)
            found[end] = unique(stem, found.values())
        return found


def _expect_no_sharing_across(graph: Graph, chosen: set[NodeId]) -> None:
    for node in graph.nodes.values():
        if node.shares and (node.id in chosen) != (node.shares in chosen):
            owner = graph.nodes[node.shares].title if node.shares in graph.nodes else node.shares
            raise GraphError(
                f"expected blocks that share weights together, received {node.title} and {owner} "
                "apart; fold both or neither"
            )


def _params_of(experiment: Experiment, where: str, nodes: Iterable[Node]) -> tuple[Param, ...]:
    """Return the enclosing composite's parameters that the blocks use in expressions."""
    if not where:
        return ()
    values: list[Value] = []
    for node in nodes:
        values += [*node.params.values(), node.repeat]
    used = {name for value in values if is_expression(value) for name in names_in(value)}
    return tuple(param for param in experiment.composites[where].params if param.name in used)


def _free_title(title: str, graph: Graph, chosen: set[NodeId]) -> str:
    titles = {node.title for node in graph.nodes.values() if node.id not in chosen}
    return title if title not in titles else fresh_ids(f"{title} ", titles)[0]


def retrained(experiment: Experiment, ids: Mapping[NodeId, list[NodeId]]) -> Experiment:
    """Return the experiment whose objectives update, in place of some blocks, others."""
    training: Training = experiment.training
    objectives = tuple(
        replace(
            objective,
            blocks=tuple(
                dict.fromkeys(new for old in objective.blocks for new in ids.get(old, [old]))
            ),
        )
        for objective in training.objectives
    )
    if objectives == training.objectives:
        return experiment
    return replace(experiment, training=replace(training, objectives=objectives))


def ports_by_name(graph: Graph, kind: str) -> dict[str, NodeId]:
    """Return the port blocks of a kind by the name of their port."""
    return {port_name(node): node.id for node in graph.nodes.values() if node.kind == kind}
