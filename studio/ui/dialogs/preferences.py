"""PreferencesDialog: the form of the program's settings; every change holds at once."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from studio.app.settings import SETTINGS, Settings
from studio.core.params import Value
from studio.ui.widgets.labels import Text
from studio.ui.widgets.param_form import ParamForm


class PreferencesDialog(QDialog):
    """One row for each declared setting."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.setMinimumWidth(480)
        self.finished.connect(self.deleteLater)
        self.form = ParamForm(SETTINGS, settings.values, self, label_px=220)
        self.form.changed.connect(self._on_changed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addWidget(Text("Settings", self, "title"))
        column.addWidget(self.form)
        column.addStretch(1)
        column.addWidget(buttons)
        settings.changed.connect(self._on_setting)

    @Slot(str, object)
    def _on_changed(self, name: str, value: Value) -> None:
        self._settings.set(name, value)

    def _on_setting(self, _name: str) -> None:
        self.form.set_values(self._settings.values)
