"""Editing: what the Edit menu does to the selected blocks. The clipboard holds plain JSON text."""

from studio.core.edits import AddNodes, Move, RemoveNodes, pasted
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.graph import Graph
from studio.core.text import plural

from .workspace import Workspace

OFFSET = 24.0
"""How far a copy stands from its original, in canvas units."""


def delete(workspace: Workspace) -> None:
    """Take the selected blocks away with their wires; what they joined stays apart."""
    nodes = workspace.selected
    label = f"Delete {nodes[0].title}" if len(nodes) == 1 else f"Delete {len(nodes)} blocks"
    workspace.apply(RemoveNodes(tuple(node.id for node in nodes), label=label))


def duplicate(workspace: Workspace) -> None:
    """Place a copy of the selected blocks beside them, and select it."""
    _add(workspace, pasted(workspace.graph, _piece(workspace), dx=OFFSET, dy=OFFSET), "Duplicate")


def copy_text(workspace: Workspace) -> str:
    """Return the selected blocks as the text of an experiment, which a mail carries as well."""
    return dumps(Experiment(title="Blocks", graph=_piece(workspace)))


def paste_text(workspace: Workspace, text: str, at: tuple[float, float] | None = None) -> None:
    """Place the blocks of a text: with their top left corner ``at``, or beside the originals.

    Raises:
        FileError: the text holds no blocks.
    """
    piece = blocks_in(text)
    left = min(node.x for node in piece.nodes.values())
    top = min(node.y for node in piece.nodes.values())
    dx, dy = (at[0] - left, at[1] - top) if at else (OFFSET, OFFSET)
    _add(workspace, pasted(workspace.graph, piece, dx=dx, dy=dy), "Paste")


def blocks_in(text: str) -> Graph:
    """Return the blocks that a text holds.

    Raises:
        FileError: it holds none.
    """
    try:
        experiment = loads(text) if text.lstrip().startswith("{") else Experiment()
    except FileError as error:
        raise FileError(f"The clipboard cannot be pasted: {error}") from None
    if not experiment.graph.nodes:
        raise FileError("The clipboard holds no blocks: copy some on the canvas first")
    return experiment.graph


def holds_blocks(text: str) -> bool:
    """Tell quickly whether a text looks like copied blocks; reading it may still fail."""
    return text.lstrip().startswith("{") and '"blocks"' in text


def select_all(workspace: Workspace) -> None:
    """Select every block."""
    workspace.select(workspace.graph.nodes)


def nudge(workspace: Workspace, dx: float, dy: float) -> None:
    """Move the selected blocks by so many canvas units; nudges in a row are one step."""
    nodes = workspace.selected
    to = {node.id: (node.x + dx, node.y + dy) for node in nodes}
    label = f"Move {nodes[0].title}" if len(nodes) == 1 else f"Move {plural(len(nodes), 'block')}"
    workspace.apply(Move(to, label=label, merge=f"nudge {' '.join(to)}"))


def _piece(workspace: Workspace) -> Graph:
    nodes = {node.id: node for node in workspace.selected}
    feeds = {
        target: source
        for target, source in workspace.graph.feeds.items()
        if target.node in nodes and source.node in nodes
    }
    return Graph(nodes, feeds)


def _add(workspace: Workspace, edit: AddNodes, verb: str) -> None:
    count = len(edit.nodes)
    label = f"{verb} {edit.nodes[0].title}" if count == 1 else f"{verb} {count} blocks"
    if workspace.apply(AddNodes(edit.nodes, edit.wires, label=label)):
        workspace.select(node.id for node in edit.nodes)
