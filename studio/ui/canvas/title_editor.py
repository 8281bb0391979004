"""TitleEditor: the one live field of the canvas, laid over a painted title to change it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.app.workspace import Workspace
from studio.core.edits import Rename
from studio.core.graph import NodeId
from studio.ui.theme import TEXT_PX

from .camera import Camera
from .cards import INSET
from .geometry import TITLE_Y, WIDTH


class TitleEditor(QLineEdit):
    """Renames a block in place: Enter or a click elsewhere keeps the name, Esc does not."""

    closed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._workspace = workspace
        self._node: NodeId | None = None
        self.setAccessibleName("Name of the block")
        self.editingFinished.connect(self._on_finished)
        self.hide()

    def open_on(self, node: NodeId, camera: Camera) -> None:
        """Lay the field over the title of a block."""
        self._node = node
        self.follow(camera)
        self.setText(self._workspace.graph.nodes[node].title)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, camera: Camera) -> None:
        """Stay over the title while the view moves."""
        placed = self._workspace.graph.nodes.get(self._node or "")
        if placed is None:
            self.dismiss()
            return
        font = QFont(self._host.font())
        font.setPixelSize(max(round(TEXT_PX["normal"] * camera.zoom), 10))
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        height = max(round(24.0 * camera.zoom), 20)
        left = round((placed.x + INSET - 6.0) * camera.zoom + camera.x)
        middle = (placed.y + TITLE_Y) * camera.zoom + camera.y
        width = max(round((WIDTH - 2 * INSET + 12.0) * camera.zoom), 90)
        self.setGeometry(left, round(middle - height / 2), width, height)

    def dismiss(self) -> None:
        """Close without renaming."""
        if self._node is not None:
            self._node = None
            self.hide()
            self.closed.emit()

    @Slot()
    def _on_finished(self) -> None:
        node, text = self._node, self.text().strip()
        if node is None:
            return
        self.dismiss()
        known = self._workspace.graph.nodes.get(node)
        if text and known is not None and known.title != text:
            self._workspace.apply(Rename(node, text))

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
            event.accept()  # the Enter that ends the renaming is none of the canvas's
