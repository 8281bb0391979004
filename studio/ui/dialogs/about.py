"""AboutDialog: what this is, and on what it runs."""

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from studio import __version__
from studio.app.studio import Studio
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Text


class AboutDialog(QDialog):
    """A few facts, good to have in a report of an error."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Netwright")
        self.setMinimumWidth(400)
        self.finished.connect(self.deleteLater)
        ready = studio.session.ready
        facts = Facts(self)
        facts.show_rows(
            [
                ("Version", __version__),
                ("Device", studio.session.device or "The engine has not started"),
                ("PyTorch", ready.torch if ready else "The engine has not started"),
                ("Qt", qVersion()),
                ("Python", platform.python_version()),
            ]
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Text("Netwright", self, "title"))
        column.addWidget(Text("Draw a neural network, train it, watch it learn", self, "muted"))
        column.addWidget(facts)
        column.addWidget(buttons, alignment=Qt.AlignmentFlag.AlignRight)
