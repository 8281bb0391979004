"""The edits that remedies are made of: swap, insert, go around, set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from studio.core.blocks import BlockSpec
from studio.core.edits import Edit
from studio.core.errors import GraphError
from studio.core.experiment import Experiment, Training
from studio.core.graph import End, Graph, Node, NodeId, Wire, fresh_ids
from studio.core.params import Value
from studio.core.reworking import replacing

from .anatomy import Spot

GAP = 216.0
"""How far one card stands behind another, in canvas units."""


@dataclass(frozen=True, slots=True)
class Several:
    """Edits done one after the other, as one step of undo."""

    edits: tuple[Edit, ...]
    label: str
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment after all of them."""
        for edit in self.edits:
            experiment = edit(experiment)
        return experiment


@dataclass(frozen=True, slots=True)
class Retrained:
    """The training settings, changed by a function of what they are."""

    change: Callable[[Training], Training]
    label: str
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the settings."""
        return replace(experiment, training=self.change(experiment.training))


@dataclass(frozen=True, slots=True)
class Swap:
    """Make blocks of another kind, with their wires and the values that fit."""

    spots: tuple[Spot, ...]
    spec: BlockSpec
    label: str
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the blocks swapped; titles of the old kind follow."""
        for spot in self.spots:
            graph = _graph_with(experiment, spot)
            edit = replacing(graph, spot.id, self.spec, where=spot.where)
            titles = [node.title for node in graph.nodes.values() if node.id != spot.id]
            known = edit.node.title.rstrip("0123456789")
            if known in {spot.id.rstrip("0123456789"), edit.node.kind.partition(".")[2]}:
                title = fresh_ids(self.spec.name_stem, titles)[0]
                edit = replace(edit, node=replace(edit.node, title=title))
            experiment = edit(experiment)
        return experiment


@dataclass(frozen=True, slots=True)
class InsertBehind:
    """Put a new block behind each of some, before everything that they feed."""

    spots: tuple[Spot, ...]
    spec: BlockSpec
    params: tuple[tuple[str, Value], ...]
    label: str
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the blocks; what stands behind makes room."""
        for spot in self.spots:
            graph = _graph_with(experiment, spot)
            experiment = experiment.with_graph(self._inserted(graph, spot.id), spot.where)
        return experiment

    def _inserted(self, graph: Graph, id_: NodeId) -> Graph:
        ends = graph.consumers_of[id_]
        if not ends:
            raise GraphError(f"{graph.nodes[id_].title} feeds nothing that a block could stand in")
        source = graph.feeds[ends[0]]
        node = _fresh(graph, self.spec, dict(self.params), behind=graph.nodes[id_])
        into, out = self.spec.inputs[0].name, self.spec.outputs[0].name
        wires = [Wire(source, End(node.id, into)), *(Wire(End(node.id, out), end) for end in ends)]
        return _make_room(graph, id_).add(node).connect(*wires)


@dataclass(frozen=True, slots=True)
class GoAround:
    """Add what enters a block to what leaves another one behind it: a residual."""

    pairs: tuple[tuple[Spot, NodeId], ...]
    add: BlockSpec
    label: str
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the ways around."""
        for spot, last in self.pairs:
            graph = _graph_with(experiment, spot)
            entering = next(iter(graph.inputs_of[spot.id].values()))
            ends = graph.consumers_of[last]
            node = _fresh(graph, self.add, {}, behind=graph.nodes[last])
            first, second = (End(node.id, f"{self.add.inputs[0].name}.{slot}") for slot in (0, 1))
            out = End(node.id, self.add.outputs[0].name)
            wires = [
                Wire(graph.feeds[ends[0]], first),
                Wire(entering, second),
                *(Wire(out, end) for end in ends),
            ]
            changed = _make_room(graph, last).add(node).connect(*wires)
            experiment = experiment.with_graph(changed, spot.where)
        return experiment


@dataclass(frozen=True, slots=True)
class SetOn:
    """Set values on blocks, or how their weights begin; None takes the usual again."""

    spots: tuple[Spot, ...]
    values: tuple[tuple[str, Value | None], ...]
    label: str
    weights: bool = False
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the values."""
        for spot in self.spots:
            graph = _graph_with(experiment, spot)
            node = graph.nodes[spot.id]
            known = dict(node.weights if self.weights else node.params)
            for name, value in self.values:
                known.pop(name, None)
                known |= {} if value is None else {name: value}
            changed = replace(node, weights=known) if self.weights else replace(node, params=known)
            experiment = experiment.with_graph(graph.put(changed), spot.where)
        return experiment


def _graph_with(experiment: Experiment, spot: Spot) -> Graph:
    graph = experiment.graph_at(spot.where)
    graph.known([spot.id])
    return graph


def _fresh(graph: Graph, spec: BlockSpec, params: dict[str, Value], *, behind: Node) -> Node:
    titles = [node.title for node in graph.nodes.values()]
    id_ = fresh_ids(spec.name_stem, graph.nodes)[0]
    title = fresh_ids(spec.name_stem, titles)[0]
    return Node(id_, spec.id, title, params, behind.x + GAP, behind.y)


def _make_room(graph: Graph, id_: NodeId) -> Graph:
    """Return the graph with all that hangs on a block one card further on, if it stands close."""
    here = graph.nodes[id_]
    moved = [graph.nodes[found] for found in _downstream(graph, id_) if found != id_]
    if all(node.x >= here.x + 2 * GAP or node.x < here.x for node in moved):
        return graph
    return graph.put(*(replace(node, x=node.x + GAP) for node in moved if node.x >= here.x))


def _downstream(graph: Graph, id_: NodeId) -> Sequence[NodeId]:
    seen, todo = {id_: None}, [id_]
    while todo:
        for end in graph.consumers_of[todo.pop()]:
            if end.node not in seen:
                seen[end.node] = None
                todo.append(end.node)
    return tuple(seen)
