"""The question that is asked when the window is closed while a run is under way."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMessageBox, QWidget

STOP = "Stop and keep a checkpoint"
GO_ON = "Go on without a window"


class LeavingQuestion(QMessageBox):
    """Stop, go on unseen, or stay."""

    def __init__(
        self,
        title: str,
        stop: Callable[[], None],
        go_on: Callable[[], None] | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._stop = stop
        self._go_on = go_on
        self.setWindowTitle("Training is under way")
        self.setText(f"Stop the training of {title}?")
        self.setInformativeText(
            "The Runs page can go on from its checkpoint at any time. A run that goes on without a "
            "window is offered for watching when the next one opens"
            if go_on
            else "The Runs page can go on from its checkpoint at any time. netwright train trains "
            "without a window"
        )
        self.stop = self.addButton(STOP, QMessageBox.ButtonRole.AcceptRole)
        self.go_on = self.addButton(GO_ON, QMessageBox.ButtonRole.AcceptRole) if go_on else None
        self.setDefaultButton(self.stop)
        self.addButton(QMessageBox.StandardButton.Cancel)
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        self.deleteLater()
        if self.clickedButton() is self.stop:
            self._stop()
        elif self._go_on is not None and self.clickedButton() is self.go_on:
            self._go_on()


def ask_leaving(
    parent: QWidget, title: str, stop: Callable[[], None], go_on: Callable[[], None] | None
) -> None:
    """Ask whether to stop the run or, where it can, let it go on; unless that is asked already."""
    if not parent.findChildren(LeavingQuestion):
        LeavingQuestion(title, stop, go_on, parent).open()
