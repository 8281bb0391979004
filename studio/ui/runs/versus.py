"""Versus: several runs beside each other: their results, and what differs in their experiments."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.app.reading import Beside, Reading
from studio.app.run_compare import MOST_COMPARED, differences, results
from studio.core.text import plural
from studio.runs.index import Run
from studio.ui.theme import tokens
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Line, Text

_Told = tuple[list[tuple[str, str]], list[str]]


class Versus(QWidget):
    """From the oldest run to the others: figures at once, differences as soon as they are read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._runs: tuple[Run, ...] = ()
        self.title = Text("", self, "title")
        self.said = Text("Figures from the oldest run to the newest", self, "muted")
        self.results = Facts(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Differences of the experiments")
        self.list.setWordWrap(True)
        self.list.setMinimumHeight(240)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (
            self.title, self.said, Line(self), Text("Results", self, "heading"), self.results,
            Line(self), Text("Experiments", self, "heading"),
        ):  # fmt: skip
            column.addWidget(part)
        column.addWidget(self.list, 1)

    def show_runs(self, runs: Sequence[Run], beside: Beside) -> None:
        """Show how these differ; of many, figures are put together in the thread as well."""
        self.title.say(f"{plural(len(runs), 'run')} chosen")
        few = len(runs) <= MOST_COMPARED
        self._show_results(results(runs) if few else [("Reading the figures…", "")])
        same = [run.id for run in runs] == [run.id for run in self._runs]
        self._runs = tuple(runs)
        if not same:
            self.list.clear()
        if not (same and few):
            read = partial(_compared, self._runs)
            Reading(read, partial(self._take, self._runs), self._refuse).start(beside)

    def _show_results(self, rows: list[tuple[str, str]]) -> None:
        self.results.show_rows(rows or [("Nothing yet", "")])

    def _take(self, runs: tuple[Run, ...], told: _Told) -> None:
        if runs is not self._runs and [run.id for run in runs] != [run.id for run in self._runs]:
            return  # others were chosen meanwhile
        self._show_results(told[0])
        self.list.clear()
        for line in told[1]:
            item = QListWidgetItem(line)
            colour = {"+": tokens(self).good, "-": tokens(self).error}.get(line[:1])
            if colour:
                item.setForeground(QColor(colour))
            self.list.addItem(item)

    def _refuse(self, sentence: str) -> None:
        self.list.clear()
        self.list.addItem(sentence)


def _compared(runs: Sequence[Run]) -> _Told:
    return results(runs), differences(runs)
