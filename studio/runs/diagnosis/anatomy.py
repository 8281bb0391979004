"""Anatomy: what a drawing says of the blocks that a record names by their paths."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studio.core.composites import composite_of
from studio.core.errors import StudioError
from studio.core.experiment import Experiment
from studio.core.graph import End, Graph, Node, NodeId
from studio.core.learning import rate_of

SATURATING = frozenset({"nn.sigmoid", "nn.tanh"})
"""Activations whose slope goes to 0 on both sides."""

RECTIFIERS = frozenset({"nn.relu"})
"""Activations whose slope is exactly 0 on one side."""

ACTIVATIONS = SATURATING | RECTIFIERS | {
    "nn.leaky_relu", "nn.gelu", "nn.prelu", "nn.elu", "nn.silu", "nn.softplus", "nn.hardswish",
    "nn.mish",
}  # fmt: skip
NORMS = frozenset(
    {
        "nn.batch_norm1d", "nn.batch_norm2d", "nn.layer_norm", "nn.rms_norm", "nn.group_norm",
        "nn.instance_norm1d", "nn.instance_norm2d",
    }
)  # fmt: skip
MATRICES = frozenset({"nn.linear", "nn.conv1d", "nn.conv2d", "nn.conv3d"})
"""Layers that mix what comes in and have no non-linearity of their own."""

RECURRENT = frozenset({"nn.rnn", "nn.lstm", "nn.gru"})
DROPOUTS = frozenset({"nn.dropout", "nn.dropout1d", "nn.dropout2d", "nn.drop_path"})


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A block: the composite in whose drawing it lies (empty for none), and its id there."""

    where: str
    id: NodeId


@dataclass(frozen=True, slots=True)
class Layer:
    """A block with weights as a record knows it; ``place`` is its column in rows of layers."""

    place: int
    path: str
    title: str
    kind: str
    learns: bool


def plain(path: str) -> str:
    """Return a path without the numbers of repeats: ``encoder#2/fc1`` lies in ``encoder``."""
    return re.sub(r"#\d+", "", path)


def node_at(experiment: Experiment, path: str) -> Node | None:
    """Return the block at a path; None where there is none any more."""
    try:
        return experiment.node_at(plain(path))
    except StudioError:
        return None


def spot_of(experiment: Experiment, path: str) -> Spot | None:
    """Return where a block is drawn; None where it is no more."""
    *outer, last = plain(path).split("/")
    node = node_at(experiment, "/".join(outer)) if outer else None
    where = composite_of(node.kind) if node else ""
    if (outer and not where) or where not in {"", *experiment.composites}:
        return None
    return Spot(where, last) if last in experiment.graph_at(where).nodes else None


def spots(experiment: Experiment, kinds: Iterable[str]) -> tuple[Spot, ...]:
    """Return every block of some kinds, those inside composites that are used included."""
    wanted = frozenset(kinds)
    drawings: dict[str, Graph] = {"": experiment.graph}
    drawings |= {id_: known.graph for id_, known in experiment.composites.items()}
    return tuple(
        Spot(where, id_)
        for where, graph in drawings.items()
        for id_ in graph.order
        if graph.nodes[id_].kind in wanted
    )


def kind_at(experiment: Experiment, spot: Spot) -> str:
    """Return the kind of a block."""
    return experiment.graph_at(spot.where).nodes[spot.id].kind


def learns(experiment: Experiment, path: str) -> bool:
    """Tell whether the weights of a block are changed by the training at all."""
    steps = plain(path).split("/")
    nodes = [node_at(experiment, "/".join(steps[: end + 1])) for end in range(len(steps))]
    return all(node is None or (node.mode != "freeze" and rate_of(node.weights)) for node in nodes)


def after(graph: Graph, id_: NodeId) -> tuple[End, ...]:
    """Return the inputs that a block feeds."""
    return tuple(graph.consumers_of[id_])


def next_of(graph: Graph, id_: NodeId, kinds: frozenset[str], within: int = 3) -> NodeId:
    """Return the nearest block behind this one of some kinds, along single wires; empty for none.

    Only a norm, a dropout or a reshape may lie between.
    """
    here = id_
    for _ in range(within):
        ends = after(graph, here)
        if len(ends) != 1:
            return ""
        here = ends[0].node
        kind = graph.nodes[here].kind
        if kind in kinds:
            return here
        if kind not in NORMS | DROPOUTS:
            return ""
    return ""


def upstream(graph: Graph, id_: NodeId) -> set[NodeId]:
    """Return a block and all that leads to it."""
    seen, todo = {id_}, [id_]
    while todo:
        fresh = {end.node for end in graph.inputs_of[todo.pop()].values()} - seen
        seen |= fresh
        todo.extend(fresh)
    return seen


def builds_on(experiment: Experiment, path: str) -> bool:
    """Tell whether another layer with weights takes in what a block gives."""
    spot = spot_of(experiment, path)
    if spot is None:
        return False
    graph, seen, todo = experiment.graph_at(spot.where), {spot.id}, [spot.id]
    while todo:
        for end in graph.consumers_of[todo.pop()]:
            kind = graph.nodes[end.node].kind
            if kind in MATRICES | RECURRENT or composite_of(kind):
                return True
            if kind == "io.port_out" and builds_on(experiment, path.rpartition("/")[0]):
                return True
            if end.node not in seen and not kind.startswith(("loss.", "metric.", "io.")):
                seen.add(end.node)
                todo.append(end.node)
    return False


def heads(experiment: Experiment) -> Iterator[Spot]:
    """Yield the last blocks with weights before each loss: those that give the answers."""
    graph = experiment.graph
    for id_ in graph.order:
        if not graph.nodes[id_].kind.startswith("loss."):
            continue
        here = next(iter(graph.inputs_of[id_].values()), None)
        while here is not None and graph.nodes[here.node].kind not in MATRICES:
            here = next(iter(graph.inputs_of[here.node].values()), None)
        if here is not None:
            yield Spot("", here.node)
