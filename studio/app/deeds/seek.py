"""Deeds that find: blocks by what they are called and what is set on them."""

from studio.app.actions import Action
from studio.app.studio import Studio


def _find(studio: Studio) -> None:
    studio.front.open_find()


FIND = Action(
    id="edit.find", title="Find blocks…", run=_find, keys=("Ctrl+F",), menu="Edit", place=41,
    icon="search", help="By title, kind, parameter or problem, inside composites too",
)  # fmt: skip
