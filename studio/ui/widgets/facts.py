"""Facts: names on the left, values on the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget


class Facts(QWidget):
    """A small table of read-only rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._cells: list[tuple[QLabel, QLabel]] = []
        self._shown: list[tuple[str, str]] = []

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show these rows; labels are kept and only their words change."""
        if rows == self._shown:
            return
        self._shown = list(rows)
        while len(self._cells) < len(rows):
            self._add_cells()
        for place, (name, value) in enumerate(self._cells):
            used = place < len(rows)
            name.setVisible(used)
            value.setVisible(used)
            if used:
                name.setText(rows[place][0])
                value.setText(rows[place][1])

    def rows(self) -> list[tuple[str, str]]:
        """Return what is shown."""
        return list(self._shown)

    def _add_cells(self) -> None:
        name, value = QLabel(self), QLabel(self)
        name.setProperty("tone", "muted")
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setWordWrap(True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        place = len(self._cells)
        self._grid.addWidget(name, place, 0, alignment=Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, place, 1)
        self._cells.append((name, value))
