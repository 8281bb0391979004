"""HistoryList: what was done and undone, oldest first; a click goes to that moment."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from studio.core.document import Diff, Document
from studio.ui.theme import tokens


class HistoryList(QListWidget):
    """The steps of the document; the current row is the present, what was undone is below."""

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
        done = ["As opened", *(step.label for step in self._document.history)]
        self.addItems(done)
        for step in self._document.undone:
            item = QListWidgetItem(step.label)
            item.setForeground(QColor(tokens(self).disabled))
            item.setToolTip("Undone; a click does it again")
            self.addItem(item)
        self.setCurrentRow(len(done) - 1)

    @Slot(QListWidgetItem)
    def _go_to(self, item: QListWidgetItem) -> None:
        steps = self.row(item) - len(self._document.history)
        for _ in range(abs(steps)):
            if steps > 0:
                self._document.redo()
            else:
                self._document.undo()

    # Qt

    def showEvent(self, _event: object) -> None:
        self._soon.start()
