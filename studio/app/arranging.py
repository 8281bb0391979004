"""Arranging: where the selected blocks, or all, come to stand."""

from collections.abc import Iterable, Mapping
from typing import Literal

from studio.core.arranging import Edge, Size, align, distribute
from studio.core.edits import Move
from studio.core.graph import End, Graph, NodeId
from studio.core.marks import Point

from .front import Front
from .workspace import Workspace


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


def _sizes(workspace: Workspace, front: Front) -> Mapping[NodeId, Size]:
    return {id_: front.size_of(id_) for id_ in workspace.selection}


def _apply(workspace: Workspace, front: Front, edit: Move) -> None:
    front.glide()
    workspace.apply(edit)
