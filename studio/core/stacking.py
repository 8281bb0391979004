"""Stacking: a single block repeated, each time with weights of its own.

Decision: only composites are repeated, so that everything that follows a stack (check, program,
paths of probes, unfolding) knows one way. A single block therefore becomes a composite of its own
first, in the same step: under its id and title, with its wires and with its parameters to set.
"""

from dataclasses import dataclass, replace

from .blocks import BlockSpec
from .composites import PORT_IN, PORT_OUT, Composite, kind_of
from .errors import GraphError
from .experiment import Experiment
from .expressions import is_repeat
from .folding import Fold
from .graph import End, Graph, Node, NodeId
from .taking_part import SetRepeat
from .text import identifier, unique

_STEP = 220.0


@dataclass(frozen=True, slots=True)
class StackBlock:
    """Repeat a block that is no composite yet; ``spec`` is its declaration.

    It keeps its id, title, place and wires. Every parameter of the block becomes one of the
    composite, so that it is still set from outside.
    """

    id: NodeId
    spec: BlockSpec
    repeat: int | str
    where: str = ""
    label: str = "Repeat"

    @property
    def merge(self) -> str:
        """Turning the number on is the same step."""
        return SetRepeat((self.id,), self.repeat, self.where).merge

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the stack.

        Raises:
            GraphError: the block cannot be repeated, and why.
        """
        graph = experiment.graph_at(self.where)
        (node,) = graph.known([self.id])
        self._expect_repeatable(graph, node)
        id_ = unique(identifier(node.title), experiment.composites)
        inner = self._inner(graph, node)
        composite = Composite(id_, node.title, inner, self.spec.params)
        instance = replace(node, kind=kind_of(id_), repeat=self.repeat, weights={})
        known = {**experiment.composites, id_: composite}
        outer = _with_plain_ports(graph.put(instance), node.id)
        return experiment.with_composites(known).with_graph(outer, self.where)

    def _expect_repeatable(self, graph: Graph, node: Node) -> None:
        if not is_repeat(self.repeat) or (isinstance(self.repeat, str) and not self.where):
            raise GraphError(
                f"expected a whole number of at least 1 to repeat, received {self.repeat}"
            )
        if not can_stack(self.spec):
            raise GraphError(
                f"{node.title}: expected a block that takes and gives a value to repeat it"
            )
        partner = next((o for o in graph.nodes.values() if o.shares == node.id), None)
        partner = graph.nodes.get(node.shares, partner)
        if partner is not None:
            raise GraphError(
                f"{node.title} shares its weights with {partner.title}: expected weights of its "
                "own to repeat it"
            )

    def _inner(self, graph: Graph, node: Node) -> Graph:
        """Return the graph of the composite: the block between ports for what is wired."""
        wired = [*graph.inputs_of[node.id]]
        stems = {name.partition(".")[0] for name in wired}
        wired += [p.name for p in self.spec.inputs if not (p.optional or p.many or p.name in stems)]
        place = {port.name: at for at, port in enumerate(self.spec.inputs)}
        wired.sort(key=lambda name: place.get(name.partition(".")[0], len(place)))
        sources = {source for source in graph.feeds.values() if source.node == node.id}
        given = [p.name for p in self.spec.outputs if End(node.id, p.name) in sources]
        params = {param.name: f"={param.name}" for param in self.spec.params}
        block = replace(node, params=params, x=0.0, y=0.0, mode="", repeat=1)
        nodes, feeds = {node.id: block}, {}
        for count, port in enumerate(wired):
            id_ = unique(f"in_{identifier(port)}", nodes)
            nodes[id_] = _port(id_, PORT_IN, port, count)
            feeds[End(node.id, port)] = End(id_, "y")
        for count, port in enumerate(given or [self.spec.outputs[0].name]):
            id_ = unique(f"out_{identifier(port)}", nodes)
            nodes[id_] = _port(id_, PORT_OUT, port, count)
            feeds[End(id_, "x")] = End(node.id, port)
        return Graph(nodes, feeds)


@dataclass(frozen=True, slots=True)
class StackSelection:
    """Fold blocks and repeat what they became, in one step."""

    fold: Fold
    repeat: int
    merge: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return f"Repeat {self.fold.title}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the stack.

        Raises:
            GraphError: the blocks cannot be folded, or not so many times.
        """
        where = self.fold.where
        folded = self.fold(experiment)
        made = folded.graph_at(where).nodes.keys() - experiment.graph_at(where).nodes.keys()
        return SetRepeat(tuple(made), self.repeat, where)(folded)


def can_stack(spec: BlockSpec) -> bool:
    """Tell whether blocks of a kind take a value and give one, with weights of their own."""
    return bool(spec.role == "layer" and spec.inputs and spec.outputs and not spec.borrows)


def _port(id_: NodeId, kind: str, name: str, order: int) -> Node:
    x = -_STEP if kind == PORT_IN else _STEP
    return Node(id_, kind, _plain(name), {"order": order}, x, order * _STEP / 2)


def _plain(port: str) -> str:
    """Return a port's name as a composite can have it: slots become ports of their own."""
    return port.replace(".", "_")


def _with_plain_ports(graph: Graph, node: NodeId) -> Graph:
    if not any("." in port for port in graph.inputs_of[node]):
        return graph

    def renamed(end: End) -> End:
        return End(end.node, _plain(end.port)) if end.node == node else end

    feeds = {renamed(end): source for end, source in graph.feeds.items()}
    bends = {renamed(end): points for end, points in graph.bends.items()}
    return replace(graph, feeds=feeds, bends=bends)
