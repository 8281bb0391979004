"""Deeds of wires: cut them, draw one by the keyboard, delete blocks and join what is left."""

from studio.app import rewiring
from studio.app.actions import Action, has_selection
from studio.app.studio import Studio


def _has_one(studio: Studio) -> bool:
    return len(studio.workspace.selection) == 1


def _has_wires(studio: Studio) -> bool:
    return bool(studio.workspace.selection or studio.workspace.marked.wires)


def _has_bends(studio: Studio) -> bool:
    return bool(studio.workspace.marked.wires & studio.workspace.graph.bends.keys())


def _connect(studio: Studio) -> None:
    studio.front.ask_on_canvas("connect")


def _cut(studio: Studio) -> None:
    rewiring.cut_selected(studio.workspace)


def _unbend(studio: Studio) -> None:
    workspace = studio.workspace
    with workspace.document.grouped("Straighten wire"):
        for end in sorted(workspace.marked.wires & workspace.graph.bends.keys()):
            rewiring.bend(workspace, end, (), "Straighten wire")


def _heal(studio: Studio) -> None:
    rewiring.delete_healed(studio.workspace)


CONNECT = Action(
    id="wire.connect", title="Wire to…", run=_connect, when=_has_one, keys=("W",),
    menu="Edit/Wires", place=10, icon="spline", context=("block",),
    help="Choose from the inputs that the selected block may feed, the nearest first",
)  # fmt: skip
CUT = Action(
    id="wire.cut", title="Cut wires of selection", run=_cut, when=_has_wires,
    keys=("Ctrl+Shift+X",), menu="Edit/Wires", place=11, icon="unlink",
    context=("block", "wire"),
    help="With the mouse: hold Ctrl and draw a stroke with the right button",
)  # fmt: skip
UNBEND = Action(
    id="wire.unbend", title="Remove bends", run=_unbend, when=_has_bends, menu="Edit/Wires",
    place=20, context=("wire",), help="Let the selected wires run smoothly again",
)  # fmt: skip
HEAL = Action(
    id="edit.delete-healed", title="Delete and join", run=_heal, when=has_selection,
    keys=("Ctrl+Del", "Ctrl+Backspace"), menu="Edit", place=25, context=("block",),
    help="Delete the selected blocks and join what stood before and behind them",
)  # fmt: skip
