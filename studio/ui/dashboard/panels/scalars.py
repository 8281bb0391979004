"""Any scalars of a run beside each other: whatever was recorded, picked by name."""

from PySide6.QtCore import Slot

from studio.runs.axes import CLOCK
from studio.runs.record import Record
from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec
from studio.ui.dashboard.picker import Picker

FIRST = ("grad_norm", "lr", "train/loss")
"""What is shown before anybody picked: the first of these that there is."""
_APART = "\n"
_HELD = ("validation/", "test/")


class ScalarsPanel(CurvePanel):
    """The picked scalars on one axis.

    Settings: ``scalars`` (names, a line each), beside those of every chart.
    """

    smoothing = 0.6

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Scalars")
        self.chart.hint = "Press Train to see any scalar of the run"
        self.picker = Picker("Scalars that are shown", "series", self)
        self.picker.picked.connect(self._on_picked)
        self.header.insertWidget(0, self.picker)
        self.picker.hide()

    @property
    def names(self) -> list[str]:
        """The scalars that are shown, in the record's order."""
        known = _known(self.record)
        if "scalars" in self.settings:
            chosen = set(self.text("scalars").split(_APART))
            return [name for name in known if name in chosen]
        return next(([name] for name in FIRST if name in known), known[:1])

    def refresh(self) -> None:
        """Show what the record says now."""
        known = _known(self.record)
        self.picker.offer(known, self.names)
        if known and not self.names:
            self.chart.hint = "Pick a scalar above to see its curve"
        super().refresh()

    def sources(self) -> list[Source]:
        """Return the picked scalars; what is measured on held-out samples is dashed."""
        series = self.record.series
        return [
            Source(name, series[name], at, dashed=held, smooth=not held, of=name)
            for at, name in enumerate(self.names)
            for held in [name.startswith(_HELD)]
        ]

    @Slot(list)
    def _on_picked(self, names: list[str]) -> None:
        self.choose("scalars", _APART.join(names))
        self.chart.show_all()
        self.refresh()


def _known(record: Record) -> list[str]:
    return sorted(name for name in record.series if name != CLOCK)


SPEC = PanelSpec(
    id="scalars",
    title="Scalars",
    icon="chart-line",
    help="Any scalars that a run recorded, picked by name, on one axis",
    make=ScalarsPanel,
    behind="metric",
    order=25,
)
