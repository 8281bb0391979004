"""Deeds of plug-ins: their list, reading them anew, and what they themselves add."""

from collections.abc import Iterable

from studio.app.actions import Action, ActionList
from studio.app.studio import Studio


def _open(studio: Studio) -> None:
    studio.front.open_dialog("plugins")


def _reload(studio: Studio) -> None:
    studio.plugins.reload_all()


def _rows(studio: Studio) -> Iterable[Action]:
    for rows in studio.plugins.rows.values():
        for row in rows:
            if isinstance(row, Action):
                yield row
            else:
                yield from row.rows(studio)


PLUGINS = Action(
    id="plugins.list", title="Plug-ins…", run=_open, menu="Help", place=12, icon="puzzle",
    help="What plug-ins give, and which of them are on",
)  # fmt: skip
RELOAD = Action(
    id="plugins.reload", title="Read plug-ins anew", run=_reload, menu="Help", place=13,
    icon="refresh-cw", keys=("Ctrl+F5",), help="Takes changed files; the drawing stays as it is",
)  # fmt: skip
ACTIONS = ActionList(
    id="plugins.actions", title="Of plug-ins", rows=_rows, menu="Edit", place=95,
    empty="No plug-in adds an action", icon="puzzle",
)  # fmt: skip
