"""Inquiry: what a menu at the pointer is about; that is selected, so that its rows act on it."""

from studio.app.actions import Context
from studio.app.workspace import Workspace
from studio.core.graph import End

from .hits import BendHit, CardHit, FrameHit, Hit, PortHit, WireHit

__all__ = ["Context", "point_out"]


def point_out(workspace: Workspace, found: Hit | None) -> Context:
    """Select what was hit, unless it is selected already, and say of what sort it is."""
    match found:
        case CardHit(node=node) | PortHit(end=End(node=node)):
            if node not in workspace.selection:
                workspace.select({node})
            return "block"
        case WireHit(wire=wire) | BendHit(wire=wire):
            if wire.target not in workspace.marked.wires:
                workspace.select(())
                workspace.mark(wires={wire.target})
            return "wire"
        case FrameHit(frame=frame):
            if frame not in workspace.marked.frames:
                workspace.select(())
                workspace.mark({frame})
            return "frame"
        case None:
            workspace.select(())
            return "canvas"
