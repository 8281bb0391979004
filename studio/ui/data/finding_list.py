"""FindingList: what stands out in the data, with a button where something can be done."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.app.own_findings import Finding
from studio.core.catalog import Catalog
from studio.ui.widgets.labels import Text, Tone

SIGNS = {"good": "✓", "news": "·", "warning": "!"}


class FindingList(QWidget):
    """One row a finding."""

    wanted = Signal(object)

    def __init__(self, catalog: Catalog, parent: QWidget) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._shown: list[Finding] = []
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.setAccessibleName("Findings in the data")

    @property
    def shown(self) -> list[Finding]:
        """What is shown."""
        return self._shown

    def show_findings(self, found: list[Finding]) -> None:
        """Show these findings."""
        if found == self._shown:
            return
        self._shown = found
        for row in self._rows:
            self._column.removeWidget(row)
            row.setVisible(False)
            row.deleteLater()
        self._rows = [self._row(one) for one in found]
        for row in self._rows:
            self._column.addWidget(row)

    def _row(self, one: Finding) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        sign = Text(SIGNS[one.weight], row, "heading", wraps=False)
        sign.setFixedWidth(12)
        line.addWidget(sign)
        tone: Tone = "normal" if one.weight == "warning" else "muted"
        line.addWidget(Text(one.sentence, row, tone), 1)
        words = self._words(one)
        if words:
            button = QPushButton(words, row)
            button.setObjectName("flat")
            button.clicked.connect(partial(self._on_wanted, one))
            line.addWidget(button)
        return row

    def _words(self, one: Finding) -> str:
        if one.leave_out:
            return "Leave it out"
        if one.weigh:
            return "Weigh the classes"
        step = self._catalog.steps.get(one.step)
        return f"Add “{step.title}”" if step else ""

    def _on_wanted(self, one: Finding, _checked: bool = False) -> None:
        self.wanted.emit(one)
