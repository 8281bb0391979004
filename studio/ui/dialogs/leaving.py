"""The question that is asked when the window is closed while a run is under way."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMessageBox, QWidget

STOP = "Stop and keep a checkpoint"


class LeavingQuestion(QMessageBox):
    """Stop, or stay."""

    def __init__(self, title: str, stop: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._stop = stop
        self.setWindowTitle("Training is under way")
        self.setText(f"Stop the training of {title}?")
        self.setInformativeText(
            "The Runs page can go on from its checkpoint at any time. netwright train trains "
            "without a window"
        )
        self.stop = self.addButton(STOP, QMessageBox.ButtonRole.AcceptRole)
        self.setDefaultButton(self.stop)
        self.addButton(QMessageBox.StandardButton.Cancel)
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        self.deleteLater()
        if self.clickedButton() is self.stop:
            self._stop()


def ask_leaving(parent: QWidget, title: str, stop: Callable[[], None]) -> None:
    """Ask whether to stop the run, unless that is asked already."""
    if not parent.findChildren(LeavingQuestion):
        LeavingQuestion(title, stop, parent).open()
