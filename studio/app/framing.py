"""Framing: frames around blocks, notes, and the places on the canvas to come back to."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from studio.core.arranging import Size
from studio.core.cards import cards_of
from studio.core.graph import NodeId
from studio.core.marking import AddFrame, RemoveFrame, SetBookmark, SetFrame
from studio.core.marks import Frame, Point, View
from studio.core.names import fresh_ids

from .workspace import Workspace

MARGIN, HEAD = 24.0, 40.0
"""The space between a frame and the blocks it is drawn around, in canvas units; more on top."""
NOTE = (240.0, 136.0)
COLOURS = ("", "blue", "green", "yellow", "orange", "pink", "purple")
"""What a frame can be coloured in; the empty one is grey."""

SizeOf = Callable[[NodeId], Size]


def frame_selected(workspace: Workspace, size_of: SizeOf, at: Point) -> str:
    """Draw a frame around the selected blocks, or an empty one around a point; return its id."""
    left, top, right, bottom = at[0] - 160.0, at[1] - 100.0, at[0] + 160.0, at[1] + 100.0
    if workspace.selected:
        boxes = [(node.x, node.y, *size_of(node.id)) for node in workspace.selected]
        left, top, right, bottom = box_around(boxes)
    frame = Frame(
        _fresh(workspace, "frame"), title="Frame", x=left, y=top,
        width=right - left, height=bottom - top,
    )  # fmt: skip
    return _add(workspace, frame)


def box_around(
    boxes: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a frame around boxes of x, y, width and height."""
    left = min(x for x, _, _, _ in boxes) - MARGIN
    top = min(y for _, y, _, _ in boxes) - HEAD - MARGIN / 2
    right = max(x + width for x, _, width, _ in boxes) + MARGIN
    return left, top, right, max(y + height for _, y, _, height in boxes) + MARGIN


def add_note(workspace: Workspace, at: Point) -> str:
    """Put an empty note with its corner at a point, and return its id."""
    id_ = _fresh(workspace, "note")
    note = Frame(id_, kind="note", colour="yellow", x=at[0], y=at[1], width=NOTE[0], height=NOTE[1])
    return _add(workspace, note)


def set_words(workspace: Workspace, id_: str, words: str) -> None:
    """Write on a note, or on a frame, whose first line is its title."""
    frame = workspace.graph.frames[id_]
    if frame.kind == "note":
        changed = replace(frame, text=words.rstrip())
    else:
        title, _, text = words.strip().partition("\n")
        changed = replace(frame, title=title.strip() or "Frame", text=text.strip())
    if changed != frame:
        workspace.apply(SetFrame(changed))


def words_of(frame: Frame) -> str:
    """Return what is written on a note or a frame, as one text to be changed."""
    if frame.kind == "note":
        return frame.text
    return f"{frame.title}\n{frame.text}" if frame.text else frame.title


def colour(workspace: Workspace, name: str) -> None:
    """Colour the selected frames and notes."""
    with workspace.document.grouped("Colour frame"):
        for id_ in sorted(workspace.marked.frames):
            workspace.apply(SetFrame(replace(workspace.graph.frames[id_], colour=name)))


def fold(workspace: Workspace, ids: frozenset[str]) -> None:
    """Collapse frames, or open them if all are collapsed."""
    frames = [workspace.graph.frames[id_] for id_ in sorted(ids)]
    frames = [frame for frame in frames if frame.kind == "frame"]
    shut = not all(frame.collapsed for frame in frames)
    with workspace.document.grouped("Collapse frame" if shut else "Open frame"):
        for frame in frames:
            workspace.apply(SetFrame(replace(frame, collapsed=shut)))


def delete_frames(workspace: Workspace) -> None:
    """Take the selected frames and notes away; the blocks inside stay."""
    frames = [workspace.graph.frames[id_] for id_ in sorted(workspace.marked.frames)]
    what = frames[0].kind if len({frame.kind for frame in frames}) == 1 else "frame"
    label = f"Delete {what}" if len(frames) == 1 else f"Delete {len(frames)} {what}s"
    workspace.apply(RemoveFrame(tuple(frame.id for frame in frames), label=label))


def frames_with(workspace: Workspace) -> frozenset[str]:
    """Return what goes along with the selection: marked frames and notes, and those around it.

    A frame goes along when all the blocks in it are selected, and with it what lies in it.
    """
    frames, chosen = workspace.graph.frames, workspace.selection
    middles = _middles(workspace) if frames else {}
    taken = {*workspace.marked.frames}
    for frame in frames.values():
        inside = {id_ for id_, middle in middles.items() if frame.holds(*middle)}
        if inside and inside <= chosen:
            taken.add(frame.id)
    around = [frames[id_] for id_ in taken]
    within = {f.id for f in frames.values() if f.kind == "note" and _lies_in(f, around)}
    return frozenset(taken | within)


def _middles(workspace: Workspace) -> dict[NodeId, Point]:
    sizes = cards_of(workspace.graph, workspace.scope).sizes
    return {
        id_: (node.x + sizes[id_][0] / 2, node.y + sizes[id_][1] / 2)
        for id_, node in workspace.graph.nodes.items()
    }


def _lies_in(note: Frame, frames: Sequence[Frame]) -> bool:
    return any(
        frame.kind == "frame"
        and frame.holds(note.x, note.y)
        and frame.holds(note.x + note.width, note.y + note.height)
        for frame in frames
    )


def set_bookmark(workspace: Workspace, name: str, view: View) -> None:
    """Remember a place."""
    workspace.apply(SetBookmark(name, view))


def _add(workspace: Workspace, frame: Frame) -> str:
    if workspace.apply(AddFrame(frame)):
        workspace.select(())
        workspace.mark(frames={frame.id})
    return frame.id


def _fresh(workspace: Workspace, stem: str) -> str:
    return fresh_ids(stem, workspace.graph.frames)[0]
