"""wiring: the one place that says whether a wire may be drawn, and why not."""

from .blocks import BlockSpec, Port
from .catalog import Catalog
from .check import Checked
from .graph import End, Graph, Wire
from .shapes import Shape


def refusal(graph: Graph, wire: Wire, catalog: Catalog, checked: Checked | None = None) -> str:
    """Return why this wire cannot be drawn, in one sentence; empty if it can.

    With ``checked`` the shape that arrives is judged too: kinds that can never fit are refused,
    sizes that can still be changed are not.
    """
    source, target = graph.nodes[wire.source.node], graph.nodes[wire.target.node]
    from_spec, to_spec = catalog.block(source.kind), catalog.block(target.kind)
    if from_spec is None or to_spec is None:
        missing = source if from_spec is None else target
        return f"{missing.title} is a placeholder for {missing.kind}, which is not installed"
    out_port, in_port = from_spec.output(wire.source.port), to_spec.input(wire.target.port)
    if out_port is None or in_port is None:
        return f"{target.title} has no input {wire.target.port}"
    if source.id == target.id or graph.reaches(target.id, source.id):
        return f"{target.title} already leads to {source.title}: the wire would make a loop"
    arriving = checked.shape_at(wire.source) if checked else None
    return _misfit(in_port, to_spec, arriving)


def _misfit(port: Port, spec: BlockSpec, arriving: Shape | None) -> str:
    if arriving is None:
        return ""
    given = f"this output gives {arriving.kind} {arriving}"
    if port.dtype and arriving.dtype != port.dtype:
        wanted = "real numbers" if port.dtype == "float" else "tokens or classes"
        hint = (
            "; put an Embedding between"
            if port.dtype == "float" and arriving.kind == "tokens"
            else ""
        )
        return f"{spec.title} takes {wanted} at {port.name}, {given}{hint}"
    if port.ranks and arriving.rank not in port.ranks:
        wanted = " or ".join(_KINDS.get(rank, f"{rank} axes") for rank in port.ranks)
        return f"{spec.title} takes {wanted} at {port.name}, {given}"
    return ""


def free_input(graph: Graph, node: str, port: Port) -> End:
    """Return the end at which a new wire to this port lands: for several, the next slot."""
    if not port.many:
        return End(node, port.name)
    taken = sum(1 for name in graph.inputs_of[node] if name.partition(".")[0] == port.name)
    return End(node, f"{port.name}.{taken}")


def input_ends(graph: Graph, node: str, spec: BlockSpec, *, spare: bool = True) -> list[str]:
    """Return the names of the inputs to show: every port; of several the slots and a spare."""
    names: list[str] = []
    for port in spec.inputs:
        if port.many:
            taken = sum(1 for name in graph.inputs_of[node] if name.partition(".")[0] == port.name)
            names += [f"{port.name}.{slot}" for slot in range(max(taken + spare, 1))]
        else:
            names.append(port.name)
    return names


_KINDS = {0: "a scalar", 1: "classes", 2: "a vector or tokens", 3: "a sequence", 4: "an image"}
