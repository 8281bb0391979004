"""Arranging: where the selected blocks, or all, come to stand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from studio.core.arranging import CARD, Edge, Size, align, distribute
from studio.core.cards import cards_of
from studio.core.edits import Move
from studio.core.graph import End, Graph, Node, NodeId
from studio.core.layout import laid_out
from studio.core.marks import Frame, Point
from studio.core.rearranging import Rearrange

from .framing import box_around
from .front import Front
from .workspace import Workspace

MANY = 400
"""Blocks that are laid out without a pause to be felt: in less than 100 ms."""


def align_selected(workspace: Workspace, front: Front, edge: Edge) -> None:
    """Line the selected blocks up at an edge, or in the middle or centre."""
    _apply(workspace, front, align(workspace.selected, edge, _sizes(workspace, front)))


def distribute_selected(workspace: Workspace, front: Front, axis: Literal["x", "y"]) -> None:
    """Leave equal gaps between the selected blocks."""
    _apply(workspace, front, distribute(workspace.selected, axis, _sizes(workspace, front)))


def straighten_selected(workspace: Workspace, front: Front) -> None:
    """Move the selected blocks up or down so that the wires between them run level."""
    to = straightened(workspace.graph, workspace.selection, front)
    _apply(workspace, front, Move(to, label="Straighten wires"))


def straightened(graph: Graph, ids: Iterable[NodeId], front: Front) -> dict[NodeId, Point]:
    """Return positions at which the first wire between chosen blocks runs level into each."""
    chosen = set(ids)
    to: dict[NodeId, Point] = {}
    for id_ in (id_ for id_ in graph.order if id_ in chosen):
        node = graph.nodes[id_]
        inputs = graph.inputs_of[id_].items()
        into = next(((port, end) for port, end in inputs if end.node in to), None)
        y = node.y
        if into is not None:
            port, source = into
            level = to[source.node][1] + front.port_at(source, output=True)[1]
            y = level - front.port_at(End(id_, port), output=False)[1]
        to[id_] = node.x, y
    return to


def lay_out(workspace: Workspace, front: Front, *, selected: bool, in_rows: bool = False) -> None:
    """Lay out the selected blocks, or all; frames close around their blocks.

    Of many blocks this takes a while: the window lives on, and if the drawing is changed before it
    is done, the change stays and the layout is dropped.
    """
    graph, scope, made = workspace.graph, workspace.scope, list[Rearrange]()
    ids = workspace.selection if selected else None

    def work() -> None:
        cards = cards_of(graph, scope)
        edit = laid_out(graph, ids, cards.sizes, ports=cards.ports, wrapped=in_rows)
        around = (_around(graph, frame, edit.to, cards.sizes) for frame in graph.frames.values())
        made.append(replace(edit, frames=tuple(frame for frame in around if frame is not None)))

    def then() -> None:
        if workspace.graph is graph:
            front.glide()
            workspace.apply(made[0])
        else:
            workspace.refused.tell("The drawing was changed meanwhile; lay it out once more")

    if len(graph.nodes if ids is None else ids) > MANY:
        front.beside(work, then)
    else:
        work()
        then()


def _around(
    graph: Graph, frame: Frame, to: Mapping[NodeId, Point], sizes: Mapping[NodeId, Size]
) -> Frame | None:
    """Return a frame around the blocks that it holds, if all of them are moved."""
    inside = [
        node.id
        for node in graph.nodes.values()
        if frame.holds(*_middle(node, sizes.get(node.id, CARD)))
    ]
    if frame.kind != "frame" or not inside or not to.keys() >= set(inside):
        return None
    boxes = [(*to[id_], *sizes[id_]) for id_ in inside]
    left, top, right, bottom = box_around(boxes)
    return replace(frame, x=left, y=top, width=right - left, height=bottom - top)


def _middle(node: Node, size: Size) -> Point:
    return node.x + size[0] / 2, node.y + size[1] / 2


def _sizes(workspace: Workspace, front: Front) -> Mapping[NodeId, Size]:
    return {id_: front.size_of(id_) for id_ in workspace.selection}


def _apply(workspace: Workspace, front: Front, edit: Move) -> None:
    front.glide()
    workspace.apply(edit)
