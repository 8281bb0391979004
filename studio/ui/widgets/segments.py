"""Segments: one of a few, side by side, in the place of tabs."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget


class Segments(QWidget):
    """A row of exclusive buttons; arrows move between them."""

    chosen = Signal(int)

    def __init__(self, actions: list[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._on_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for place, action in enumerate(actions):
            button = QToolButton(self)
            button.setText(action.text())
            button.setToolTip(action.toolTip())
            button.setAccessibleName(f"{action.text()} page")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, place)
            row.addWidget(button)

    def choose(self, place: int) -> None:
        """Show which one is chosen."""
        self._group.button(place).setChecked(True)

    @Slot(int, bool)
    def _on_toggled(self, place: int, on: bool) -> None:
        if on:
            self.chosen.emit(place)
