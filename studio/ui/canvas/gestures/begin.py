"""Begin: which gesture a press of the mouse starts, by what lies under it and the keys held."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from studio.app.joining import Loose
from studio.core.graph import End, Wire
from studio.ui.canvas.hits import BendHit, CardHit, FrameHit, PortHit, WireHit

from .bend import Bend, NewBend
from .connect import Connect
from .cut import Cut
from .gesture import Gesture, Keys
from .move import MoveCards, MoveFrames
from .pan import Pan
from .resize import Collapse, Resize
from .rewire import MoveAll, Swap
from .select_box import SelectBox

if TYPE_CHECKING:
    from studio.ui.canvas.canvas import Canvas

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)


def gesture_at(
    canvas: "Canvas", at: QPointF, button: Qt.MouseButton, keys: Keys, *, panning: bool
) -> Gesture | None:
    """Return what a press here begins; ``panning`` is set while Space is held."""
    if button == MIDDLE or (button == LEFT and panning):
        return Pan(canvas, at)
    if button == RIGHT and keys & Keys.ControlModifier:
        return Cut(canvas, at)
    return _of_left(canvas, at, keys) if button == LEFT else None


def _of_left(canvas: "Canvas", at: QPointF, keys: Keys) -> Gesture:
    match canvas.hit(at):
        case PortHit(end=end, output=output):
            return _of_port(canvas, at, end, keys, output=output)
        case CardHit(node=node):
            return MoveCards(canvas, at, node, keys)
        case BendHit(wire=wire, place=place):
            return Bend(canvas, at, wire, place)
        case WireHit(wire=wire):
            return _of_wire(canvas, at, wire, keys)
        case FrameHit() as found:
            return _of_frame(canvas, at, found, keys)
        case _:
            return SelectBox(canvas, at)


def _of_port(canvas: "Canvas", at: QPointF, end: End, keys: Keys, *, output: bool) -> Gesture:
    if output:
        if keys & Keys.ControlModifier:
            return MoveAll(canvas, at, end)
        return Connect(canvas, at, Loose(end, from_output=True))
    if keys & Keys.AltModifier:
        return Swap(canvas, at, end)
    fed = canvas.workspace.graph.feeds.get(end)
    if fed is None:
        return Connect(canvas, at, Loose(end, from_output=False))
    return Connect(canvas, at, Loose(fed, from_output=True), carried=end)


def _of_wire(canvas: "Canvas", at: QPointF, wire: Wire, keys: Keys) -> Gesture:
    if keys & Keys.AltModifier:
        return NewBend(canvas, at, wire)
    return Connect(canvas, at, Loose(wire.source, from_output=True), wire.target)


def _of_frame(canvas: "Canvas", at: QPointF, found: FrameHit, keys: Keys) -> Gesture:
    if found.fold:
        return Collapse(canvas, at, found.frame)
    if any(found.edge):
        return Resize(canvas, at, found)
    return MoveFrames(canvas, at, found.frame, keys)
