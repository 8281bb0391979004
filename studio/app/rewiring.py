"""Rewiring: what is done to wires that are there, and wires drawn without a pointer."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from math import hypot

from studio.core.edits import Connect, Disconnect, Rewire
from studio.core.graph import End, Node, NodeId, Wire
from studio.core.marking import SetBends
from studio.core.marks import Point
from studio.core.reworking import DeleteHealed
from studio.core.text import plural

from .joining import Loose, carried_over, open_ends
from .selecting import upstream
from .workspace import Workspace

MOST_TARGETS = 60


@dataclass(frozen=True, slots=True)
class Target:
    """An input that a wire may be drawn to, with what is said of it."""

    wire: Wire
    words: str


def cut(workspace: Workspace, targets: Collection[End]) -> bool:
    """Take wires away, by the inputs they end at; without any, nothing happens."""
    if not targets:
        return False
    label = "Cut wire" if len(targets) == 1 else f"Cut {plural(len(targets), 'wire')}"
    return workspace.apply(Disconnect(tuple(sorted(targets)), label))


def cut_selected(workspace: Workspace) -> None:
    """Take away the selected wires, or else every wire at the selected blocks."""
    wires = workspace.graph.wires_of(workspace.selection)
    cut(workspace, workspace.marked.wires or {wire.target for wire in wires})


def delete_healed(workspace: Workspace) -> None:
    """Take the selected blocks away, and join what stood before each to what stood behind it."""
    nodes = workspace.selected
    what = nodes[0].title if len(nodes) == 1 else plural(len(nodes), "block")
    workspace.apply(DeleteHealed(tuple(node.id for node in nodes), label=f"Delete {what}, joined"))


def moved_whole(workspace: Workspace, output: End, to: End) -> bool:
    """Move all wires of an output to another one; if one of them is refused, none is moved."""
    graph = workspace.graph
    targets = [end for end in graph.consumers_of[output.node] if graph.feeds[end] == output]
    wires = tuple(Wire(to, target) for target in targets)
    reason = next(filter(None, map(workspace.refusal, wires)), "")
    if reason:
        workspace.refused.tell(reason)
    if reason or not wires or to == output:
        return False
    label = "Move wire" if len(wires) == 1 else f"Move {plural(len(wires), 'wire')}"
    return _kept_bent(workspace, Connect(wires, label), dict(zip(targets, targets, strict=True)))


def swap(workspace: Workspace, one: End, other: End) -> bool:
    """Exchange what feeds two inputs; if only one is fed, the wire goes over to the other."""
    feeds = workspace.graph.feeds
    pairs = [(one, other), (other, one)]
    wires = [Wire(feeds[here], there) for here, there in pairs if here in feeds]
    reason = next(filter(None, map(workspace.refusal, wires)), "")
    if reason:
        workspace.refused.tell(reason)
        return False
    if len(wires) == 2:
        return workspace.apply(Connect(tuple(wires), "Swap inputs"))
    if wires:
        carried = one if one in feeds else other
        return carry(workspace, carried, wires[0])
    return False


def carry(workspace: Workspace, carried: End, wire: Wire) -> bool:
    """Take a wire off one input and land it on another, with its bends."""
    edit = carried_over(carried, wire)
    return _kept_bent(workspace, edit, {carried: edit.wires[0].target})


def connect(workspace: Workspace, wire: Wire, bends: tuple[Point, ...] = ()) -> bool:
    """Draw a wire, through points if there are any."""
    if not bends:
        return workspace.apply(Connect((wire,)))
    with workspace.document.grouped("Connect"):
        done = workspace.apply(Connect((wire,)))
        if done and wire.target in workspace.graph.feeds:
            workspace.apply(SetBends(wire.target, bends))
    return done


def bend(workspace: Workspace, target: End, points: tuple[Point, ...], label: str) -> bool:
    """Lead a wire through points."""
    return workspace.apply(SetBends(target, points, label=label))


def targets(workspace: Workspace, node: NodeId) -> list[Target]:
    """Return the free inputs that a block's outputs may feed, the nearest first."""
    return list(islice(_fitting(workspace, node), MOST_TARGETS))


def _fitting(workspace: Workspace, node: NodeId) -> Iterator[Target]:
    graph, spec = workspace.graph, workspace.spec_of(node)
    before = upstream(graph, {node})  # a wire to any of them would make a loop
    others = [placed for id_, placed in graph.nodes.items() if id_ not in before]
    others.sort(key=lambda placed: _distance(graph.nodes[node], placed))
    outputs = [End(node, port.name) for port in spec.outputs] if spec else []
    for placed in others:
        for output in outputs:
            loose = Loose(output, from_output=True)
            for end in open_ends(workspace, placed.id, loose):
                if end not in graph.feeds and not workspace.refusal(loose.to(end)):
                    yield Target(loose.to(end), _words(workspace, loose.to(end), len(outputs)))
                    break


def _words(workspace: Workspace, wire: Wire, outputs: int) -> str:
    placed, spec = workspace.graph.nodes[wire.target.node], workspace.spec_of(wire.target.node)
    kind = f", {spec.title}" if spec and spec.title != placed.title else ""
    source = f"{wire.source.port} to " if outputs > 1 else ""
    return f"{source}{placed.title}{kind}, input {wire.target.port}"


def _distance(here: Node, there: Node) -> float:
    """Return how far it is to another block; to the left counts double, wires run to the right."""
    across = there.x - here.x
    return hypot(across if across > 0 else 2.0 * across, there.y - here.y)


def _kept_bent(workspace: Workspace, edit: Connect | Rewire, moved: dict[End, End]) -> bool:
    """Apply an edit that takes wires over to other inputs, and let them keep their bends."""
    bends = {moved[end]: at for end, at in workspace.graph.bends.items() if end in moved}
    if not bends:
        return workspace.apply(edit)
    with workspace.document.grouped(edit.label):
        done = workspace.apply(edit)
        for end, points in bends.items() if done else ():
            workspace.apply(SetBends(end, points))
    return done
