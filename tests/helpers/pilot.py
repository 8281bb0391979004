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
from studio.ui.look import Look
from studio.ui.palette.model import SPEC
from studio.ui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


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

    def close(self) -> None:
        """End the engine and the studio."""
        self.studio.close()

    # Drawing

    def drag(self, words: str, x: float, y: float) -> NodeId:
        """Search the palette, carry the first block found to a canvas position, and drop it."""
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

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Press, move in small steps, release."""
        QTest.mouseMove(self.canvas, start.toPoint())
        QTest.mousePress(self.canvas, LEFT, pos=start.toPoint())
        for step in range(1, 9):
            QTest.mouseMove(self.canvas, (start + (end - start) * (step / 8)).toPoint())
        QTest.mouseRelease(self.canvas, LEFT, pos=end.toPoint())

    def click_block(self, node: NodeId) -> None:
        """Click a card: it is selected."""
        QTest.mouseClick(self.canvas, LEFT, pos=self.canvas.node_rect(node).center().toPoint())

    def set_field(self, name: str, text: str) -> None:
        """Type into the field of the inspector that is called ``name``."""
        self.qtbot.waitUntil(lambda: name in self._fields(), timeout=2000)
        field = self._fields()[name]
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def _fields(self) -> dict[str, QLineEdit]:
        inspector = self.window.pages.build.inspector
        fields = inspector.findChildren(QLineEdit)
        return {field.accessibleName(): field for field in fields if field.isVisible()}

    def key(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key on the window."""
        QTest.keyClick(self.window, key, modifier)

    # Training

    def click(self, action: str) -> None:
        """Click the tool button of an action."""
        button = next(
            button
            for button in self.window.findChildren(QToolButton)
            if button.isVisible()
            and button.defaultAction()
            and button.defaultAction().text() == action
        )
        self.qtbot.waitUntil(button.isEnabled, timeout=2000)
        QTest.mouseClick(button, LEFT)

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
