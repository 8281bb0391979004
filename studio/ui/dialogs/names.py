"""A question for a name: one field, typed and answered without a modal loop."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from studio.ui.widgets.labels import Text


class NameQuestion(QDialog):
    """A field with a suggestion; Enter answers, Esc does not."""

    def __init__(
        self, title: str, suggestion: str, then: Callable[[str], None], what: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._then = then
        self.setWindowTitle(title)
        self.setMinimumWidth(320)
        self.finished.connect(self.deleteLater)
        self.field = QLineEdit(suggestion, self)
        self.field.setAccessibleName(what)
        self.field.selectAll()
        buttons = QDialogButtonBox(self)
        self._ok = buttons.addButton(QDialogButtonBox.StandardButton.Ok)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(Text(what, self, "muted"))
        column.addWidget(self.field)
        column.addWidget(buttons)
        self.field.textChanged.connect(self._on_typed)
        self.accepted.connect(self._answer)

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._ok.setEnabled(bool(text.strip()))

    @Slot()
    def _answer(self) -> None:
        name = self.field.text().strip()
        if name:
            self._then(name)


def ask_name(
    parent: QWidget, title: str, suggestion: str, then: Callable[[str], None], what: str
) -> NameQuestion:
    """Let a name, or ``what`` else, be typed; ``then`` is told it."""
    question = NameQuestion(title, suggestion, then, what, parent)
    question.open()
    question.field.setFocus()
    return question
