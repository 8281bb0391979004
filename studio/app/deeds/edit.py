"""Deeds of the Edit menu: undo, clipboard, selection."""

from functools import partial

from studio.app import editing
from studio.app.actions import Action, has_anything, has_blocks_or_frames, has_selection
from studio.app.studio import Studio
from studio.core.fitting import choose_data

NUDGE = 4.0
"""One press of an arrow key, in canvas units: the grid."""


def _undo(studio: Studio) -> None:
    studio.workspace.document.undo()


def _redo(studio: Studio) -> None:
    studio.workspace.document.redo()


def _can_undo(studio: Studio) -> bool:
    return bool(studio.workspace.document.undo_label)


def _can_redo(studio: Studio) -> bool:
    return bool(studio.workspace.document.redo_label)


def _undo_words(studio: Studio) -> str:
    return _named("Undo", studio.workspace.document.undo_label)


def _redo_words(studio: Studio) -> str:
    return _named("Redo", studio.workspace.document.redo_label)


def _named(verb: str, label: str) -> str:
    return f"{verb} {label[:1].lower()}{label[1:]}" if label else verb


def _copy(studio: Studio) -> None:
    studio.front.set_clipboard(editing.copy_text(studio.workspace))


def _cut(studio: Studio) -> None:
    studio.front.set_clipboard(editing.cut_out(studio.workspace))


def _paste(studio: Studio) -> None:
    editing.paste_text(studio.workspace, studio.front.clipboard(), studio.front.cursor())


def _delete(studio: Studio) -> None:
    editing.delete(studio.workspace)


def _duplicate(studio: Studio) -> None:
    editing.duplicate(studio.workspace)


def _select_all(studio: Studio) -> None:
    editing.select_all(studio.workspace)


def _select_none(studio: Studio) -> None:
    studio.workspace.select(())


def _nudge(dx: float, dy: float, studio: Studio) -> None:
    editing.nudge(studio.workspace, dx, dy)


def _fit_inputs(studio: Studio) -> None:
    experiment = studio.workspace.document.experiment
    studio.workspace.apply(choose_data(experiment, experiment.data, studio.catalog))


def _has_data(studio: Studio) -> bool:
    return bool(studio.workspace.document.experiment.data.source.kind)


UNDO = Action(
    id="edit.undo", title="Undo", run=_undo, when=_can_undo, words=_undo_words,
    keys=("Ctrl+Z",), menu="Edit", place=10, icon="undo-2",
)  # fmt: skip
REDO = Action(
    id="edit.redo", title="Redo", run=_redo, when=_can_redo, words=_redo_words,
    keys=("Ctrl+Shift+Z", "Ctrl+Y"), menu="Edit", place=11, icon="redo-2",
)  # fmt: skip
CUT = Action(
    id="edit.cut", title="Cut", run=_cut, when=has_blocks_or_frames, keys=("Ctrl+X",),
    menu="Edit", place=20, icon="scissors", context=("block", "frame"),
)  # fmt: skip
COPY = Action(
    id="edit.copy", title="Copy", run=_copy, when=has_blocks_or_frames, keys=("Ctrl+C",),
    menu="Edit", place=21, icon="copy", context=("block", "frame"),
)  # fmt: skip
PASTE = Action(
    id="edit.paste", title="Paste", run=_paste, keys=("Ctrl+V",),
    menu="Edit", place=22, icon="clipboard-paste", context=("canvas",),
)  # fmt: skip
DUPLICATE = Action(
    id="edit.duplicate", title="Duplicate", run=_duplicate, when=has_blocks_or_frames,
    keys=("Ctrl+D",), menu="Edit", place=23, context=("block", "frame"),
)  # fmt: skip
DELETE = Action(
    id="edit.delete", title="Delete", run=_delete, when=has_anything,
    keys=("Del", "Backspace"), menu="Edit", place=24, icon="trash-2",
    context=("block", "wire", "frame"),
)  # fmt: skip
SELECT_ALL = Action(
    id="edit.select-all", title="Select all", run=_select_all, keys=("Ctrl+A",),
    menu="Edit", place=30, context=("canvas",),
)  # fmt: skip
SELECT_NONE = Action(
    id="edit.select-none", title="Select nothing", run=_select_none, when=has_anything,
    keys=("Ctrl+Shift+A",), menu="Edit", place=31,
)  # fmt: skip
FIT_INPUTS = Action(
    id="edit.fit-inputs", title="Take input sizes from the data", run=_fit_inputs,
    when=_has_data, menu="Edit", place=40,
)  # fmt: skip
NUDGES = tuple(
    Action(
        id=f"edit.nudge-{word}", title=f"Move {word}", run=partial(_nudge, dx, dy),
        when=has_selection,
    )
    for word, dx, dy in (
        ("left", -NUDGE, 0.0), ("right", NUDGE, 0.0), ("up", 0.0, -NUDGE), ("down", 0.0, NUDGE)
    )
)  # fmt: skip
