"""Content: every word and mark on a card, as one value; equal values share a picture."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from studio.app.workspace import Workspace
from studio.core.blocks import BlockSpec, Port
from studio.core.check import BlockFacts, Problem
from studio.core.composites import composite_of
from studio.core.expressions import is_expression
from studio.core.graph import End, Mode, Node, NodeId
from studio.core.params import Value, complete, show
from studio.core.shapes import Kind, Shape

from .geometry import Geometry, geometry, geometry_of


@dataclass(frozen=True, slots=True)
class PortLook:
    """How one port is shown."""

    y: float
    kind: Kind
    label: str = ""
    wired: bool = False
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """What a card shows from so far that no word can be read."""

    family: str
    height: float
    level: str
    known: bool
    mode: Mode = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class CardContent:
    """What one card shows."""

    title: str
    kind: str
    family: str
    summary: str
    shape: str
    height: float
    head: float
    inputs: tuple[PortLook, ...]
    outputs: tuple[PortLook, ...]
    level: str = ""
    known: bool = True
    stacked: bool = False
    repeat: str = ""
    mode: Mode = ""
    absent: bool = False


def content_of(workspace: Workspace, id_: NodeId) -> CardContent:
    """Return what the card of a placed block shows."""
    graph, facts = workspace.graph, workspace.here.blocks.get(id_, BlockFacts())
    node, spec = graph.nodes[id_], workspace.spec_of(id_)
    wired = {graph.feeds[target].port for target in graph.consumers_of[id_]}
    wired.update(graph.inputs_of[id_])
    return _content(node, spec, geometry_of(graph, id_, spec), facts, wired)


def preview(node: Node, spec: BlockSpec) -> CardContent:
    """Return what the card of a block will show that is not placed yet."""
    inputs = tuple(f"{port.name}.0" if port.many else port.name for port in spec.inputs)
    outputs = tuple(port.name for port in spec.outputs)
    layout = geometry(inputs, outputs, summary=bool(spec.summary))
    return _content(node, spec, layout, BlockFacts(), ())


def summary_of(node: Node, spec: BlockSpec) -> str:
    """Return the line of telling parameters."""
    written = {n: v[1:].strip() for n, v in node.params.items() if is_expression(v)}
    values = {**complete(spec.params, node.params), **written}
    try:
        return spec.summary.format_map(_Shown(values))
    except (ValueError, LookupError, AttributeError):
        # A template that does not parse is its author's mistake, and no reason not to paint.
        return ""


def expected_kind(port: Port | None) -> Kind:
    """Return the kind that a port declares, as far as it is only one."""
    if port is None or len(port.ranks) != 1:
        return "tensor"
    return Shape(("B",) * port.ranks[0], port.dtype or "float").kind


def problems_text(problems: tuple[Problem, ...]) -> str:
    """Return the sentences of a tool tip."""
    return "\n".join(
        f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
        for problem in problems
    )


def kind_at(workspace: Workspace, end: End, *, output: bool) -> Kind:
    """Return what kind of tensor is at a port, by its shape or else by its declaration."""
    facts = workspace.here.blocks.get(end.node)
    spec = workspace.spec_of(end.node)
    known = (facts.outputs if output else facts.inputs).get(end.port) if facts else None
    if known is not None:
        return known.kind
    declared = (spec.output(end.port) if output else spec.input(end.port)) if spec else None
    return expected_kind(declared)


class _Shown(dict[str, str]):
    """Parameters as text; an unknown name in a template shows nothing."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        super().__init__({name: show(value) for name, value in values.items()})

    def __missing__(self, key: str) -> str:
        return ""


def _content(
    node: Node,
    spec: BlockSpec | None,
    layout: Geometry,
    facts: BlockFacts,
    wired: Collection[str],
) -> CardContent:
    inputs, outputs = _inputs(spec, layout, facts, wired), _outputs(spec, layout, facts, wired)
    lone = facts.outputs.get(layout.outputs[0].name) if len(layout.outputs) == 1 else None
    levels = {problem.level for problem in facts.problems if not facts.asked}
    return CardContent(
        title=node.title,
        kind=spec.title if spec else node.kind,
        family=spec.family if spec else "",
        summary=summary_of(node, spec) if spec else "not installed",
        shape=str(lone) if lone is not None else "asking …" if facts.asked else "",
        height=layout.height,
        head=layout.head,
        inputs=inputs,
        outputs=outputs,
        level="error" if "error" in levels else "warning" if levels else "",
        known=spec is not None,
        mode=node.mode,
        absent=facts.absent,
        stacked=bool(composite_of(node.kind)),
        repeat="" if node.repeat == 1 else f"×{str(node.repeat).removeprefix('=')}",
    )


def _inputs(
    spec: BlockSpec | None, layout: Geometry, facts: BlockFacts, wired: Collection[str]
) -> tuple[PortLook, ...]:
    wrong = {problem.port for problem in facts.problems}
    looks = []
    for place in layout.inputs:
        shape = facts.inputs.get(place.name)
        kind = shape.kind if shape else expected_kind(spec.input(place.name) if spec else None)
        label = _label(spec, place.name, place.name in wired) if len(layout.inputs) > 1 else ""
        looks.append(PortLook(place.y, kind, label, place.name in wired, wrong=place.name in wrong))
    return tuple(looks)


def _outputs(
    spec: BlockSpec | None, layout: Geometry, facts: BlockFacts, wired: Collection[str]
) -> tuple[PortLook, ...]:
    looks = []
    for place in layout.outputs:
        shape = facts.outputs.get(place.name)
        kind = shape.kind if shape else expected_kind(spec.output(place.name) if spec else None)
        label = f"{place.name}  {shape or ''}".rstrip() if len(layout.outputs) > 1 else ""
        looks.append(PortLook(place.y, kind, label, place.name in wired))
    return tuple(looks)


def _label(spec: BlockSpec | None, name: str, wired: bool) -> str:
    port = spec.input(name) if spec else None
    if port is None or not port.many:
        return name
    slot = int(name.partition(".")[2] or 0)
    return f"{port.name} {slot + 1}" if wired or slot == 0 else "+"
