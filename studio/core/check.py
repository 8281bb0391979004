"""check: shapes at every port, parameters, multiply–accumulates, and every problem in the drawing.

Pure Python and incremental: a block is looked at again only if it or a shape before it changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import prod

from .blocks import BlockSpec, Inferred
from .catalog import Catalog
from .errors import ShapeError
from .experiment import Data, Experiment
from .graph import End, Graph, Node, NodeId
from .params import Params, complete
from .problems import (
    Level,
    Problem,
    failed_rule,
    stray_wires,
    unconnected,
    unfit_data,
    unfit_dtypes,
    unfit_params,
    unknown_kind,
    unknown_ports,
)
from .recipes import Column
from .shapes import Shape, Shapes

__all__ = [
    "BlockFacts",
    "Checked",
    "Checker",
    "Level",
    "Problem",
    "check",
    "column_for",
    "columns_of",
]


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What is known of one placed block; outputs are missing where an input is unknown."""

    inputs: Mapping[str, Shape] = field(default_factory=dict)
    outputs: Mapping[str, Shape] = field(default_factory=dict)
    inferred: Inferred | None = None
    parameters: int = 0
    macs: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings for a whole experiment."""

    blocks: Mapping[NodeId, BlockFacts]
    problems: tuple[Problem, ...]
    parameters: int
    macs: int

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the drawing from becoming a program."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def shape_at(self, end: End) -> Shape | None:
        """Return the shape at an output or input, or None while it is unknown."""
        facts = self.blocks.get(end.node)
        return (facts.outputs.get(end.port) or facts.inputs.get(end.port)) if facts else None


class Checker:
    """Checks experiments against a catalog, and remembers what did not change."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[NodeId, tuple[Node, dict[str, Shape | None], Data, BlockFacts]] = {}
        self._columns: tuple[Data, tuple[Column, ...]] | None = None
        self._version = catalog.version

    def check(self, experiment: Experiment) -> Checked:
        """Return shapes, counts and problems; blocks in the graph's order."""
        if self._version != self._catalog.version:
            self._known, self._columns, self._version = {}, None, self._catalog.version
        graph = experiment.graph
        blocks: dict[NodeId, BlockFacts] = {}
        known: dict[NodeId, tuple[Node, dict[str, Shape | None], Data, BlockFacts]] = {}
        for id_ in graph.order:
            node = graph.nodes[id_]
            inputs = _shapes_into(graph, id_, blocks)
            last = self._known.get(id_)
            if last and last[0] is node and last[2] is experiment.data and last[1] == inputs:
                facts = last[3]
            else:
                facts = self._facts(node, inputs, experiment.data)
            known[id_] = (node, inputs, experiment.data, facts)
            if None in inputs.values():
                facts = _with_strays(facts, graph, node, blocks)
            blocks[id_] = facts
        self._known = known
        return Checked(
            blocks,
            (
                *unfit_data(experiment.data, self._catalog),
                *(problem for facts in blocks.values() for problem in facts.problems),
            ),
            sum(facts.parameters for facts in blocks.values()),
            sum(facts.macs for facts in blocks.values()),
        )

    def columns(self, data: Data) -> tuple[Column, ...]:
        """Return the columns that the chosen data give; none while no known data are chosen."""
        if self._columns is None or self._columns[0] is not data:
            self._columns = (data, columns_of(data, self._catalog))
        return self._columns[1]

    def _facts(self, node: Node, inputs: dict[str, Shape | None], data: Data) -> BlockFacts:
        spec = self._catalog.block(node.kind)
        if spec is None:
            return BlockFacts(problems=(unknown_kind(node),))
        known = {port: shape for port, shape in inputs.items() if shape is not None}
        problems = (
            *unknown_ports(spec, node, inputs),
            *unconnected(spec, node, inputs),
            *unfit_dtypes(spec, node, known),
            *unfit_params(spec, node),
        )
        if problems or len(known) < len(inputs):
            return BlockFacts(inputs=known, problems=problems)
        params = Params(complete(spec.params, node.params))
        try:
            inferred = spec.infer(Shapes(known), params)
        except ShapeError as refusal:
            port = refusal.args[1] if len(refusal.args) > 1 else None
            problem = Problem(message=f"{node.title}: {refusal.args[0]}", node=node.id, port=port)
            return BlockFacts(inputs=known, problems=(problem,))
        except Exception as error:  # noqa: BLE001 - a plug-in's rule must not end the window
            return BlockFacts(inputs=known, problems=(failed_rule(spec, node, error),))
        return BlockFacts(
            inputs=known,
            outputs=inferred.outputs,
            inferred=inferred,
            parameters=sum(prod(dims) for dims in inferred.weights.values()),
            macs=inferred.macs,
            problems=tuple(self._misfits(spec, node, inferred, data)),
        )

    def _misfits(
        self, spec: BlockSpec, node: Node, inferred: Inferred, data: Data
    ) -> Iterator[Problem]:
        if spec.role not in {"input", "target"} or data.source.kind not in self._catalog.sources:
            return
        column = column_for(spec, node, self.columns(data))
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


def check(experiment: Experiment, catalog: Catalog) -> Checked:
    """Check an experiment once; keep a Checker where it is checked often."""
    return Checker(catalog).check(experiment)


def columns_of(data: Data, catalog: Catalog) -> tuple[Column, ...]:
    """Return the columns that the chosen data give."""
    source = catalog.sources.get(data.source.kind)
    if source is None:
        return ()
    return source.columns(Params(complete(source.params, data.source.params)))


def column_for(spec: BlockSpec, node: Node, columns: tuple[Column, ...]) -> Column | None:
    """Return the column a block stands for: the named one, else the first of its role."""
    fitting = [column for column in columns if column.role == spec.role]
    name = node.params.get("column")
    if name:
        return next((column for column in columns if column.name == name), None)
    return fitting[0] if fitting else None


def _with_strays(
    facts: BlockFacts, graph: Graph, node: Node, blocks: Mapping[NodeId, BlockFacts]
) -> BlockFacts:
    """Add the wires from outputs that do not exist, which is known only from the blocks before."""
    sources = {end.node for end in graph.inputs_of[node.id].values()}
    strays = tuple(stray_wires(graph, node, {id_: blocks[id_].outputs for id_ in sources}))
    return replace(facts, problems=facts.problems + strays) if strays else facts


def _shapes_into(
    graph: Graph, id_: NodeId, blocks: Mapping[NodeId, BlockFacts]
) -> dict[str, Shape | None]:
    return {
        port: blocks[end.node].outputs.get(end.port) for port, end in graph.inputs_of[id_].items()
    }


def _in_full(shape: Shape) -> str:
    return f"{shape} of {shape.limit} classes" if shape.limit else str(shape)
