"""Deeds that select blocks by how they hang together."""

from studio.app import selecting
from studio.app.actions import Action, has_selection
from studio.app.studio import Studio


def _upstream(studio: Studio) -> None:
    selecting.select_upstream(studio.workspace)


def _downstream(studio: Studio) -> None:
    selecting.select_downstream(studio.workspace)


def _connected(studio: Studio) -> None:
    selecting.select_connected(studio.workspace)


def _alike(studio: Studio) -> None:
    selecting.select_alike(studio.workspace)


def _invert(studio: Studio) -> None:
    selecting.invert_selection(studio.workspace)


UPSTREAM = Action(
    id="select.upstream", title="Select upstream", run=_upstream, when=has_selection,
    keys=("Ctrl+[",), menu="Edit/Select", place=10, icon="arrow-left", context=("block",),
    help="Everything that leads to the selected blocks",
)  # fmt: skip
DOWNSTREAM = Action(
    id="select.downstream", title="Select downstream", run=_downstream, when=has_selection,
    keys=("Ctrl+]",), menu="Edit/Select", place=11, icon="arrow-right", context=("block",),
    help="Everything that the selected blocks lead to",
)  # fmt: skip
CONNECTED = Action(
    id="select.connected", title="Select connected", run=_connected, when=has_selection,
    keys=("Ctrl+L",), menu="Edit/Select", place=12, icon="network",
    help="Everything that hangs together with the selected blocks by wires",
)  # fmt: skip
ALIKE = Action(
    id="select.alike", title="Select all of this kind", run=_alike, when=has_selection,
    keys=("Shift+G",), menu="Edit/Select", place=20, icon="boxes", context=("block",),
)  # fmt: skip
INVERT = Action(
    id="select.invert", title="Invert the selection", run=_invert, keys=("Ctrl+I",),
    menu="Edit/Select", place=21,
)  # fmt: skip
