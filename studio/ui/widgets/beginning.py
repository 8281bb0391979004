"""Beginning: ways on from an empty canvas, for whoever has nothing to draw yet."""

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio.app.workspace import Workspace
from studio.core.document import Diff

BELOW_PX = 28
"""How far it stands under the middle, where the canvas says how to draw."""

WAYS = {"file.gallery": "Open the gallery…", "file.open": "Open a file…"}


class Beginning(QWidget):
    """Buttons on the canvas while nothing is drawn; they ask for an action by its id."""

    asked = Signal(str)

    def __init__(self, workspace: Workspace, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._workspace = workspace
        self._canvas = canvas
        self.buttons = [self._button(way, words) for way, words in WAYS.items()]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in self.buttons:
            row.addWidget(button)
        workspace.drawing_changed.connect(self._on_changed)
        workspace.where_changed.connect(self._on_where)
        canvas.installEventFilter(self)
        self._show()

    def _button(self, way: str, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setProperty("way", way)
        button.clicked.connect(self._on_clicked)
        return button

    def _show(self) -> None:
        graph = self._workspace.graph
        self.setVisible(not (graph.nodes or graph.frames or self._workspace.where))

    def _on_changed(self, _change: Diff) -> None:
        self._show()

    def _on_where(self, _where: str) -> None:
        self._show()

    @Slot()
    def _on_clicked(self) -> None:
        self.asked.emit(self.sender().property("way"))

    # Qt

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.adjustSize()
            middle = self._canvas.rect().center()
            self.move(middle.x() - self.width() // 2, middle.y() + BELOW_PX)
        return False
