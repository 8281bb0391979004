"""Problems: what can be wrong with a drawing before its shapes are looked at, in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .blocks import BlockSpec, Port
from .catalog import Catalog
from .errors import ParamError
from .experiment import Data
from .graph import Graph, Node, NodeId
from .learning import WEIGHTS
from .params import Param, Value
from .shapes import Shape

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, where, and a way out. An error keeps the drawing from becoming a program.

    ``node`` is a block of the graph that was checked; for a problem inside an instance ``path``
    leads on to the block at fault, such as ``encoder1/attention1``.
    """

    message: str
    node: NodeId | None = None
    port: str | None = None
    hint: str = ""
    level: Level = "error"
    path: str = ""


def inside(node: Node, problem: Problem) -> Problem:
    """Return a problem of an instance's inner graph as the graph around it tells it."""
    return replace(
        problem,
        message=f"{node.title} › {problem.message}",
        node=node.id,
        port=None,
        path=f"{node.id}/{problem.path or problem.node or ''}",
    )


def out_of_place(spec: BlockSpec, node: Node, *, in_composite: bool) -> Iterator[Problem]:
    """Report ports outside composites, and data and losses inside them."""
    if spec.role == "port" and not in_composite:
        yield Problem(
            message=f"{node.title}: ports belong inside a composite",
            node=node.id,
            hint="Delete it, or fold blocks into a composite",
        )
    outside = {"loss": "a loss", "metric": "a metric", "output": "an output"}
    if in_composite and spec.role in {"input", "target", *outside}:
        wanted = outside.get(spec.role, "data")
        yield Problem(
            message=f"{node.title}: expected {wanted} outside the composite",
            node=node.id,
            hint="Move it out, and use a port instead",
        )


def unknown_kind(node: Node, catalog: Catalog) -> Problem:
    """Report a block whose declaration is not installed."""
    return Problem(
        message=f"{node.title}: the block {node.kind} is not installed; it is kept as it was",
        node=node.id,
        hint=f"{catalog.way_to(node.kind)}, or delete the block",
    )


def refused(node: Node, refusal: Exception) -> Problem:
    """Report why a block cannot take what arrives, and at which port if that was said."""
    port = refusal.args[1] if len(refusal.args) > 1 else None
    told = refusal.args[0] if refusal.args else "it refuses what arrives"
    return Problem(message=f"{node.title}: {told}", node=node.id, port=port)


def failed_rule(spec: BlockSpec, node: Node, error: Exception) -> Problem:
    """Report a shape rule that raised what it should not."""
    return Problem(
        message=f"{node.title}: the shape rule of {spec.id} failed: "
        f"{type(error).__name__}: {error}",
        node=node.id,
        hint="Report this to whoever made the block",
    )


def unknown_ports(
    spec: BlockSpec, node: Node, inputs: Mapping[str, Shape | None]
) -> Iterator[Problem]:
    """Report wires to inputs that the block does not have."""
    for name in inputs:
        port = spec.input(name)
        if port is None or port.many != ("." in name):
            yield Problem(
                message=f"{node.title}: there is no input {name}",
                node=node.id,
                hint="Delete the block and place it anew",
            )


def stray_wires(
    graph: Graph, node: Node, outputs_of: Mapping[NodeId, Mapping[str, Shape]]
) -> Iterator[Problem]:
    """Report wires from outputs that the block before does not have."""
    for port, end in graph.inputs_of[node.id].items():
        outputs = outputs_of[end.node]
        if outputs and end.port not in outputs:
            yield Problem(
                message=f"{node.title}: {graph.nodes[end.node].title} has no output {end.port}",
                node=node.id,
                port=port,
                hint=f"Draw another wire to {port}",
            )


def unfit_dtypes(spec: BlockSpec, node: Node, known: Mapping[str, Shape]) -> Iterator[Problem]:
    """Report tokens where real numbers are meant, and the reverse."""
    for name, shape in known.items():
        port = spec.input(name)
        if port is None or port.dtype in {None, shape.dtype}:
            continue
        wanted = "real numbers" if port.dtype == "float" else "tokens or classes"
        tokens = port.dtype == "float" and shape.kind == "tokens"
        yield Problem(
            message=f"{node.title}: expected {wanted}, received {shape.kind} {shape}",
            node=node.id,
            port=name,
            hint="Put an Embedding between" if tokens else "",
        )


def unconnected(
    spec: BlockSpec, node: Node, inputs: Mapping[str, Shape | None]
) -> Iterator[Problem]:
    """Report inputs that nothing feeds."""
    stems = {name.partition(".")[0] for name in inputs}
    for port in spec.inputs:
        if not port.optional and port.name not in stems:
            yield Problem(
                message=f"{node.title}: nothing is connected to {port.name}",
                node=node.id,
                port=_first_slot(port),
                hint=f"Draw a wire to {port.name}",
            )


def _first_slot(port: Port) -> str:
    return f"{port.name}.0" if port.many else port.name


def unfit_params(
    spec: BlockSpec, node: Node, given: Mapping[str, Value] | None = None
) -> Iterator[Problem]:
    """Report parameters whose value does not fit; ``given`` are the values if not as placed."""
    values = node.params if given is None else given
    for sentence in (*refusals(spec.params, values), *refusals(WEIGHTS, node.weights)):
        yield Problem(
            message=f"{node.title}: {sentence}", node=node.id, hint="Reset it to its default"
        )


def unfit_data(data: Data, catalog: Catalog) -> Iterator[Problem]:
    """Report data that are not installed, or whose parameters do not fit."""
    kind = data.source.kind
    if not kind:
        return
    source = catalog.sources.get(kind)
    if source is None:
        yield Problem(
            message=f"The data {kind} are not installed",
            hint=f"{catalog.way_to(kind)}, or choose other data",
        )
        return
    for sentence in refusals(source.params, data.source.params):
        yield Problem(message=f"{source.title}: {sentence}", hint="Reset it to its default")


def refusals(declared: tuple[Param, ...], given: Mapping[str, Value]) -> Iterator[str]:
    """Yield why values do not fit what is declared of them, in sentences."""
    for param in declared:
        if param.name in given:
            try:
                param.fit(given[param.name])
            except ParamError as refusal:
                yield str(refusal)
