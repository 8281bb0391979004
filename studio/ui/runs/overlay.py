"""Overlay: one scalar of all chosen runs in one chart; of a group its mean and spread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.app.overlaid import line_of, names_of
from studio.app.reading import Beside, Reading
from studio.app.run_compare import labels
from studio.app.run_rows import Row
from studio.core.params import Param
from studio.core.text import plural
from studio.runs.curves import Band as Spread
from studio.runs.series import Series
from studio.ui.dashboard.chart import CurveChart
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.curves import Band, Curve
from studio.ui.theme import tokens
from studio.ui.widgets.fields import ChoiceField
from studio.ui.widgets.labels import Text

MOST_ROWS = 32
"""More curves than that nobody tells apart."""
FIRST = ("validation/loss", "train/loss")


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What was read of the chosen rows: the scalars there are, and one of them of each row."""

    rows: tuple[Row, ...]
    names: tuple[str, ...]
    name: str
    lines: tuple[Series | Spread, ...]


class Overlay(QWidget):
    """A chart of its own, filled in a thread whenever other rows are chosen."""

    def __init__(self, beside: Callable[[], Beside], parent: QWidget) -> None:
        super().__init__(parent)
        self._beside = beside
        self._rows: tuple[Row, ...] = ()
        self._asked: tuple[tuple[Row, ...], str] | None = None
        self._read = _Read((), (), "", ())
        self._reading = False
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.chart = CurveChart("Curves of the chosen runs", Cursor(self), self)
        self.chart.hint = "Choose runs in the list to lay their curves over each other"
        self.scalars = ChoiceField(Param("scalar", "–", choices=("–", "")), self)
        self.scalars.setAccessibleName("Scalar")
        self.scalars.setMinimumWidth(200)
        self.scalars.changed.connect(self._on_chosen)
        self.log = QToolButton(self)
        self.log.setText("Log")
        self.log.setToolTip("Logarithmic scale")
        self.log.setCheckable(True)
        self.log.toggled.connect(self._on_log)
        self.said = Text("", self, "small", wraps=False)
        self._lay_out()
        self.setMinimumHeight(140)
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 16, 0)
        for part in (self.scalars, self.log, self.said):
            head.addWidget(part)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.chart, 1)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Draw the curves of these rows, as soon as they are read."""
        readable = (row for row in rows if row.first.state != "broken")
        self._rows = tuple(readable)[:MOST_ROWS]
        self._ask()

    def _ask(self) -> None:
        wanted = (self._rows, self._wanted_name())
        if wanted == self._asked or self._reading:
            return
        self._asked, self._reading = wanted, True
        Reading(partial(_read, *wanted), self._take, self._refuse).start(self._beside())

    def _wanted_name(self) -> str:
        return self.scalars.currentText() if self._read.names else ""

    def _take(self, read: _Read) -> None:
        self._reading = False
        self._read = read
        self._show()
        if self._rows != read.rows or (read.names and self._wanted_name() != read.name):
            self._ask()  # others were chosen meanwhile

    def _refuse(self, sentence: str) -> None:
        self._reading = False
        self.said.say(sentence)

    def _show(self) -> None:
        read = self._read
        shown = [self.scalars.itemText(place) for place in range(self.scalars.count())]
        if shown != list(read.names):
            self.scalars.clear()
            self.scalars.addItems(list(read.names))
        self.scalars.setCurrentIndex(self.scalars.findText(read.name))
        for part in (self.scalars, self.log):
            part.setVisible(bool(read.names))
        self._draw()

    def _draw(self) -> None:
        read, colours = self._read, tokens(self).series
        names = labels([row.first for row in read.rows])
        curves, bands = [], []
        for place, (row, line, name) in enumerate(zip(read.rows, read.lines, names, strict=True)):
            colour = QColor(colours[place % len(colours)])
            if isinstance(line, Spread):
                title = f"{row.first.summary.title}, mean of {len(row.runs)}"
                curves.append(Curve(title, line.mean, colour))
                bands.append(Band(line.low, line.high, colour))
            elif line.last:
                curves.append(Curve(name, line, colour))
        self.chart.show_curves(curves, bands)
        self.chart.setAccessibleDescription(
            ", ".join(
                f"{curve.name} {self.chart.text_of(curve.line.last[1])}"
                for curve in curves
                if curve.line.last
            )
        )
        spread = "band: mean ± standard deviation of the seeds" if bands else ""
        told = plural(len(curves), "curve") if curves else ""
        self.said.say(" · ".join(word for word in (told, spread) if word))

    @Slot(object)
    def _on_chosen(self, _value: object) -> None:
        self.chart.show_all()
        self._ask()

    @Slot(bool)
    def _on_log(self, on: bool) -> None:
        self.chart.log = on
        self.chart.update()

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()


def _read(rows: tuple[Row, ...], name: str) -> _Read:
    """Read one scalar of every run; a run that cannot be read has no curve."""
    names: set[str] = set()
    for row in rows:
        names.update(names_of(row))
    if name not in names:
        name = next((first for first in FIRST if first in names), min(names, default=""))
    return _Read(rows, tuple(sorted(names)), name, tuple(line_of(row, name) for row in rows))
