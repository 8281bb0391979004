"""Canvas: the surface on which a network is drawn; turns what the hands do into gestures."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.app.workspace import Workspace
from studio.ui.palette.model import dragged_kind

from .desk import Desk
from .gestures.begin import gesture_at
from .gestures.bend import add_bend, drop_bend
from .gestures.cut import Cut
from .gestures.place import Place
from .gestures.resize import edge_cursor
from .hits import BendHit, CardHit, FrameHit, PortHit, WireHit
from .inquiry import Context, point_out
from .keyboard import ARROWS, neighbour, nudge
from .marking import tip_for
from .travel import pinched, pushed_by, travelled

EDGE_MS = 16


class Canvas(Desk):
    """Draws, wires and arranges blocks."""

    context_requested = Signal(QPoint, str)
    """Where on the screen a menu is asked for, and about what; that is selected by then."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._space, self._cutting = False, False
        self._keys = Qt.KeyboardModifier.NoModifier
        self._edge = QTimer(self, interval=EDGE_MS)
        self._edge.timeout.connect(self._on_edge)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMinimumSize(160, 120)

    def cancel(self) -> None:
        super().cancel()
        self._edge.stop()
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self.gesture is not None and self.gesture.moved:
            self.setCursor(self.gesture.cursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif isinstance(self.hovered, PortHit):
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif isinstance(self.hovered, (WireHit, BendHit)):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif isinstance(self.hovered, FrameHit):
            self.setCursor(edge_cursor(self.hovered.edge))
        else:
            self.unsetCursor()

    def _escape(self) -> None:
        if self.gesture is None:
            self.workspace.select(())
        self.cancel()

    def _arrow(self, way: tuple[int, int], keys: Qt.KeyboardModifier) -> None:
        """Move the selection; with Ctrl, or with nothing selected, select the next block there."""
        if self.workspace.selection and not keys & Qt.KeyboardModifier.ControlModifier:
            nudge(self.workspace, way, 10 if keys & Qt.KeyboardModifier.ShiftModifier else 1)
            return
        found = neighbour(self.workspace, self.model, way, self.center())
        if found is not None:
            self.workspace.select({found})
            self.bring_into_view(found)

    @Slot()
    def _on_edge(self) -> None:
        push = pushed_by(self.pointer, self.rect())
        if self.gesture is None or push is None:
            self._edge.stop()
            return
        self.look_through(self.camera.panned(push.x(), push.y()))
        self.gesture.drag(self.pointer, self._keys)

    def _hold(self, key: int) -> None:
        """Pull the paper while Space is held; Alt drops a dot on a wire that is being drawn."""
        if key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif self.gesture is not None:
            self.gesture.drop_dot()

    # Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position()
        self._cutting = False
        if self.gesture is not None:
            self.gesture.drop_dot()
            return
        self._glide.finish()
        keys, panning = event.modifiers(), self._space
        self.gesture = gesture_at(self, self.pointer, event.button(), keys, panning=panning)
        self._cutting = isinstance(self.gesture, Cut)
        self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer, self._keys = event.position(), event.modifiers()
        if self.gesture is None:
            self.hover(self.hit(self.pointer))
            if isinstance(self.hovered, (WireHit, BendHit)):
                self.update()
            self._show_cursor()
            return
        self.gesture.drag(self.pointer, self._keys)
        if self.gesture.follows_edge and pushed_by(self.pointer, self.rect()) is not None:
            self._edge.start()
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and not event.buttons():
            gesture, self.gesture = self.gesture, None
            self._edge.stop()
            gesture.release(event.position(), event.modifiers())
            self.hover(self.hit(event.position()))
            self._show_cursor()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.cancel()
        match self.hit(event.position()):
            case CardHit(node=node) if self.open_up(node):
                pass
            case CardHit(node=node, title=True):
                self.rename(node)
            case WireHit(wire=wire):
                add_bend(self, wire, event.position())
            case BendHit(wire=wire, place=place):
                drop_bend(self, wire, place)
            case FrameHit(frame=frame, fold=False):
                self.write(frame)
            case None:
                self.quick_add(event.position())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        if self._cutting or self.gesture is not None:
            return  # the right button draws
        about: Context = "block" if self.workspace.selection else "canvas"
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            about = point_out(self.workspace, self.hit(QPointF(event.pos())))
        self.context_requested.emit(event.globalPos(), about)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.look_through(travelled(self.camera, event))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self._escape()
            case Qt.Key.Key_Alt | Qt.Key.Key_Space as key:
                self._hold(key)
            case Qt.Key.Key_Tab:
                self.quick_add()
            case Qt.Key.Key_F2:
                self.rename()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.enter()
            case Qt.Key.Key_Backspace:
                self.leave()
            case key if key in ARROWS:
                self._arrow(ARROWS[key], event.modifiers())
            case _:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        # Tab adds a block, as the empty canvas says; Shift+Tab leaves as everywhere.
        return False if forward else super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tip = tip_for(self.workspace, self.hit(QPointF(event.pos())))
            if tip:
                QToolTip.showText(event.globalPos(), tip, self)
            else:
                QToolTip.hideText()
            return True
        if isinstance(event, QNativeGestureEvent):
            self.look_through(pinched(self.camera, event))
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        kind = dragged_kind(event.mimeData())
        if kind in self.workspace.offer.specs:
            self.cancel()
            self.gesture = Place(self, event.position(), kind)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if isinstance(self.gesture, Place):
            self.gesture.move(event.position(), event.modifiers())
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.cancel()

    def dropEvent(self, event: QDropEvent) -> None:
        if isinstance(self.gesture, Place):
            gesture, self.gesture = self.gesture, None
            gesture.finish(event.position(), event.modifiers())
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            event.acceptProposedAction()
            self.update()
