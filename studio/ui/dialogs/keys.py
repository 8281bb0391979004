"""KeysDialog: every shortcut, by menu."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.app.actions import Action
from studio.app.studio import Studio
from studio.ui.widgets.labels import Text


class KeysDialog(QDialog):
    """A list to read."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(480, 560)
        self.finished.connect(self.deleteLater)
        page = QWidget(self)
        page.setObjectName("panel")
        grid = QGridLayout(page)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setVerticalSpacing(8)
        actions = [row for row in studio.actions.rows.values() if isinstance(row, Action)]
        for place, action in enumerate(action for action in actions if action.keys):
            grid.addWidget(Text(action.title.removesuffix("…"), page, wraps=False), place, 0)
            keys = "   ".join(
                QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                for key in action.keys
            )
            grid.addWidget(
                Text(keys, page, "muted", wraps=False), place, 1, Qt.AlignmentFlag.AlignRight
            )
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(area, 1)
        column.addWidget(buttons)
