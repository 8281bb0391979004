"""Questions about files: which one, where to, and what about unsaved changes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.app.front import Answer
from studio.core.fileio import SUFFIX

FILTER = f"Netwright experiments (*{SUFFIX})"
OPENED = f"Netwright experiments and pictures of them (*{SUFFIX} *.png *.svg)"
PICTURES = "Pictures (*.png *.svg)"


class PathQuestion(QObject):
    """A file dialog that answers once and is gone."""

    def __init__(self, dialog: QFileDialog, then: Callable[[Path], None]) -> None:
        super().__init__(dialog)
        self._then = then
        dialog.fileSelected.connect(self._on_selected)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_selected(self, name: str) -> None:
        self._then(Path(name))


class UnsavedQuestion(QMessageBox):
    """Save, discard, or stay."""

    def __init__(self, title: str, then: Callable[[Answer], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._then = then
        button = QMessageBox.StandardButton
        self.setWindowTitle("Unsaved changes")
        self.setText(f"Save the changes to {title}?")
        self.setInformativeText("They are lost if you discard them")
        self.setStandardButtons(button.Save | button.Discard | button.Cancel)
        self.setDefaultButton(button.Save)
        self.finished.connect(self._on_finished)

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        button = QMessageBox.StandardButton
        answers: dict[int, Answer] = {button.Save.value: "save", button.Discard.value: "discard"}
        self.deleteLater()
        self._then(answers.get(result, "cancel"))


def ask_open(parent: QWidget, folder: Path, then: Callable[[Path], None]) -> None:
    """Let a file be chosen; the dialog begins in a folder."""
    dialog = QFileDialog(parent, "Open an experiment", str(folder), OPENED)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    PathQuestion(dialog, then)


def ask_data(parent: QWidget, folder: Path, filters: str, then: Callable[[Path], None]) -> None:
    """Let a file of data be chosen; ``filters`` are those of the dialog, ``;;`` between them."""
    dialog = QFileDialog(parent, "Open data", str(folder), filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    PathQuestion(dialog, then)


def ask_table(parent: QWidget, suggestion: Path, then: Callable[[Path], None]) -> None:
    """Let a place for a table be chosen."""
    dialog = QFileDialog(parent, "Export the answers", str(suggestion.parent), "Tables (*.csv)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.selectFile(suggestion.name)
    PathQuestion(dialog, then)


def ask_save(parent: QWidget, suggestion: Path, then: Callable[[Path], None]) -> None:
    """Let a place for a file be chosen."""
    dialog = QFileDialog(parent, "Save the experiment", str(suggestion.parent), FILTER)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
    dialog.selectFile(suggestion.name)
    PathQuestion(dialog, then)


def ask_picture(parent: QWidget, suggestion: Path, then: Callable[[Path], None]) -> None:
    """Let a place for a picture be chosen; its ending says which kind."""
    dialog = QFileDialog(parent, "Export the picture", str(suggestion.parent), PICTURES)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suggestion.suffix.removeprefix("."))
    dialog.selectFile(suggestion.name)
    PathQuestion(dialog, then)


def ask_film(parent: QWidget, suggestion: Path, then: Callable[[Path], None]) -> None:
    """Let a place for a report or an animation be chosen; its ending says which."""
    kinds = {".gif": "Animations (*.gif)", ".mp4": "Films (*.mp4)", ".html": "Web pages (*.html)"}
    dialog = QFileDialog(parent, "Export", str(suggestion.parent), kinds[suggestion.suffix])
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suggestion.suffix.removeprefix("."))
    dialog.selectFile(suggestion.name)
    PathQuestion(dialog, then)


def ask_folder(parent: QWidget, title: str, folder: Path, then: Callable[[Path], None]) -> None:
    """Let a folder be chosen; the dialog begins in ``folder``."""
    dialog = QFileDialog(parent, title, str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    PathQuestion(dialog, then)


def ask_unsaved(parent: QWidget, title: str, then: Callable[[Answer], None]) -> None:
    """Ask what to do about unsaved changes."""
    UnsavedQuestion(title, then, parent).open()
