"""Pilot: does to the whole window what a person does, with real mouse, key and drop events."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from studio.app.studio import Studio
from studio.core.graph import End, NodeId
from studio.ui.dialogs.names import NameQuestion
from studio.ui.inspector.composite_view import CompositeView
from studio.ui.look import Look
from studio.ui.palette.model import SPEC
from studio.ui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Pilot:
    """One window and the hands on it."""

    def __init__(self, qtbot: QtBot) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.qtbot = qtbot
        self.studio = Studio()
        self.window = MainWindow(self.studio, Look(app, self.studio.settings))
        qtbot.addWidget(self.window)
        self.window.resize(1600, 1000)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.docks.make_dashboard()
        self.canvas = self.window.pages.build.canvas
        self.palette = self.window.pages.build.palette_panel
        self.gestures = 0
        """Drags, clicks, keys and typed words so far; a shortcut and a typed line count as one."""

    def close(self) -> None:
        """End the engine and the studio."""
        self.studio.close()

    # Drawing

    def drag(self, words: str, x: float, y: float) -> NodeId:
        """Search the palette, carry the first block found to a canvas position, and drop it."""
        self.gestures += 2
        before = set(self.studio.workspace.graph.nodes)
        self.palette.search.clear()
        QTest.keyClicks(self.palette.search, words)
        row = self.palette.tree.currentIndex()
        assert row.data(SPEC), f"the palette finds nothing for {words}"
        self._drop(self.palette.blocks.mimeData([row]), self.canvas.view_from_scene(QPointF(x, y)))
        (new,) = set(self.studio.workspace.graph.nodes) - before
        return new

    def wire(self, source: str, target: str) -> None:
        """Press on one port, carry the wire to another, let go; ports as ``block.port``."""
        start, end = (self.canvas.port_position(_end(text)) for text in (source, target))
        self.stroke(start, end)

    def build(self, line: str) -> list[NodeId]:
        """Press Tab on the canvas, type a line of blocks, press Enter; return them in a row."""
        before = self.studio.workspace.graph.nodes.keys()
        self.canvas.setFocus()
        QTest.keyClick(self.canvas, Qt.Key.Key_Tab)
        field = self.canvas.quick.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        QTest.keyClicks(field, line)
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.gestures += 3
        self._settle()
        placed = [id_ for id_ in self.studio.workspace.graph.nodes if id_ not in before]
        assert placed, f"nothing was built: {self.canvas.quick.line.text()}"
        return placed

    def fold(self, name: str) -> NodeId:
        """Press the keys that fold the selection, type a name, press Enter; return the block."""
        self.key(Qt.Key.Key_G, CTRL | SHIFT)
        (question,) = self.window.findChildren(NameQuestion)
        QTest.keyClicks(question.field, name)
        QTest.keyClick(question.field, Qt.Key.Key_Return)
        self.gestures += 2
        self._settle()
        (made,) = self.studio.workspace.selection
        return made

    def open_composite(self) -> None:
        """Press Enter on the selected composite."""
        self.canvas.setFocus()
        QTest.keyClick(self.canvas, Qt.Key.Key_Return)
        self.gestures += 1
        self._settle()

    def leave_composite(self) -> None:
        """Press Alt+Up."""
        self.key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)

    def add_parameter(self, name: str, default: str) -> None:
        """Give the open composite a parameter by its form, with nothing selected."""
        inspector = self.window.pages.build.inspector
        self.wait(lambda: isinstance(inspector.view, CompositeView), secs=2)
        QTest.mouseClick(inspector.view.add, LEFT)
        self.gestures += 1
        self.set_field("Name of parameter size", name)
        self.set_field(f"Default of parameter {name}", default)

    def enclose(self, blocks: list[NodeId]) -> None:
        """Draw a box around blocks, and around nothing else if they stand together."""
        rects = [self.canvas.node_rect(block) for block in blocks]
        left = min(rect.left() for rect in rects) - 6
        top = min(rect.top() for rect in rects) - 6
        right = max(rect.right() for rect in rects) + 6
        bottom = max(rect.bottom() for rect in rects) + 6
        self.stroke(QPointF(left, bottom), QPointF(right, top))

    def _settle(self) -> None:
        """Let the window be active again and its menus follow."""
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window)
        QTest.qWait(5)

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Press, move in small steps, release."""
        self.gestures += 1
        QTest.mouseMove(self.canvas, start.toPoint())
        QTest.mousePress(self.canvas, LEFT, pos=start.toPoint())
        for step in range(1, 9):
            QTest.mouseMove(self.canvas, (start + (end - start) * (step / 8)).toPoint())
        QTest.mouseRelease(self.canvas, LEFT, pos=end.toPoint())

    def click_block(self, node: NodeId, *, also: bool = False) -> None:
        """Click a card: it is selected, with ``also`` beside what is selected already."""
        keys = SHIFT if also else Qt.KeyboardModifier.NoModifier
        at = self.canvas.node_rect(node).center().toPoint()
        QTest.mouseClick(self.canvas, LEFT, keys, at)
        self.gestures += 1
        QTest.qWait(5)

    def set_field(self, name: str, text: str) -> None:
        """Type into the field of the inspector that is called ``name``."""
        self.qtbot.waitUntil(lambda: name in self._fields(), timeout=2000)
        field = self._fields()[name]
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.gestures += 2
        QTest.qWait(5)

    def _fields(self) -> dict[str, QLineEdit]:
        inspector = self.window.pages.build.inspector
        fields = inspector.findChildren(QLineEdit)
        return {field.accessibleName(): field for field in fields if field.isVisible()}

    def key(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.gestures += 1
        QTest.qWait(5)

    # Training

    def click(self, action: str) -> None:
        """Click the tool button of an action, once it says so and can be clicked."""
        self.qtbot.waitUntil(lambda: any(map(QToolButton.isEnabled, self._buttons(action))))
        QTest.mouseClick(self._buttons(action)[0], LEFT)

    def _buttons(self, action: str) -> list[QToolButton]:
        return [
            button
            for button in self.window.findChildren(QToolButton)
            if button.isVisible()
            and button.defaultAction()
            and button.defaultAction().text() == action
        ]

    def wait(self, until: Callable[[], bool], *, secs: float = 60) -> None:
        """Let the window live until something holds."""
        self.qtbot.waitUntil(until, timeout=int(secs * 1000))

    def losses(self) -> list[float]:
        """Return the training losses shown so far."""
        series = self.studio.record.series.get("train/loss")
        return [] if series is None else [float(value) for value in series.values]

    def picture(self, path: Path) -> None:
        """Leave a picture of the window."""
        assert self.window.grab().save(str(path))

    def _drop(self, data: QMimeData, at: QPointF) -> None:
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        point = QPoint(at.toPoint())
        for event in (
            QDragEnterEvent(point, copy, data, LEFT, none),
            QDragMoveEvent(point, copy, data, LEFT, none),
            QDropEvent(at, copy, data, LEFT, none),
        ):
            QApplication.sendEvent(self.canvas, event)
            assert event.isAccepted(), "the canvas did not take the block"


def _end(text: str) -> End:
    node, _, port = text.partition(".")
    return End(node, port)
