"""A hand on a widget: presses, moves and drops as the events that Qt itself would send."""

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
NO_BUTTON = Qt.MouseButton.NoButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Hand:
    """One pointer over one widget; QTest cannot keep a button pressed between moves."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._button = NO_BUTTON

    def press(self, at: QPointF, *, button=LEFT, keys=NO_KEYS) -> None:
        self._button = button
        self._send(QEvent.Type.MouseButtonPress, at, button, button, keys)

    def press_too(self, at: QPointF, button) -> None:
        """Press another button while one is held."""
        self._send(QEvent.Type.MouseButtonPress, at, button, self._button | button, NO_KEYS)

    def move(self, at: QPointF, *, keys=NO_KEYS) -> None:
        self._send(QEvent.Type.MouseMove, at, NO_BUTTON, self._button, keys)

    def release(self, at: QPointF, *, keys=NO_KEYS) -> None:
        button, self._button = self._button, NO_BUTTON
        self._send(QEvent.Type.MouseButtonRelease, at, button, NO_BUTTON, keys)

    def pull(self, start: QPointF, stop: QPointF, *, button=LEFT, keys=NO_KEYS) -> None:
        """Press and carry, without letting go."""
        self.press(start, button=button, keys=keys)
        for share in (0.1, 0.4, 0.8, 1.0):
            self.move(start + (stop - start) * share, keys=keys)

    def drag(self, start: QPointF, stop: QPointF, *, button=LEFT, keys=NO_KEYS) -> None:
        self.pull(start, stop, button=button, keys=keys)
        self.release(stop, keys=keys)

    def click(self, at: QPointF, *, keys=NO_KEYS) -> None:
        self.press(at, keys=keys)
        self.release(at, keys=keys)

    def double_click(self, at: QPointF) -> None:
        self.click(at)
        self._send(QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, NO_KEYS)
        self._send(QEvent.Type.MouseButtonRelease, at, LEFT, NO_BUTTON, NO_KEYS)

    def wheel(
        self, at: QPointF, turned: int, *, keys=NO_KEYS, pixels: QPoint | None = None
    ) -> None:
        phase = Qt.ScrollPhase.NoScrollPhase if pixels is None else Qt.ScrollPhase.ScrollUpdate
        event = QWheelEvent(
            at,
            self._global(at),
            pixels or QPoint(),
            QPoint(0, turned),
            NO_BUTTON,
            keys,
            phase,
            False,
        )
        QApplication.sendEvent(self._widget, event)

    def carry(self, data: QMimeData, at: QPointF) -> bool:
        """Come in with something dragged and hold it; return whether it would be taken."""
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(at.toPoint(), copy, data, LEFT, NO_KEYS)
        enter.ignore()
        QApplication.sendEvent(self._widget, enter)
        if enter.isAccepted():
            move = QDragMoveEvent(at.toPoint(), copy, data, LEFT, NO_KEYS)
            QApplication.sendEvent(self._widget, move)
        return enter.isAccepted()

    def drop(self, data: QMimeData, at: QPointF, *, keys=NO_KEYS) -> None:
        self.carry(data, at)
        event = QDropEvent(at, Qt.DropAction.CopyAction, data, LEFT, keys)
        QApplication.sendEvent(self._widget, event)

    def leave(self) -> None:
        QApplication.sendEvent(self._widget, QDragLeaveEvent())

    def _send(self, kind: QEvent.Type, at: QPointF, button, buttons, keys) -> None:
        event = QMouseEvent(kind, at, self._global(at), button, buttons, keys)
        QApplication.sendEvent(self._widget, event)

    def _global(self, at: QPointF) -> QPointF:
        return QPointF(self._widget.mapToGlobal(at))
