"""Editing: what the Edit menu does to the selected blocks. The clipboard holds plain JSON text."""

from collections.abc import Mapping
from dataclasses import replace

from studio.core.composites import Composite, used_by
from studio.core.copying import pasted, piece_of
from studio.core.edits import AddNodes, Move, RemoveNodes
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.graph import Graph
from studio.core.text import plural

from .framing import delete_frames, frames_with
from .rewiring import cut
from .workspace import Workspace

OFFSET = 24.0
"""How far a copy stands from its original, in canvas units."""


def delete(workspace: Workspace) -> None:
    """Take the selected blocks away with their wires, and the selected wires and frames."""
    marked, nodes = workspace.marked, workspace.selected
    if marked.frames or (marked.wires and nodes):
        with workspace.document.grouped("Delete"):
            cut(workspace, marked.wires)
            if marked.frames:
                delete_frames(workspace)
            if nodes:
                _delete_blocks(workspace)
    elif nodes:
        _delete_blocks(workspace)
    else:
        cut(workspace, marked.wires)


def _delete_blocks(workspace: Workspace) -> None:
    nodes = workspace.selected
    label = f"Delete {nodes[0].title}" if len(nodes) == 1 else f"Delete {len(nodes)} blocks"
    ids = tuple(node.id for node in nodes)
    workspace.apply(RemoveNodes(ids, label=label, where=workspace.where))


def duplicate(workspace: Workspace) -> None:
    """Place a copy of what is selected beside it, and select it.

    A frame must be selected itself: a copy of one would lie across the frame it comes from.
    """
    piece = piece_of(workspace.graph, workspace.selection, workspace.marked.frames)
    _paste(workspace, piece, {}, (OFFSET, OFFSET), "Duplicate")


def copy_text(workspace: Workspace) -> str:
    """Return what is selected as the text of an experiment, which a mail carries as well.

    Frames whose blocks are all selected go along.
    """
    piece = piece_of(workspace.graph, workspace.selection, frames_with(workspace))
    known = workspace.document.experiment.composites
    composites = {id_: known[id_] for id_ in used_by(piece, known)}
    return dumps(Experiment(title="Blocks", graph=piece, composites=composites))


def cut_out(workspace: Workspace) -> str:
    """Return what is selected as text, and take it away with the frames that went along."""
    text = copy_text(workspace)
    workspace.mark(frames_with(workspace), workspace.marked.wires)
    delete(workspace)
    return text


def paste_text(workspace: Workspace, text: str, at: tuple[float, float] | None = None) -> None:
    """Place the blocks of a text: with their top left corner ``at``, or beside the originals.

    Raises:
        FileError: the text holds no blocks.
    """
    brought = blocks_in(text)
    piece = brought.graph
    corners = [(item.x, item.y) for item in (piece.nodes or piece.frames).values()]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    dx, dy = (at[0] - left, at[1] - top) if at else (OFFSET, OFFSET)
    _paste(workspace, piece, brought.composites, (dx, dy), "Paste")


def blocks_in(text: str) -> Experiment:
    """Return the experiment whose graph are the blocks, frames and notes that a text holds.

    Raises:
        FileError: it holds none.
    """
    try:
        experiment = loads(text) if text.lstrip().startswith("{") else Experiment()
    except FileError as error:
        raise FileError(f"The clipboard cannot be pasted: {error}") from None
    if not experiment.graph.nodes and not experiment.graph.frames:
        raise FileError("The clipboard holds no blocks: copy some on the canvas first")
    return experiment


def holds_blocks(text: str) -> bool:
    """Tell quickly whether a text looks like copied blocks; reading it may still fail."""
    return text.lstrip().startswith("{") and '"blocks"' in text


def select_all(workspace: Workspace) -> None:
    """Select every block, frame and note."""
    workspace.select(workspace.graph.nodes)
    workspace.mark(workspace.graph.frames)


def nudge(workspace: Workspace, dx: float, dy: float) -> None:
    """Move the selected blocks by so many canvas units; nudges in a row are one step."""
    nodes = workspace.selected
    to = {node.id: (node.x + dx, node.y + dy) for node in nodes}
    label = f"Move {nodes[0].title}" if len(nodes) == 1 else f"Move {plural(len(nodes), 'block')}"
    merge = f"nudge {workspace.where} {' '.join(to)}"
    workspace.apply(Move(to, label=label, merge=merge, where=workspace.where))


def _paste(
    workspace: Workspace,
    piece: Graph,
    brought: Mapping[str, Composite],
    by: tuple[float, float],
    verb: str,
) -> None:
    known = workspace.document.experiment.composites
    edit = pasted(
        workspace.graph,
        piece,
        dx=by[0],
        dy=by[1],
        brought=brought,
        known=known,
    )
    label = f"{verb} {_counted(edit)}"
    if workspace.apply(replace(edit, label=label, where=workspace.where)):
        workspace.select(node.id for node in edit.nodes)
        workspace.mark(frame.id for frame in edit.frames)


def _counted(edit: AddNodes) -> str:
    """Return what is placed: the block's title if it is one, else how many."""
    nodes, frames = edit.nodes, edit.frames
    if nodes:
        return nodes[0].title if len(nodes) == 1 else f"{len(nodes)} blocks"
    kind = frames[0].kind if len({frame.kind for frame in frames}) == 1 else "frame"
    return kind if len(frames) == 1 else plural(len(frames), kind)
