"""HistoryList: what was done, oldest first; a click goes back to that moment."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from studio.core.document import Diff, Document


class HistoryList(QListWidget):
    """The steps of the document; the last one stands at the present."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self.setAccessibleName("History of changes")
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh)
        document.changed.connect(self._on_changed)
        self.itemActivated.connect(self._go_to)
        self.itemClicked.connect(self._go_to)
        self._refresh()

    def _on_changed(self, _change: Diff) -> None:
        self._soon.start()

    @Slot()
    def _refresh(self) -> None:
        if not self.isVisible() and self.count():
            return
        self.clear()
        self.addItem("As opened")
        self.addItems([step.label for step in self._document.history])
        self.setCurrentRow(self.count() - 1)

    @Slot(QListWidgetItem)
    def _go_to(self, item: QListWidgetItem) -> None:
        for _ in range(len(self._document.history) - self.row(item)):
            self._document.undo()

    # Qt

    def showEvent(self, _event: object) -> None:
        self._soon.start()
