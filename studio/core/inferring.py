"""Inferring: what one placed block gives, from its values and the shapes that arrive at it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from .blocks import BlockSpec, Inferred
from .columns import column_for
from .composites import PORT_IN, PORT_OUT, Composite, composite_of, port_name, ports_in
from .errors import Asking, ParamError, ShapeError
from .expressions import Names, is_repeat, value_of
from .facts import BlockFacts, Checked
from .graph import Graph, Node, NodeId
from .params import Params, Value, complete
from .problems import (
    Problem,
    failed_rule,
    inside,
    out_of_place,
    refused,
    unconnected,
    unfit_dtypes,
    unfit_params,
    unknown_kind,
    unknown_ports,
)
from .recipes import Column
from .scope import Scope, passes
from .shapes import Shape, Shapes
from .sharing import misfits, owner_of

Look: TypeAlias = Callable[[Composite, Mapping[str, Shape | None], Mapping[str, Value]], Checked]
"""How the inside of an instance is checked: composite, shapes by port, values by parameter."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block, where it stands, and what is known of the blocks before it."""

    graph: Graph
    node: Node
    inputs: Mapping[str, Shape | None]
    blocks: Mapping[NodeId, BlockFacts]


@dataclass(frozen=True, slots=True)
class Inferring:
    """Finds out what the blocks of one graph give.

    ``given`` are the shapes at the ports of the composite; ``columns`` those of the data, None
    where no data are chosen.
    """

    scope: Scope
    names: Names
    given: Mapping[str, Shape | None]
    look: Look
    columns: tuple[Column, ...] | None

    def facts(self, place: Place) -> BlockFacts:
        """Return the facts of a block whose blocks before are known."""
        node = place.node
        spec = self.scope.block(node.kind)
        if spec is None:
            return BlockFacts(problems=(unknown_kind(node, self.scope),))
        known = {port: shape for port, shape in place.inputs.items() if shape is not None}
        values, wrong = self._values(spec, place)
        problems = (
            *out_of_place(spec, node, in_composite=self.names is not None),
            *unknown_ports(spec, node, place.inputs),
            *unconnected(spec, node, place.inputs),
            *unfit_dtypes(spec, node, known),
            *wrong,
            *misfits(place.graph, node, spec, self.scope),
        )
        facts = BlockFacts(inputs=known, problems=problems, params=values)
        if problems:
            return facts
        if spec.role == "port":
            return self._port(node, facts)
        composite = self.scope.composites.get(composite_of(node.kind))
        if composite is not None:
            return self._instance(place, composite, facts)
        if len(known) < len(place.inputs):
            return facts
        return self._block(place, spec, facts)

    def with_absent(
        self, graph: Graph, blocks: Mapping[NodeId, BlockFacts]
    ) -> dict[NodeId, BlockFacts]:
        """Add the facts of bypassed blocks, and of those that take no part."""
        found: dict[NodeId, BlockFacts] = {}
        for id_ in graph.order:
            node = graph.nodes[id_]
            if id_ in blocks:
                found[id_] = blocks[id_]
            elif node.mode != "bypass":
                found[id_] = BlockFacts(absent=True)
            else:
                found[id_] = self._bypassed(graph, node, found)
        return found

    def _values(self, spec: BlockSpec, place: Place) -> tuple[dict[str, Value], list[Problem]]:
        """Return the values that count, and what is wrong with those that are set."""
        owner = owner_of(place.graph, place.node)
        given: dict[str, Value] = {}
        refused: list[Problem] = []
        follows = owner if owner.kind == place.node.kind else place.node
        for name, value in follows.params.items():
            try:
                given[name] = value if self.names is None else value_of(value, self.names)
            except ParamError as error:
                message = f"{place.node.title}: {name.replace('_', ' ')}: {error}"
                refused.append(
                    Problem(
                        message=message,
                        node=place.node.id,
                        hint="Use parameters of the composite in the expression",
                    )
                )
        values = complete(spec.params, given)
        if spec.borrows and owner.id in place.blocks:
            lender = place.blocks[owner.id]
            lent = lender.inferred.sizes if lender.inferred else {}
            values = {**lender.params, **lent, **values}
        return values, [*refused, *unfit_params(spec, place.node, given)]

    def _block(self, place: Place, spec: BlockSpec, facts: BlockFacts) -> BlockFacts:
        node = place.node
        if spec.borrows and not _lends(place):
            return facts
        if node.repeat != 1:
            return replace(facts, problems=(_lonely(node),))
        try:
            inferred = spec.infer(Shapes(facts.inputs), Params(facts.params))
        except ShapeError as refusal:
            asked = isinstance(refusal, Asking)
            return replace(facts, problems=(refused(node, refusal),), asked=asked)
        except Exception as error:  # noqa: BLE001 - a plug-in's rule must not end the window
            return replace(facts, problems=(failed_rule(spec, node, error),))
        parameters = sum(prod(dims) for dims in inferred.weights.values())
        return replace(
            facts,
            outputs=inferred.outputs,
            inferred=inferred,
            parameters=0 if node.shares else parameters,
            trainable=0 if node.shares or node.mode == "freeze" else parameters,
            macs=inferred.macs,
            problems=tuple(self._misfits(spec, node, inferred)),
        )

    def _port(self, node: Node, facts: BlockFacts) -> BlockFacts:
        if node.kind == PORT_OUT:
            return facts
        shape = self.given.get(port_name(node))
        return replace(facts, outputs={"y": shape}) if shape else facts

    def _instance(self, place: Place, composite: Composite, facts: BlockFacts) -> BlockFacts:
        node, ports = place.node, ports_in(composite.graph, PORT_IN)
        given = {port_name(port): facts.inputs.get(port_name(port)) for port in ports}
        found = self.look(composite, given, facts.params)
        outputs = _leaving(composite, found)
        repeat, wrong = self._repeat(place)
        if repeat > 1 and not wrong and not found.problems:
            wrong = list(_unstackable(node, given, outputs))
        wrong += _without_value(node, composite, found)
        counted = 0 if node.shares else repeat
        return replace(
            facts,
            outputs=outputs,
            inferred=Inferred(outputs) if outputs and not found.errors else None,
            parameters=found.parameters * counted,
            trainable=0 if node.mode == "freeze" else found.trainable * counted,
            macs=found.macs * repeat,
            problems=(*wrong, *(inside(node, problem) for problem in found.problems)),
            inside=found,
            repeat=repeat,
        )

    def _repeat(self, place: Place) -> tuple[int, list[Problem]]:
        node = owner_of(place.graph, place.node)
        try:
            repeat = node.repeat if self.names is None else value_of(node.repeat, self.names)
            refusal = f"expected a whole number of at least 1 for repeat, received {repeat}"
        except ParamError as error:
            repeat, refusal = None, str(error)
        if isinstance(repeat, int) and is_repeat(repeat):
            return int(repeat), []
        message = f"{place.node.title}: {refusal}"
        return 1, [Problem(message=message, node=place.node.id, hint="Set how often to repeat it")]

    def _bypassed(
        self, graph: Graph, node: Node, blocks: Mapping[NodeId, BlockFacts]
    ) -> BlockFacts:
        ends = graph.inputs_of[node.id]
        arriving = {port: blocks[end.node].outputs.get(end.port) for port, end in ends.items()}
        inputs = {port: shape for port, shape in arriving.items() if shape is not None}
        through = passes(graph, node, self.scope)
        outputs = {out: inputs[port] for out, port in through.items() if port in inputs}
        spec = self.scope.block(node.kind)
        lacking = [port for port in spec.outputs if port.name not in through] if spec else []
        if lacking and ends:
            message = f"{node.title}: nothing could pass to its output {lacking[0].name}"
        elif not ends:
            message = f"{node.title}: it has no input whose value could pass"
        else:
            as_drawn = self.facts(Place(graph, replace(node, mode=""), arriving, blocks))
            message = _turned(node, as_drawn, outputs)
        problem = Problem(message=message, node=node.id, hint="Do not bypass it")
        return BlockFacts(inputs=inputs, outputs=outputs, problems=(problem,) if message else ())

    def _misfits(self, spec: BlockSpec, node: Node, inferred: Inferred) -> Iterator[Problem]:
        if spec.role not in {"input", "target"} or self.columns is None:
            return
        column = column_for(spec, node, self.columns)
        if column is None:
            wanted = node.params.get("column") or f"its {spec.role}"
            yield Problem(
                message=f"{node.title}: the data have no column for {wanted}",
                node=node.id,
                hint="Choose a column of the data in the inspector",
            )
            return
        drawn = next(iter(inferred.outputs.values()))
        if drawn != column.batched:
            yield Problem(
                message=f"{node.title}: expected {_in_full(column.batched)} as in the data, "
                f"received {_in_full(drawn)}",
                node=node.id,
                hint="Take the sizes from the data",
            )


