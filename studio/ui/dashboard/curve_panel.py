"""CurvePanel: a panel with one chart of curves, and the menu of what can be set on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from studio.app.overlaid import Other
from studio.app.run_journal import marks
from studio.runs.axes import CLOCK, Along, Axis, Clock, Even, Kind
from studio.runs.curves import Band as Spread
from studio.runs.record import EPOCHS, RUN, SERIES
from studio.runs.series import Series
from studio.runs.smoothing import Smoothed
from studio.ui.theme import tokens

from .chart import CurveChart
from .chart_menu import ChartMenu, MenuButton
from .curves import Band, Curve, Line
from .panel import Panel, PanelContext
from .step_marks import StepMark


@dataclass(frozen=True, slots=True)
class Source:
    """A line to show.

    Attributes:
        colour: itself, or its place among the colours.
        smooth: whether it may be smoothed.
        of: the scalar it is, of which other runs may have one too; empty for none.
    """

    name: str
    line: Line
    colour: int | QColor = 0
    dashed: bool = False
    smooth: bool = False
    of: str = ""


class CurvePanel(Panel):
    """Curves over the steps; what they are is said by ``sources``.

    Settings: ``log``, ``axis`` (``step``, ``epoch`` or ``time``), ``smoothing`` in [0, 1).
    """

    topics = frozenset({SERIES, EPOCHS, RUN})
    smoothing = 0.0
    """What is chosen at first."""
    log = False
    best = False
    """Whether the epoch is marked whose weights were the best."""

    def __init__(self, context: PanelContext, title: str, parent: QWidget | None = None) -> None:
        super().__init__(context, title, parent)
        self.chart = CurveChart(title, context.cursor, self)
        self.pace = self.chart.pace
        self.body.addWidget(self.chart, 1)
        self.overlaid = context.overlaid
        self._smoothed: dict[str, Smoothed] = {}
        self._curves: dict[str, Curve] = {}
        self._clock: Clock | None = None
        self._menu = ChartMenu(self)
        self.chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.chart.customContextMenuRequested.connect(self._pop_up)
        self.header.addWidget(MenuButton(self._menu, self))
        if context.overlaid is not None:
            context.overlaid.changed.connect(self._on_overlaid)

    # for panels

    def sources(self) -> Sequence[Source]:
        """Return what to show of the record now."""
        raise NotImplementedError

    def caption_text(self) -> str:
        """Return the line above the chart: what is measured, and its unit."""
        return ""

    # for the dashboard

    def refresh(self) -> None:
        """Show what the record says now."""
        chart, kind = self.chart, self.counted
        chart.log = self.flag("log", default=self.log)
        chart.steps_per_epoch = self._steps_per_epoch if kind == "epoch" else 0
        chart.axis = self.clock if kind == "time" else None
        # Shares rise and losses fall: the words stand where the curves have left.
        done = [*marks(self.record.interventions), *self._best_epoch()]
        chart.marks = tuple(StepMark(*mark, below=chart.percent) for mark in done)
        sources = [source for source in self.sources() if source.line.last]
        curves = [self._curve(source) for source in sources]
        others, bands = self._others(sources)
        chart.show_curves([*others, *curves], bands)
        self.caption.setText(self._caption())
        chart.setAccessibleDescription(self.newest())

    def newest(self) -> str:
        """Return the newest values in words."""
        return ", ".join(
            f"{curve.name} {self.chart.text_of(line.last[1])}"
            for curve in self.chart.curves
            if (line := curve.behind or curve.line).last
        )

    def forget(self) -> None:
        """Let go of the last record's curves."""
        self._smoothed.clear()
        self._curves.clear()
        self._clock = None
        self.chart.show_all()

    @property
    def weight(self) -> float:
        """How strongly curves are smoothed; 0 is not at all."""
        return self.number("smoothing", self.smoothing)

    @property
    def counted(self) -> Kind:
        """What the axis counts; where a run recorded no times, or has no epochs, steps."""
        chosen = self.text("axis", "epoch" if self.flag("epochs", default=False) else "step")
        if chosen == "time" and self.clock is not None:
            return "time"
        return "epoch" if chosen == "epoch" and self._steps_per_epoch else "step"

    @property
    def clock(self) -> Clock | None:
        """The times of the run that is shown; None where it recorded none."""
        said = self.record.series.get(CLOCK)
        if said is not None and (self._clock is None or self._clock.said is not said):
            self._clock = Clock(said)
        return self._clock if said is not None else None

    @property
    def _steps_per_epoch(self) -> int:
        return self.record.started.steps_per_epoch if self.record.started else 0

    def series_shown(self) -> list[Series]:
        """Return the raw series behind the curves, for a table."""
        return [source.line for source in self.sources() if isinstance(source.line, Series)]

    def _best_epoch(self) -> list[tuple[int, str]]:
        best = next((epoch for epoch in reversed(self.record.epochs) if epoch.best), None)
        return [(best.step, f"best epoch {best.epoch}")] if self.best and best else []

    # curves

    def _curve(self, source: Source) -> Curve:
        line, behind = self._lines(source)
        axis = self.chart.axis
        if axis is not None:
            line, behind = Along(line, axis), Along(behind, axis) if behind else None
        curve = self._curves.get(source.name)
        if curve is None or (curve.behind or curve.line) != (behind or line):
            curve = self._curves[source.name] = Curve(source.name, line, QColor(), source.dashed)
        curve.colour = self._colour(source.colour)
        curve.line, curve.behind, curve.dashed = line, behind, source.dashed
        return curve

    def _others(self, sources: Sequence[Source]) -> tuple[list[Curve], list[Band]]:
        """Return what other runs have of the same scalars, to lie under the run's own."""
        curves: list[Curve] = []
        bands: list[Band] = []
        if self.overlaid is None or not self.overlaid.others:
            return curves, bands
        shown = [source for source in sources if source.of]
        used = {source.colour for source in shown if isinstance(source.colour, int)}
        first = max(used, default=-1) + 1
        places = {other: first + at for at, other in enumerate(self.overlaid.others)}
        for source in shown:
            for other, line in self.overlaid.lines(source.of):
                name = f"{other.name} · {source.name}" if len(shown) > 1 else other.name
                theirs = replace(source, name=name, colour=places[other])
                curve, band = self._other(theirs, other, line)
                curves.append(curve)
                bands += band
        return curves, bands

    def _other(
        self, source: Source, other: Other, line: Series | Spread
    ) -> tuple[Curve, list[Band]]:
        axis, colour = self._axis_of(other), self._colour(source.colour)
        if isinstance(line, Spread):
            mean, low, high = (_along(one, axis) for one in (line.mean, line.low, line.high))
            return Curve(source.name, mean, colour, source.dashed), [Band(low, high, colour)]
        drawn, _ = self._lines(replace(source, line=line))
        return Curve(source.name, _along(drawn, axis), colour, source.dashed), []

    def _axis_of(self, other: Other) -> Axis | None:
        """Return how the steps of another run stand on this chart: equal epochs, equal times."""
        kind, own, theirs = self.counted, self._steps_per_epoch, other.steps_per_epoch
        if kind == "epoch" and own and theirs and own != theirs:
            return Even("epoch", theirs / own)
        if kind == "time" and self.overlaid is not None:
            said = dict(self.overlaid.lines(CLOCK)).get(other)
            return Clock(said) if isinstance(said, Series) else None
        return None

    def _colour(self, colour: int | QColor) -> QColor:
        if isinstance(colour, QColor):
            return colour
        colours = tokens(self).series
        return QColor(colours[colour % len(colours)])

    def _lines(self, source: Source) -> tuple[Line, Line | None]:
        """Return what is drawn in front and behind: smoothed and raw, or raw alone."""
        line = source.line
        if not source.smooth or not self.weight or not isinstance(line, Series):
            return line, None
        smoothed = self._smoothed.get(source.name)
        stale = smoothed is None or not smoothed.follows(line) or smoothed.weight != self.weight
        if smoothed is None or stale:
            smoothed = self._smoothed[source.name] = Smoothed(line, self.weight)
        return smoothed.follow(), line

    def _caption(self) -> str:
        words = [self.caption_text()]
        if self.weight and any(curve.behind for curve in self.chart.curves):
            words.append(f"smoothed {self.weight:.2f}")
        if self.chart.bands:
            words.append("bands: mean ± standard deviation of the seeds")
        return " · ".join(filter(None, words))

    def _on_overlaid(self, _nothing: None) -> None:
        self.mark_stale()

    @Slot(QPoint)
    def _pop_up(self, at: QPoint) -> None:
        self._menu.popup(self.chart.mapToGlobal(at))


def _along(line: Line, axis: Axis | None) -> Line:
    return line if axis is None else Along(line, axis)
