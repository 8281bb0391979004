"""Deeds on shared weights: use those of another block."""

from functools import partial

from studio.app import sharing
from studio.app.actions import Action
from studio.app.studio import Studio
from studio.core.graph import NodeId

WORDS = "Click the block whose weights it uses"


def _can_share(studio: Studio) -> bool:
    chosen = studio.workspace.selection
    return len(chosen) == 1 and bool(sharing.owners(studio.workspace, next(iter(chosen))))


def _share(studio: Studio) -> None:
    (block,) = studio.workspace.selection
    offered = tuple(owner.id for owner in sharing.owners(studio.workspace, block))
    studio.front.pick_block(WORDS, offered, partial(_share_with, studio, block))


def _share_with(studio: Studio, block: NodeId, owner: NodeId) -> None:
    if block in studio.workspace.graph.nodes:
        sharing.share(studio.workspace, block, owner)


SHARE = Action(
    id="mode.share", title="Use the same weights as…", run=_share, when=_can_share,
    menu="Edit/Take part", place=19, context=("block",), icon="link",
    help="One module in the program for both: tied, or siamese",
)  # fmt: skip
