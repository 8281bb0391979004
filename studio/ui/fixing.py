"""Fixing: quick fixes beside a block, asked for by its badge, by keys, or from a list."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Slot
from PySide6.QtGui import QMouseEvent

from studio.app.fixing import fix, remedies
from studio.app.workspace import Workspace
from studio.core.fixes import Fix
from studio.core.graph import NodeId

from .canvas.canvas import Canvas
from .widgets.fix_popover import FixPopover

BADGE = 10.0
"""How near the corner of a card its badge can be hit, in canvas units."""


class Fixing(QObject):
    """Opens the popover of fixes over a canvas."""

    def __init__(self, workspace: Workspace, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._workspace = workspace
        self._canvas = canvas
        self.popover = FixPopover(canvas)
        self.popover.chosen.connect(self._on_chosen)
        self.popover.closed.connect(self._on_closed)
        canvas.shown.connect(self._on_view_moved)
        canvas.installEventFilter(self)

    def open_on(self, block: NodeId) -> None:
        """Show what can be done about the problems of a block; one without any is left alone."""
        found = remedies(self._workspace, block)
        if not found or block not in self._canvas.model.row:
            return
        self._canvas.cancel()
        self._workspace.select([block])
        self._canvas.bring_into_view(block)
        self.popover.open_beside(self._canvas.node_rect(block).toAlignedRect(), found)

    def badge_at(self, at: QPointF) -> NodeId:
        """Return the block whose badge lies under a point of the canvas; empty for none."""
        reach = max(BADGE * self._canvas.camera.zoom, 7.0)
        wrong = {problem.node for problem in self._workspace.here.problems}
        for block in reversed(self._canvas.model.ids):
            if block in wrong:
                corner = self._canvas.node_rect(block).topRight() + QPointF(-3.0, 3.0)
                if (corner - at).manhattanLength() <= reach * 1.4:
                    return block
        return ""

    @Slot(object)
    def _on_chosen(self, chosen: Fix) -> None:
        fix(self._workspace, chosen)

    @Slot()
    def _on_view_moved(self) -> None:
        self.popover.dismiss()  # its block is elsewhere now

    @Slot()
    def _on_closed(self) -> None:
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # Qt

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        pressed = event.type() == QEvent.Type.MouseButtonPress
        if not pressed or not isinstance(event, QMouseEvent):
            return False
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        block = self.badge_at(event.position())
        if block:
            self.open_on(block)
        return bool(block)
