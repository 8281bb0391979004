"""LiveCard: what of the run under way can be changed while it learns."""

from math import log10

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSlider, QWidget

from studio.app.live import Live, LiveSetting, Setting
from studio.core.params import Value
from studio.core.text import grouped
from studio.ui.widgets.card import Card
from studio.ui.widgets.fields import LineField
from studio.ui.widgets.labels import Text

from .recipe_card import LABEL_PX

REST_MS = 300
"""What is dragged or stepped is sent when it rests this long."""
DECADES = 2
"""How far the slider of the learning rate goes to each side of where the run began."""
_HUNDRED = 100
WHAT = (
    "Holds from the next step on, a batch size from the next epoch on. The schedule multiplies the "
    "learning rate. The experiment keeps its own settings"
)


class LiveCard(Card):
    """Settings that are sent to the engine, each with the step from which on it holds."""

    def __init__(self, live: Live, parent: QWidget) -> None:
        super().__init__("While it trains", parent)
        self._live = live
        self._at = 0
        self._names: tuple[Setting, ...] = ()
        self._body = QWidget(self)
        self.rows: dict[str, LiveRow] = {}
        self.keep = QPushButton("Keep in the experiment", self)
        self.keep.setToolTip("Set in the experiment what was changed in the run; can be undone")
        self.keep.clicked.connect(self._on_keep)
        self.add(self._body)
        self.add(Text(WHAT, self, "small"))
        self.add(self.keep)
        live.changed.connect(self._on_live)
        self.refresh()

    def show_objective(self, at: int) -> None:
        """Be about the objective at this place."""
        self._at = at
        self.refresh()

    def refresh(self) -> None:
        """Show the settings of the run as they are now."""
        unkept = bool(self._live.unkept())
        self.setVisible(self._live.open or unkept)
        if not (self._live.open or unkept):
            return
        settings = self._live.settings(self._at)
        if tuple(setting.name for setting in settings) != self._names:
            self._make_rows(settings)
        for setting in settings:
            self.rows[setting.name].show_setting(setting, open_=self._live.open)
        self.keep.setVisible(unkept)

    def _make_rows(self, settings: tuple[LiveSetting, ...]) -> None:
        self._names = tuple(setting.name for setting in settings)
        old, self._body = self._body, QWidget(self)
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, LABEL_PX)
        grid.setColumnStretch(1, 1)
        self.rows = {
            setting.name: LiveRow(setting, grid, 3 * place, self._body)
            for place, setting in enumerate(settings)
        }
        for row in self.rows.values():
            row.wanted.connect(self._on_wanted)
        self.replace(old, self._body)

    def _on_live(self, _nothing: None) -> None:
        self.refresh()

    @Slot(str, float)
    def _on_wanted(self, name: str, value: float) -> None:
        for known in self._names:
            if known == name:
                self._live.change(known, value, self._at)

    @Slot()
    def _on_keep(self) -> None:
        self._live.keep()
        self.refresh()


class LiveRow(QObject):
    """One setting: typed and sent with Enter, stepped with the arrows, a rate dragged as well."""

    wanted = Signal(str, float)

    def __init__(self, setting: LiveSetting, grid: QGridLayout, row: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = setting.name
        self._first = setting.value
        self._shown = setting.value
        label = QLabel(setting.param.label.capitalize(), parent)
        label.setToolTip(setting.param.help)
        self.field = LineField(setting.param, parent)
        self.field.setAccessibleName(f"{setting.param.label.capitalize()} of the run under way")
        self.field.changed.connect(self._on_changed)
        self.field.editingFinished.connect(self._send)
        label.setBuddy(self.field)
        self.since = Text("", parent, "small")
        self.since.setVisible(False)
        self.slider = self._new_slider(parent) if setting.name == "lr" and self._first else None
        grid.addWidget(label, row, 0)
        grid.addWidget(self.field, row, 1)
        if self.slider is not None:
            grid.addWidget(self.slider, row + 1, 1)
        grid.addWidget(self.since, row + 2, 1)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._send)

    def show_setting(self, setting: LiveSetting, *, open_: bool) -> None:
        """Show what holds now, unless something else is being typed or dragged."""
        self.field.setEnabled(open_)
        self.since.say(_since(setting))
        if setting.value != self._shown or not self._busy:
            self._shown = setting.value
            self.field.set_value(_fitting(setting))
            self._place_slider(setting.value)
        if self.slider is not None:
            self.slider.setEnabled(open_)

    @property
    def _busy(self) -> bool:
        return self._rest.isActive() or self.field.isModified()

    def _new_slider(self, parent: QWidget) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, parent)
        slider.setRange(-DECADES * _HUNDRED, DECADES * _HUNDRED)
        slider.setAccessibleName("Learning rate of the run under way, dragged")
        slider.setToolTip("A hundredth to a hundred times the rate that the run began with")
        slider.valueChanged.connect(self._on_dragged)
        return slider

    def _place_slider(self, value: float) -> None:
        if self.slider is not None and value > 0:
            self.slider.blockSignals(True)
            self.slider.setValue(round(_HUNDRED * log10(value / self._first)))
            self.slider.blockSignals(False)

    @Slot(int)
    def _on_dragged(self, hundredths: int) -> None:
        value = float(f"{self._first * 10 ** (hundredths / _HUNDRED):.3g}")
        self.field.set_value(value)
        self._rest.start()

    @Slot(object)
    def _on_changed(self, _value: Value) -> None:
        """What is typed waits for Enter: on its way to 0.01 a rate is 0."""
        if not self.field.isModified():
            self._rest.start()

    @Slot()
    def _send(self) -> None:
        self._rest.stop()
        self.field.setModified(False)
        value = self.field.value
        if isinstance(value, (int, float)) and value != self._shown:
            self._shown = float(value)
            self.wanted.emit(self._name, float(value))


def _since(setting: LiveSetting) -> str:
    if setting.since is None:
        return ""
    if setting.name == "batch_size":
        return f"From the epoch after step {grouped(setting.since)} on"
    return f"From step {grouped(setting.since + 1)} on"


def _fitting(setting: LiveSetting) -> Value:
    return setting.param.fit(setting.value)
