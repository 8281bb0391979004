"""Reworking: edits that put a block into the wiring, out of it, or in another's place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .blocks import BlockSpec
from .edits import RemoveNodes
from .errors import ParamError
from .experiment import Experiment
from .graph import End, Graph, Node, NodeId, Wire, closed_up
from .marks import Point
from .params import Value


@dataclass(frozen=True, slots=True)
class Replace:
    """Put another block in the place of one; ``inputs`` and ``outputs`` map its ports to the new.

    Wires at ports that are not mapped go.
    """

    node: Node
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    label: str = "Replace block"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the other block."""
        graph = experiment.graph_at(self.where)
        graph.known([self.node.id])
        feeds: dict[End, End] = {}
        bends: dict[End, tuple[Point, ...]] = {}
        for target, source in graph.feeds.items():
            to = self._moved(target, self.inputs)
            origin = self._moved(source, self.outputs)
            if to and origin:
                feeds[to] = origin
                bends |= {to: graph.bends[target]} if target in graph.bends else {}
        closed, kept = closed_up(feeds, bends)
        rewired = replace(graph, feeds=closed, bends=kept).put(self.node)
        return experiment.with_graph(rewired, self.where)

    def _moved(self, end: End, ports: Mapping[str, str]) -> End | None:
        if end.node != self.node.id:
            return end
        return End(end.node, ports[end.port]) if end.port in ports else None


def replacing(graph: Graph, id_: NodeId, spec: BlockSpec, *, where: str = "") -> Replace:
    """Return the edit that makes a block one of another kind.

    Values of parameters that both have and that fit are kept; wires go to the ports of the same
    name, else one by one to those that are free.
    """
    node = graph.nodes[id_]
    inputs = _mapped([*graph.inputs_of[id_]], [(port.name, port.many) for port in spec.inputs])
    used = sorted({graph.feeds[end].port for end in graph.consumers_of[id_]})
    outputs = _mapped(used, [(port.name, False) for port in spec.outputs])
    kept = {name: value for name, value in node.params.items() if _fits(spec, name, value)}
    shares = node.shares if node.kind == spec.id else ""
    changed = replace(node, kind=spec.id, params=kept, shares=shares)
    return Replace(changed, inputs, outputs, where, f"Replace {node.title}")


@dataclass(frozen=True, slots=True)
class InsertOnWire:
    """Put a new block into the wire that ends at ``target``."""

    node: Node
    target: End
    into: str
    out: str
    where: str = ""
    label: str = "Insert block"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the block in the wire."""
        graph = experiment.graph_at(self.where)
        wires = [Wire(End(self.node.id, self.out), self.target)]
        if self.target in graph.feeds:
            wires.append(Wire(graph.feeds[self.target], End(self.node.id, self.into)))
        return experiment.with_graph(graph.add(self.node).connect(*wires), self.where)


@dataclass(frozen=True, slots=True)
class DeleteHealed:
    """Take blocks away, and join what stood before each to what stood behind it."""

    ids: tuple[NodeId, ...]
    where: str = ""
    label: str = "Delete and join"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment without the blocks."""
        graph = experiment.graph_at(self.where)
        graph.known(self.ids)
        feeds = dict(graph.feeds)
        for id_ in (id_ for id_ in graph.order if id_ in self.ids):
            first = next((feeds[End(id_, port)] for port in graph.inputs_of[id_]), None)
            for end in graph.consumers_of[id_]:
                if first is not None:
                    feeds[end] = first
        joined = replace(graph, feeds=feeds)
        healed = experiment.with_graph(joined, self.where)
        return RemoveNodes(self.ids, where=self.where)(healed)


def _mapped(used: list[str], ports: list[tuple[str, bool]]) -> dict[str, str]:
    same = {(name, many) for name, many in ports}
    found = {port: port for port in used if (port.partition(".")[0], "." in port) in same}
    singles = [name for name, many in ports if not many and name not in found]
    several = next((name for name, many in ports if many), "")
    slot = 0
    for port in used:
        if port in found:
            continue
        if singles:
            found[port] = singles.pop(0)
        elif several:
            found[port] = f"{several}.{slot}"
            slot += 1
    return found


def _fits(spec: BlockSpec, name: str, value: Value) -> bool:
    param = spec.param(name)
    if param is None:
        return False
    if isinstance(value, str) and value.startswith("="):
        return True
    try:
        param.fit(value)
    except ParamError:
        return False
    return True
