"""Deeds of how blocks take part: bypassed, frozen, disabled."""

from functools import partial

from studio.app.actions import Action, has_selection
from studio.app.studio import Studio
from studio.core.graph import Mode
from studio.core.taking_part import SetMode, Unshare


def _toggle(mode: Mode, studio: Studio) -> None:
    wanted: Mode = "" if _has(mode, studio) else mode
    studio.workspace.apply(SetMode(tuple(sorted(studio.workspace.selection)), wanted))


def _has(mode: Mode, studio: Studio) -> bool:
    return has_selection(studio) and all(node.mode == mode for node in studio.workspace.selected)


def _shares(studio: Studio) -> bool:
    return any(node.shares for node in studio.workspace.selected)


def _unshare(studio: Studio) -> None:
    sharing = tuple(node.id for node in studio.workspace.selected if node.shares)
    studio.workspace.apply(Unshare(sharing))


_MODES: tuple[tuple[Mode, str, str, str], ...] = (
    ("bypass", "Bypass", "M", "Pass the input on, as if the block were a piece of wire"),
    ("freeze", "Freeze", "Shift+M", "Keep the weights as they are while the rest learns"),
    ("disable", "Disable", "Ctrl+M", "Leave the block and what hangs on it out of the network"),
)

MODES = tuple(
    Action(
        id=f"mode.{mode}", title=title, run=partial(_toggle, mode), when=has_selection,
        checked=partial(_has, mode), keys=(keys,), menu="Edit/Take part", place=10 + number,
        context=("block",), help=help_,
    )
    for number, (mode, title, keys, help_) in enumerate(_MODES)
)  # fmt: skip
UNSHARE = Action(
    id="mode.unshare", title="Use own weights", run=_unshare, when=_shares,
    menu="Edit/Take part", place=20, icon="unlink", context=("block",),
    help="Stop using the weights of another block",
)  # fmt: skip
