"""Deeds on problems: fix what is wrong with a block."""

from studio.app import fixing
from studio.app.actions import Action
from studio.app.studio import Studio


def _can_fix(studio: Studio) -> bool:
    return bool(fixing.troubled(studio.workspace))


def _fix(studio: Studio) -> None:
    block = fixing.troubled(studio.workspace)
    studio.front.ask_fix(block)


FIX = Action(
    id="edit.fix", title="Quick fix…", run=_fix, when=_can_fix, keys=("Ctrl+.",), menu="Edit",
    place=42, icon="lightbulb", help="What removes the problem of the selected block",
)  # fmt: skip
