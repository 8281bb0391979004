"""ChartMenu: what can be set on a chart of curves, and the ways to take it elsewhere."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from studio.core.params import Value
from studio.ui.icons import Icons
from studio.ui.theme import tokens

from .export import copy_image, copy_svg, copy_text, csv_of

if TYPE_CHECKING:
    from .curve_panel import CurvePanel

_AXES = (
    ("step", "Count steps on the axis"),
    ("epoch", "Count epochs on the axis"),
    ("time", "Time on the axis"),
)


class ChartMenu(QMenu):
    """Scale, axis, smoothing, and copies."""

    def __init__(self, panel: "CurvePanel") -> None:
        super().__init__(panel)
        self._panel = panel
        self._log = self.addAction("Logarithmic scale")
        self._log.setCheckable(True)
        self._log.triggered.connect(self._set_log)
        self._axes = QActionGroup(self)
        for kind, words in _AXES:
            action = self._axes.addAction(self.addAction(words))
            action.setCheckable(True)
            action.setData(kind)
        self._axes.triggered.connect(self._set_axis)
        self._smoothing = _Smoothing(self)
        self._smoothing.slider.valueChanged.connect(self._set_smoothing)
        self.addAction(self._smoothing)
        self.addSeparator()
        self.addAction("Show everything").triggered.connect(self._show_all)
        self._away = self.addAction("Take the other runs' curves away")
        self._away.triggered.connect(self._take_away)
        self.addSeparator()
        self.addAction("Copy as image").triggered.connect(self._copy_image)
        self.addAction("Copy as SVG").triggered.connect(self._copy_svg)
        self.addAction("Copy data as CSV").triggered.connect(self._copy_data)
        self.aboutToShow.connect(self._show_settings)

    def _set(self, name: str, value: Value) -> None:
        self._panel.choose(name, value)
        self._panel.refresh()

    @Slot()
    def _show_settings(self) -> None:
        panel = self._panel
        self._log.setChecked(panel.flag("log", default=panel.log))
        for action in self._axes.actions():
            action.setChecked(action.data() == panel.counted)
            action.setEnabled(action.data() != "time" or panel.clock is not None)
        self._smoothing.show_weight(panel.weight)
        self._away.setVisible(panel.overlaid is not None and bool(panel.overlaid.others))

    @Slot(bool)
    def _set_log(self, on: bool) -> None:
        self._set("log", on)

    @Slot(QAction)
    def _set_axis(self, action: QAction) -> None:
        self._panel.chart.show_all()
        self._set("axis", str(action.data()))

    @Slot(int)
    def _set_smoothing(self, percent: int) -> None:
        self._set("smoothing", percent / 100)

    @Slot()
    def _show_all(self) -> None:
        self._panel.chart.show_all()

    @Slot()
    def _take_away(self) -> None:
        if self._panel.overlaid is not None:
            self._panel.overlaid.show(())

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


class MenuButton(QToolButton):
    """Opens the menu; its icon follows the theme."""

    def __init__(
        self, menu: QMenu, panel: QWidget, tip: str = "Scale, axis, smoothing, copy"
    ) -> None:
        super().__init__(panel)
        self.setIconSize(QSize(14, 14))
        self.setToolTip(tip)
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
