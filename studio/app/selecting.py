"""Selecting: blocks found by how they hang together."""

from collections.abc import Callable, Collection, Iterable

from studio.core.graph import Graph, NodeId

from .workspace import Workspace


def upstream(graph: Graph, ids: Collection[NodeId]) -> set[NodeId]:
    """Return these blocks and all that lead to them."""
    inputs = graph.inputs_of
    return _reached(ids, lambda id_: (end.node for end in inputs[id_].values()))


def downstream(graph: Graph, ids: Collection[NodeId]) -> set[NodeId]:
    """Return these blocks and all that they lead to."""
    consumers = graph.consumers_of
    return _reached(ids, lambda id_: (end.node for end in consumers[id_]))


def connected(graph: Graph, ids: Collection[NodeId]) -> set[NodeId]:
    """Return these blocks and all that hang together with them by wires, in either direction."""
    inputs, consumers = graph.inputs_of, graph.consumers_of

    def beside(id_: NodeId) -> Iterable[NodeId]:
        yield from (end.node for end in inputs[id_].values())
        yield from (end.node for end in consumers[id_])

    return _reached(ids, beside)


def alike(graph: Graph, ids: Collection[NodeId]) -> set[NodeId]:
    """Return all blocks of the kinds of these."""
    kinds = {graph.nodes[id_].kind for id_ in ids}
    return {id_ for id_, node in graph.nodes.items() if node.kind in kinds}


def select_upstream(workspace: Workspace) -> None:
    """Select all that leads to the selected blocks, too."""
    workspace.select(upstream(workspace.graph, workspace.selection))


def select_downstream(workspace: Workspace) -> None:
    """Select all that the selected blocks lead to, too."""
    workspace.select(downstream(workspace.graph, workspace.selection))


def select_connected(workspace: Workspace) -> None:
    """Select all that hangs together with the selected blocks."""
    workspace.select(connected(workspace.graph, workspace.selection))


def select_alike(workspace: Workspace) -> None:
    """Select all blocks of the kinds of the selected ones."""
    workspace.select(alike(workspace.graph, workspace.selection))


def invert_selection(workspace: Workspace) -> None:
    """Select the blocks that are not selected, and no others."""
    workspace.select(workspace.graph.nodes.keys() - workspace.selection)


def _reached(
    start: Collection[NodeId], following: Callable[[NodeId], Iterable[NodeId]]
) -> set[NodeId]:
    seen, todo = set(start), list(start)
    while todo:
        fresh = set(following(todo.pop())) - seen
        seen |= fresh
        todo.extend(fresh)
    return seen
