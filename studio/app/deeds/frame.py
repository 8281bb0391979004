"""Deeds of frames and notes."""

from functools import partial

from studio.app import framing
from studio.app.actions import Action
from studio.app.studio import Studio
from studio.core.marks import Point


def _has_frames(studio: Studio) -> bool:
    return bool(studio.workspace.marked.frames)


def _has_one(studio: Studio) -> bool:
    return len(studio.workspace.marked.frames) == 1


def _can_fold(studio: Studio) -> bool:
    frames = studio.workspace.graph.frames
    return any(frames[id_].kind == "frame" for id_ in studio.workspace.marked.frames)


def _is_folded(studio: Studio) -> bool:
    frames = studio.workspace.graph.frames
    return any(frames[id_].collapsed for id_ in studio.workspace.marked.frames)


def _has_colour(name: str, studio: Studio) -> bool:
    frames = studio.workspace.graph.frames
    return any(frames[id_].colour == name for id_ in studio.workspace.marked.frames)


def _pointed_at(studio: Studio) -> Point:
    view = studio.front.view()
    return studio.front.cursor() or (view.x, view.y)


def _frame(studio: Studio) -> None:
    framing.frame_selected(studio.workspace, studio.front.size_of, _pointed_at(studio))
    studio.front.ask_on_canvas("words")


def _note(studio: Studio) -> None:
    framing.add_note(studio.workspace, _pointed_at(studio))
    studio.front.ask_on_canvas("words")


def _write(studio: Studio) -> None:
    studio.front.ask_on_canvas("words")


def _fold(studio: Studio) -> None:
    framing.fold(studio.workspace, studio.workspace.marked.frames)


def _fold_words(studio: Studio) -> str:
    return "Open frame" if _is_folded(studio) else "Collapse frame"


def _colour(name: str, studio: Studio) -> None:
    framing.colour(studio.workspace, name)


FRAME = Action(
    id="frame.add", title="Frame", run=_frame, keys=("C",), menu="Arrange", place=40,
    icon="square", context=("block", "canvas"),
    help="Draw a titled frame around the selected blocks; it carries them along",
)  # fmt: skip
NOTE = Action(
    id="frame.note", title="Note", run=_note, keys=("N",), menu="Arrange", place=41,
    icon="sticky-note", context=("canvas",), help="Put a note on the canvas",
)  # fmt: skip
WRITE = Action(
    id="frame.write", title="Write…", run=_write, when=_has_one, menu="Arrange/Frame", place=10,
    icon="pencil", context=("frame",), help="Change the title of a frame or the text of a note",
)  # fmt: skip
FOLD = Action(
    id="frame.fold", title="Collapse frame", run=_fold, when=_can_fold, words=_fold_words,
    keys=("Shift+C",), menu="Arrange/Frame", place=11, context=("frame",),
    help="Hide what is in a frame, or show it again",
)  # fmt: skip
COLOURS = tuple(
    Action(
        id=f"frame.colour-{name or 'plain'}", title=(name or "grey").capitalize(),
        run=partial(_colour, name), when=_has_frames, checked=partial(_has_colour, name),
        menu="Arrange/Frame", place=20 + number, context=("frame",),
    )
    for number, name in enumerate(framing.COLOURS)
)  # fmt: skip
