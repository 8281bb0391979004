"""Deeds of the Help menu: keys, what this program is."""

from functools import partial

from studio.app.actions import Action
from studio.app.studio import Studio


def _open(name: str, studio: Studio) -> None:
    studio.front.open_dialog(name)


KEYS = Action(
    id="help.keys", title="Keyboard shortcuts", run=partial(_open, "keys"), menu="Help",
    place=10, icon="keyboard", keys=("Ctrl+/",),
)  # fmt: skip
ABOUT = Action(
    id="help.about", title="About Netwright", run=partial(_open, "about"), menu="Help",
    place=20, icon="info",
)  # fmt: skip
