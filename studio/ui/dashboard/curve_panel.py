"""CurvePanel: a panel with one chart of curves, and the menu of what can be set on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from studio.app.run_journal import marks
from studio.core.params import Value
from studio.runs.record import EPOCHS, RUN, SERIES
from studio.runs.series import Series
from studio.runs.smoothing import Smoothed
from studio.ui.icons import Icons
from studio.ui.theme import tokens

from .chart import CurveChart
from .curves import Curve, Line
from .export import copy_image, copy_svg, copy_text, csv_of
from .panel import Panel, PanelContext
from .step_marks import StepMark


@dataclass(frozen=True, slots=True)
class Source:
    """A line to show: its name, its place among the colours, how it is drawn."""

    name: str
    line: Line
    colour: int | QColor = 0
    dashed: bool = False
    smooth: bool = False


class CurvePanel(Panel):
    """Curves over the steps; what they are is said by ``sources``.

    Settings: ``log``, ``epochs`` (the axis counts epochs), ``smoothing`` in [0, 1).
    """

    topics = frozenset({SERIES, EPOCHS, RUN})
    smoothing = 0.0
    """What is chosen at first."""
    log = False

    def __init__(self, context: PanelContext, title: str, parent: QWidget | None = None) -> None:
        super().__init__(context, title, parent)
        self.chart = CurveChart(title, context.cursor, self)
        self.pace = self.chart.pace
        self.body.addWidget(self.chart, 1)
        self._smoothed: dict[str, Smoothed] = {}
        self._curves: dict[str, Curve] = {}
        self._menu = _ChartMenu(self)
        self.chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.chart.customContextMenuRequested.connect(self._pop_up)
        self.header.addWidget(_MenuButton(self._menu, self))

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
        started = self.record.started
        chart = self.chart
        chart.log = self.flag("log", default=self.log)
        by_epoch = self.flag("epochs", default=False)
        chart.steps_per_epoch = started.steps_per_epoch if started and by_epoch else 0
        # Shares rise and losses fall: the words stand where the curves have left.
        done = marks(self.record.interventions)
        chart.marks = tuple(StepMark(*mark, below=chart.percent) for mark in done)
        chart.show_curves([self._curve(source) for source in self.sources() if source.line.last])
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
        self.chart.show_all()

    @property
    def weight(self) -> float:
        """How strongly curves are smoothed; 0 is not at all."""
        return self.number("smoothing", self.smoothing)

    def series_shown(self) -> list[Series]:
        """Return the raw series behind the curves, for a table."""
        return [source.line for source in self.sources() if isinstance(source.line, Series)]

    def _curve(self, source: Source) -> Curve:
        curve = self._curves.get(source.name)
        line, behind = self._lines(source)
        if curve is None or (curve.behind or curve.line) != (behind or line):
            curve = self._curves[source.name] = Curve(source.name, line, QColor(), source.dashed)
        curve.colour = self._colour(source.colour)
        curve.line, curve.behind, curve.dashed = line, behind, source.dashed
        return curve

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
        text = self.caption_text()
        smooth = self.weight and any(curve.behind for curve in self.chart.curves)
        return f"{text} · smoothed {self.weight:.2f}" if smooth else text

    @Slot(QPoint)
    def _pop_up(self, at: QPoint) -> None:
        self._menu.popup(self.chart.mapToGlobal(at))


class _ChartMenu(QMenu):
    """What can be set on a chart, and the ways to take it elsewhere."""

    def __init__(self, panel: CurvePanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._log = self._toggle("Logarithmic scale", self._set_log)
        self._epochs = self._toggle("Count epochs on the axis", self._set_epochs)
        self._smoothing = _Smoothing(self)
        self._smoothing.slider.valueChanged.connect(self._set_smoothing)
        self.addAction(self._smoothing)
        self.addSeparator()
        self.addAction("Show everything").triggered.connect(self._show_all)
        self.addSeparator()
        self.addAction("Copy as image").triggered.connect(self._copy_image)
        self.addAction("Copy as SVG").triggered.connect(self._copy_svg)
        self.addAction("Copy data as CSV").triggered.connect(self._copy_data)
        self.aboutToShow.connect(self._show_settings)

    def _toggle(self, text: str, slot: object) -> QAction:
        action = self.addAction(text)
        action.setCheckable(True)
        action.triggered.connect(slot)
        return action

    def _set(self, name: str, value: Value) -> None:
        self._panel.choose(name, value)
        self._panel.refresh()

    @Slot()
    def _show_settings(self) -> None:
        self._log.setChecked(self._panel.flag("log", default=self._panel.log))
        self._epochs.setChecked(self._panel.flag("epochs", default=False))
        self._smoothing.show_weight(self._panel.weight)

    @Slot(bool)
    def _set_log(self, on: bool) -> None:
        self._set("log", on)

    @Slot(bool)
    def _set_epochs(self, on: bool) -> None:
        self._set("epochs", on)

    @Slot(int)
    def _set_smoothing(self, percent: int) -> None:
        self._set("smoothing", percent / 100)

    @Slot()
    def _show_all(self) -> None:
        self._panel.chart.show_all()

    @Slot()
    def _copy_image(self) -> None:
        copy_image(self._panel.chart, tokens(self._panel))

    @Slot()
    def _copy_svg(self) -> None:
        copy_svg(self._panel.chart, self._panel.accessibleName())

    @Slot()
    def _copy_data(self) -> None:
        copy_text(csv_of(self._panel.series_shown()))


class _Smoothing(QWidgetAction):
    """A slider in the menu."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        row = QWidget(menu)
        line = QHBoxLayout(row)
        line.setContentsMargins(22, 4, 10, 4)
        self._value = QLabel("0.00", row)
        self.slider = QSlider(Qt.Orientation.Horizontal, row)
        self.slider.setRange(0, 99)
        self.slider.setMinimumWidth(110)
        self.slider.setAccessibleName("Smoothing")
        line.addWidget(QLabel("Smoothing", row))
        line.addWidget(self.slider, 1)
        line.addWidget(self._value)
        self.slider.valueChanged.connect(self._show_value)
        self.setDefaultWidget(row)

    def show_weight(self, weight: float) -> None:
        """Put the slider there without setting anything."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(weight * 100))
        self.slider.blockSignals(False)
        self._show_value(self.slider.value())

    @Slot(int)
    def _show_value(self, percent: int) -> None:
        self._value.setText(f"{percent / 100:.2f}")


class _MenuButton(QToolButton):
    """Opens the menu; its icon follows the theme."""

    def __init__(self, menu: QMenu, panel: QWidget) -> None:
        super().__init__(panel)
        self.setIconSize(QSize(14, 14))
        self.setToolTip("Scale, smoothing, copy")
        self.setAccessibleName("Chart settings")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(menu)
        self._tint()

    def _tint(self) -> None:
        theme = tokens(self)
        self.setIcon(Icons(theme).get("sliders-horizontal", theme.muted))

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)
