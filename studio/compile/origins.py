"""Origins: whose steps the rows and columns of an attention map are, traced through the drawing.

A value has the steps of an input as long as its second axis is that input's: an embedding, a
dropout or a recurrent layer keep it, a class token in front or a pool over windows do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from studio.core.blocks import BlockSpec
from studio.core.composites import PORT_IN, PORT_OUT, composite_of, port_name, ports_in
from studio.core.experiment import Experiment
from studio.core.facts import BlockFacts, Checked
from studio.core.graph import End, Graph, Node, NodeId
from studio.core.scope import Scope, live
from studio.core.shapes import Dim, Shape
from studio.core.sharing import owner_of
from studio.runs.spec import BlockInfo

from .plan import Call

Origin: TypeAlias = NodeId | None
"""The input whose steps a value has; empty where that is not known, None where it has none."""

UNKNOWN = ""
_REORDER = frozenset({"nn.permute", "nn.reshape", "nn.flatten"})
_LOOKED_AT = ("memory", "k")
_FIRST = frozenset({"nn.matmul"})
"""Blocks whose first input alone says what the result's steps are, as in every attention."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Which inputs the rows and the columns of a map are; empty where that is not known."""

    queries: NodeId
    keys: NodeId


def looks_of(experiment: Experiment, scope: Scope, checked: Checked) -> dict[str, Looks]:
    """Return what is known of every attention block, by its path (``layers#2/attention``)."""
    trace = _Trace(scope)
    trace.walk(experiment.graph, checked, {}, "")
    return trace.found


def with_looks(
    blocks: Iterable[BlockInfo], inputs: Iterable[Call], looks: Mapping[str, Looks]
) -> tuple[BlockInfo, ...]:
    """Return the blocks, each attention with the arguments whose steps look and are looked at."""
    names = {call.node.id: call.names["y"] for call in inputs}
    return tuple(
        msgspec.structs.replace(
            block,
            queries=names.get(looks[block.id].queries, ""),
            keys=names.get(looks[block.id].keys, ""),
        )
        if block.id in looks
        else block
        for block in blocks
    )


@dataclass(slots=True)
class _Trace:
    scope: Scope
    found: dict[str, Looks] = field(default_factory=dict)

    def walk(
        self, drawn: Graph, checked: Checked, given: Mapping[NodeId, Origin], at: str
    ) -> dict[End, Origin]:
        """Return the origin of every output, ``given`` those of the ports of a composite."""
        graph = live(drawn, self.scope)
        origins: dict[End, Origin] = {}
        for id_ in graph.order:
            node, facts = graph.nodes[id_], checked.blocks[id_]
            spec = self.scope.block(node.kind)
            if spec is None:
                continue
            arriving = {port: origins.get(end) for port, end in graph.inputs_of[id_].items()}
            if node.kind == PORT_IN:
                leaving = dict.fromkeys(facts.outputs, given.get(id_))
            elif facts.inside is not None:
                stacked = owner_of(graph, node).repeat != 1
                leaving = self._inside(node, facts, arriving, f"{at}{id_}", stacked=stacked)
            else:
                leaving = _through(spec, facts, arriving, id_)
            if "attention" in node.kind:
                self.found[f"{at}{id_}"] = _looks(spec, arriving)
            origins |= {End(id_, port): origin for port, origin in leaving.items()}
        return origins

    def _inside(
        self,
        node: Node,
        facts: BlockFacts,
        arriving: Mapping[str, Origin],
        at: str,
        *,
        stacked: bool,
    ) -> dict[str, Origin]:
        """Return the origins behind an instance; results of one in a stack go into the next."""
        assert facts.inside is not None
        graph = self.scope.composites[composite_of(node.kind)].graph
        ports = ports_in(graph, PORT_IN)
        outs = {
            port_name(port): graph.feeds.get(End(port.id, "x"))
            for port in ports_in(graph, PORT_OUT)
        }
        carried = [arriving.get(port_name(port)) for port in ports]
        leaving: dict[str, Origin] = {}
        for number in range(1, facts.repeat + 1):
            mark = f"#{number}" if stacked else ""
            given = {port.id: origin for port, origin in zip(ports, carried, strict=True)}
            origins = self.walk(graph, facts.inside, given, f"{at}{mark}/")
            leaving = {name: origins.get(end) if end else None for name, end in outs.items()}
            carried = [*leaving.values(), *carried[len(leaving) :]]
        return leaving


def _through(
    spec: BlockSpec, facts: BlockFacts, arriving: Mapping[str, Origin], id_: NodeId
) -> dict[str, Origin]:
    """Return the origin of every output of a block."""
    return {
        port: None
        if _steps(shape) is None
        else id_
        if spec.role == "input"
        else _origin(spec, shape, facts, arriving)
        for port, shape in facts.outputs.items()
    }


def _origin(
    spec: BlockSpec, result: Shape, facts: BlockFacts, arriving: Mapping[str, Origin]
) -> Origin:
    """Return the one input whose steps a result has, as far as that can be told."""
    known = {port: origin for port, origin in arriving.items() if origin is not None}
    if not known or spec.id in _REORDER:
        return UNKNOWN if known else None
    alike = {
        port: origin
        for port, origin in known.items()
        if port in facts.inputs and _steps(facts.inputs[port]) == _steps(result)
    }
    if spec.id in _FIRST or any(port in arriving for port in _LOOKED_AT):
        return alike.get(spec.inputs[0].name, UNKNOWN)
    return next(iter(alike.values())) if len(set(alike.values())) == 1 else UNKNOWN


def _steps(shape: Shape) -> Dim | None:
    """Return how many steps a value has; None for one that is no sequence."""
    tokens = shape.rank == 2 and shape.dtype != "float"
    return shape.dims[1] if tokens or shape.rank == 3 else None


def _looks(spec: BlockSpec, arriving: Mapping[str, Origin]) -> Looks:
    asking = arriving.get(spec.inputs[0].name) or UNKNOWN
    seen = [arriving[port] for port in _LOOKED_AT if port in arriving]
    return Looks(asking, (seen[0] if seen else asking) or UNKNOWN)