def _lends(place: Place) -> bool:
    owner = place.blocks.get(place.node.shares)
    return owner is not None and owner.inferred is not None


def _leaving(composite: Composite, found: Checked) -> dict[str, Shape]:
    ports = ports_in(composite.graph, PORT_OUT)
    shapes = {port_name(port): found.blocks[port.id].inputs.get("x") for port in ports}
    return {name: shape for name, shape in shapes.items() if shape is not None}


def _without_value(node: Node, composite: Composite, found: Checked) -> Iterator[Problem]:
    """Report ports that nothing reaches because what leads to them is disabled."""
    for port in ports_in(composite.graph, PORT_OUT):
        if found.blocks[port.id].absent:
            yield Problem(
                message=f"{node.title}: nothing reaches {port_name(port)}, because what leads to "
                "it is disabled",
                node=node.id,
                hint="Bypass the block inside, or disable the whole composite",
            )


def _lonely(node: Node) -> Problem:
    return Problem(
        message=f"{node.title}: expected a composite to repeat, received a single block",
        node=node.id,
        hint="Fold it into a composite, then repeat that",
    )


def _unstackable(
    node: Node, given: Mapping[str, Shape | None], outputs: Mapping[str, Shape]
) -> Iterator[Problem]:
    """Report an output that cannot become the input of the next in the stack.

    Outputs go into the first inputs, one by one; what is left over goes to each of the stack.
    """
    pairs = list(zip(given.items(), outputs.items(), strict=False))
    if len(outputs) > len(given):
        message = f"expected no more outputs than inputs to repeat it, received {len(outputs)}"
        yield Problem(message=f"{node.title}: {message}", node=node.id)
    for (name, before), (port, after) in pairs:
        if before is not None and before != after:
            yield Problem(
                message=f"{node.title}: expected {before} at {port} as at {name} to repeat it, "
                f"received {after}",
                node=node.id,
                hint="Make the shapes equal inside, or do not repeat it",
            )


def _turned(node: Node, as_drawn: BlockFacts, outputs: Mapping[str, Shape]) -> str:
    for port, shape in outputs.items():
        drawn = as_drawn.outputs.get(port, shape)
        if (drawn.dtype, drawn.rank) != (shape.dtype, shape.rank):
            return (
                f"{node.title}: expected something that can pass as {drawn.kind} {drawn}, "
                f"received {shape.kind} {shape}"
            )
    return ""


def _in_full(shape: Shape) -> str:
    return f"{shape} of {shape.limit} classes" if shape.limit else str(shape)
