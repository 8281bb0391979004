"""Sharing: which blocks could lend a block their weights, and the edits that settle it."""

from collections.abc import Iterable

from studio.core.graph import Node, NodeId
from studio.core.names import natural
from studio.core.sharing import weights_of
from studio.core.taking_part import Share, Unshare

from .workspace import Workspace


def owners(workspace: Workspace, id_: NodeId) -> tuple[Node, ...]:
    """Return the blocks of the open drawing whose weights would fit a block, by title."""
    node, spec = workspace.graph.nodes[id_], workspace.spec_of(id_)
    if spec is None:
        return ()
    kinds = spec.borrows or (node.kind,)
    found = [
        other
        for other in workspace.graph.nodes.values()
        if other.kind in kinds and other.id != id_ and not other.shares
    ]
    return tuple(
        sorted(
            (other for other in found if spec.borrows or _alike(workspace, other.id, id_)),
            key=lambda other: natural(other.title),
        )
    )


def can_share(workspace: Workspace, ids: Iterable[NodeId]) -> bool:
    """Tell whether a block has weights that could be another's."""
    return any(workspace.graph.nodes[id_].shares or owners(workspace, id_) for id_ in ids)


def share(workspace: Workspace, id_: NodeId, owner: NodeId) -> bool:
    """Let a block use the weights of another.

    Returns:
        Whether it does now.
    """
    titles = workspace.graph.nodes[id_].title, workspace.graph.nodes[owner].title
    label = f"Share weights of {titles[1]} with {titles[0]}"
    return workspace.apply(Share((id_,), owner, label=label))


def unshare(workspace: Workspace, ids: tuple[NodeId, ...]) -> None:
    """Give blocks weights of their own again."""
    workspace.apply(Unshare(ids))


def sharers(workspace: Workspace, id_: NodeId) -> tuple[Node, ...]:
    """Return the blocks that use the weights of this one."""
    found = [node for node in workspace.graph.nodes.values() if node.shares == id_]
    return tuple(sorted(found, key=lambda node: natural(node.title)))


def _alike(workspace: Workspace, one: NodeId, other: NodeId) -> bool:
    blocks = workspace.here.blocks
    ours, theirs = weights_of(blocks.get(one)), weights_of(blocks.get(other))
    if ours is None and theirs is None:
        return False
    # A block that shares is not counted, its owner is: ask the one that could lend first.
    known = blocks[one] if theirs is None else blocks[other]
    return known.parameters > 0 and (ours is None or theirs is None or ours == theirs)
