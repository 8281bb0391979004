"""PreferencesDialog: the form of the program's settings; every change holds at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from studio.app.settings import SETTINGS, Settings
from studio.core.params import Param, Value
from studio.ui.widgets.labels import Text
from studio.ui.widgets.param_form import ParamForm

OWN_THEME = "own_theme"
NO_THEME = "none"
"""What stands in the list of themes for the empty text of the setting."""


class PreferencesDialog(QDialog):
    """One row for each declared setting; ``themes`` are the ids of those that plug-ins give."""

    def __init__(self, settings: Settings, parent: QWidget, themes: Iterable[str] = ()) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.setMinimumWidth(480)
        self.finished.connect(self.deleteLater)
        self.form = ParamForm(
            _params(themes, settings), _shown(settings.values), self, label_px=220
        )
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
        self._settings.set(name, "" if (name, value) == (OWN_THEME, NO_THEME) else value)

    def _on_setting(self, _name: str) -> None:
        self.form.set_values(_shown(self._settings.values))


def _params(themes: Iterable[str], settings: Settings) -> tuple[Param, ...]:
    """Return the settings, with the themes that are there to choose from; no row for none."""
    worn = settings.values.text(OWN_THEME)
    known = dict.fromkeys([*themes, *([worn] if worn else [])])  # its plug-in may be off
    choice = (NO_THEME, *known)
    shown = [param for param in SETTINGS if param.name != OWN_THEME or known]
    return tuple(
        replace(param, default=NO_THEME, choices=choice) if param.name == OWN_THEME else param
        for param in shown
    )


def _shown(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values as the form has them."""
    return {**values, OWN_THEME: values[OWN_THEME] or NO_THEME}
