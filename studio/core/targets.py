"""Targets: for a loss without an answer to compare with, the target block that it lacks."""

from collections.abc import Iterator, Mapping

from .blocks import BlockSpec, Port
from .edits import AddNodes
from .graph import End, Graph, Node, Wire, fresh_ids
from .params import Value
from .recipes import Column
from .shapes import Dim, Shape

KIND = "io.target"
_LEFT, _DOWN = 240.0, 112.0
"""How far before and under its loss a target stands, in canvas units."""


def open_targets(graph: Graph, node: Node, spec: BlockSpec) -> Iterator[Port]:
    """Yield the inputs of a loss for what should be answered that nothing feeds."""
    if spec.role == "loss":
        wired = graph.inputs_of[node.id]
        yield from (port for port in spec.inputs if port.name == "target" and "target" not in wired)


def settings_for(
    spec: BlockSpec, port: Port, columns: tuple[Column, ...], scores: Shape | None
) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield what a target block may be set to, and in words where that comes from.

    Columns of the data go before what the shape of the scores suggests.
    """
    targets = [column for column in columns if column.role == "target"]
    for column in targets:
        shape = column.batched
        fits = port.dtype in (None, shape.dtype) and (not port.ranks or shape.rank in port.ranks)
        fitted = spec.fit(column) if spec.fit and fits else None
        if fitted is not None:
            named: Mapping[str, Value] = {} if column is targets[0] else {"column": column.name}
            yield f"{column.name} of the chosen data", {**fitted, **named}
    if not targets and scores is not None and scores.rank > 1:
        yield f"as the scores {scores} suggest", _like(port, scores)


def _like(port: Port, scores: Shape) -> dict[str, Value]:
    """Return settings that fit the shape of the scores, where its sizes are known."""
    length, width = scores.dims[1], scores.dims[-1]
    if port.dtype == "float":
        return {"form": "value"} | _known(width=width)
    if scores.rank == 3:
        return {"form": "tokens"} | _known(classes=width, length=length)
    return {"form": "class"} | _known(classes=width)


def _known(**sizes: Dim) -> dict[str, Value]:
    return {name: size for name, size in sizes.items() if isinstance(size, int)}


def with_target(graph: Graph, node: Node, spec: BlockSpec, params: Mapping[str, Value]) -> AddNodes:
    """Return the edit that places a target under and before a loss, wired to it."""
    titles = {known.title for known in graph.nodes.values()}
    x, y = node.x - _LEFT, node.y + _DOWN
    while any(abs(n.x - x) < _LEFT and abs(n.y - y) < _DOWN for n in graph.nodes.values()):
        y += _DOWN
    target = Node(
        fresh_ids(spec.name_stem, graph.nodes)[0],
        spec.id,
        fresh_ids(spec.name_stem, titles)[0],
        dict(params),
        x,
        y,
    )
    wire = Wire(End(target.id, spec.outputs[0].name), End(node.id, "target"))
    return AddNodes((target,), (wire,), label="Add a Target")
