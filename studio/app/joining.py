"""joining: where a wire that is being drawn may land, and which new blocks would take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studio.core.blocks import BlockSpec
from studio.core.edits import Rewire
from studio.core.facts import BlockFacts
from studio.core.graph import End, Graph, Node, NodeId, Wire
from studio.core.shapes import slot_of
from studio.core.wiring import input_ends, refusal

from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Loose:
    """A wire with one end fixed: at an output, or (``from_output`` false) at an input."""

    fixed: End
    from_output: bool

    def to(self, end: End) -> Wire:
        """Return the wire with its other end here."""
        return Wire(self.fixed, end) if self.from_output else Wire(end, self.fixed)


def open_ends(workspace: Workspace, node: NodeId, loose: Loose) -> list[End]:
    """Return the ports of a placed block that the wire could be carried to."""
    spec = workspace.spec_of(node)
    if spec is None:
        return []
    if loose.from_output:
        return [End(node, name) for name in input_ends(workspace.graph, node, spec)]
    return [End(node, port.name) for port in spec.outputs]


def landing(workspace: Workspace, node: NodeId, loose: Loose) -> tuple[Wire | None, str]:
    """Return the wire to the first fitting free port of a block, or why there is none.

    A block with one input takes the wire over even if it is taken.
    """
    ends = open_ends(workspace, node, loose)
    feeds = workspace.graph.feeds
    free = [end for end in ends if end not in feeds] or (ends if len(ends) == 1 else [])
    reasons = []
    for end in free:
        reason = workspace.refusal(loose.to(end))
        if not reason:
            return loose.to(end), ""
        reasons.append(reason)
    title = workspace.graph.nodes[node].title
    side = "input" if loose.from_output else "output"
    taken = f"Every {side} of {title} is taken" if ends else f"{title} has no {side}"
    return None, reasons[0] if reasons else taken


_LIKELY: Mapping[str, tuple[str, ...]] = {
    "image": ("Convolution", "Normalisation", "Activation", "Pooling", "Merge", "Shape"),
    "sequence": ("Attention", "Recurrent", "Transformer", "Normalisation", "Merge", "Linear"),
    "vector": ("Linear", "Normalisation", "Activation", "Regularisation", "Loss", "Merge"),
    "tokens": ("Linear", "Position", "Attention", "Loss"),
    "classes": ("Loss", "Linear", "Metric"),
}
"""Families of blocks that often come next, by the kind of tensor."""
_AFTER_ITSELF = 2
"""How many other families a family lets pass when the wire comes from one of its own blocks."""


def likely_families(workspace: Workspace, loose: Loose) -> Callable[[str], int]:
    """Return the rank of a family at the loose end of a wire; the first is 0."""
    facts = workspace.here.blocks.get(loose.fixed.node, BlockFacts())
    shapes = facts.outputs if loose.from_output else facts.inputs
    shape, spec = shapes.get(loose.fixed.port), workspace.spec_of(loose.fixed.node)
    families = [*_LIKELY.get(shape.kind, ())] if shape else []
    if spec is not None and spec.family in families[:_AFTER_ITSELF]:
        families.remove(spec.family)
        families.insert(_AFTER_ITSELF, spec.family)
    return lambda family: families.index(family) if family in families else len(families)


def offers(workspace: Workspace, loose: Loose) -> dict[str, str]:
    """Return the kinds of blocks that would take the wire, each with the port that does.

    Families that often stand beside what the wire carries come first.
    """
    found = _taking(workspace, loose)
    order = likely_families(workspace, loose)
    specs = workspace.offer.specs
    return {kind: found[kind] for kind in sorted(found, key=lambda k: order(specs[k].family))}


def _taking(workspace: Workspace, loose: Loose) -> dict[str, str]:
    trial = _with_one_of_each(workspace)
    found: dict[str, str] = {}
    for kind, spec in workspace.offer.specs.items():
        port = _fitting(workspace, trial, _stand_in(kind), spec, loose)
        if port and not (spec.role == "loss" and port == "target" and _computed(workspace, loose)):
            found[kind] = port
    return found


def _computed(workspace: Workspace, loose: Loose) -> bool:
    """Tell whether a wire carries what the network says, which is never the truth for a loss.

    What a block such as Label noise makes of a target still is.
    """
    node = loose.fixed.node
    spec, before = workspace.spec_of(node), workspace.graph.inputs_of[node].values()
    roles = {known.role for end in before if (known := workspace.spec_of(end.node))}
    return loose.from_output and spec is not None and bool(spec.inputs) and "target" not in roles


def inserted(workspace: Workspace, node: Node, wire: Wire) -> tuple[Wire, ...]:
    """Return the two wires by which a block would stand in a wire; none if it does not fit."""
    spec = workspace.offer.scope.block(node.kind)
    if spec is None:
        return ()
    graph = workspace.graph
    trial = graph if node.id in graph.nodes else graph.add(node)
    into = _fitting(workspace, trial, node.id, spec, Loose(wire.source, from_output=True))
    out = _fitting(workspace, trial, node.id, spec, Loose(wire.target, from_output=False))
    if not into or not out:
        return ()
    return Wire(wire.source, End(node.id, into)), Wire(End(node.id, out), wire.target)


def _fitting(
    workspace: Workspace, trial: Graph, node: NodeId, spec: BlockSpec, loose: Loose
) -> str:
    names = (
        input_ends(trial, node, spec) if loose.from_output else [port.name for port in spec.outputs]
    )
    for name in names:
        wire = loose.to(End(node, name))
        if not refusal(trial, wire, workspace.offer.scope, workspace.here):
            return name
    return ""


def _with_one_of_each(workspace: Workspace) -> Graph:
    """Return the drawing with an unwired block of every kind: one copy serves every question."""
    kinds: Mapping[str, BlockSpec] = workspace.offer.specs
    return workspace.graph.add(*(Node(_stand_in(kind), kind, kind) for kind in kinds))


def _stand_in(kind: str) -> NodeId:
    return "?" + kind.replace(".", "?").replace(" ", "?")


def carried_over(carried: End, wire: Wire) -> Rewire:
    """Return the edit that takes a wire off one input and lands it on another.

    Slots of a port that takes several close up behind the wire, so a later slot comes one nearer.
    """
    target = wire.target
    stem, _, slot = target.port.partition(".")
    same_port = carried.node == target.node and carried.port.partition(".")[0] == stem
    if slot and same_port and slot_of(target.port) > slot_of(carried.port):
        target = End(target.node, f"{stem}.{int(slot) - 1}")
    return Rewire((carried,), (Wire(wire.source, target),))
