"""Whatever the run measures beside the loss: accuracy, mean absolute error, …."""

import numpy as np
from PySide6.QtCore import Slot

from studio.runs.events import Measure
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec

_PARTS = {"train": (0, False), "validation": (1, True), "test": (2, True)}
_SHORT = {"mae": "Mean absolute error", "mse": "Mean squared error", "r2": "R²"}
_SHARE = "%"


class MetricPanel(CurvePanel):
    """One metric of all parts; where there are several, a box chooses.

    Settings: ``metric``, beside those of every chart.
    """

    smoothing = 0.6
    best = True

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Accuracy")
        self.chart.hint = "Press Train to see how well the network does"
        self._choice = Choice("Metric", self)
        self._choice.chosen.connect(self._on_chosen)
        self.header.insertWidget(0, self._choice)
        self._names: list[str] = []

    def refresh(self) -> None:
        """Show what the record says now."""
        self._show_names()
        metric = self.shown_metric
        self.chart.percent = self.measure.unit == _SHARE
        self.chart.within = (0.0, 1.0) if self.chart.percent else None
        if self.record.series and not metric:
            self.chart.hint = "This network measures nothing beside its loss"
        super().refresh()

    @property
    def shown_metric(self) -> str:
        """The chosen metric, else the first there is; empty where there is none."""
        chosen = self.text("metric")
        return chosen if chosen in self._names else next(iter(self._names), "")

    @property
    def measure(self) -> Measure:
        """What the shown metric is, as the run declared it."""
        name, started = self.shown_metric, self.record.started
        for measure in started.measures if started else ():
            if measure.name == name:
                return measure
        # The record of an older program did not say.
        return Measure(name=name, unit=_SHARE if name.endswith("accuracy") else "")

    def sources(self) -> list[Source]:
        """Return the metric of every part that has it."""
        series, metric = self.record.series, self.shown_metric
        return [
            Source(part, series[name], colour, dashed=dashed, smooth=not dashed, of=name)
            for part, (colour, dashed) in _PARTS.items()
            if (name := f"{part}/{metric}") in series
        ]

    def caption_text(self) -> str:
        """Return what is measured, in which unit, and the best there was."""
        measure = self.measure
        if measure.name == "accuracy":
            what = "share of right answers"
        elif measure.unit == _SHARE:
            what = "more is better" if measure.higher_is_better else "less is better"
        else:
            better = "" if not measure.name or measure.higher_is_better else "less is better"
            what = " · ".join(word for word in (measure.unit, better) if word)
        return " · ".join(word for word in (what, self._best_value()) if word)

    def _best_value(self) -> str:
        held = self.record.series.get(f"validation/{self.shown_metric}")
        if held is None or len(held) < 2 or not np.isfinite(held.values).any():
            return ""
        find = np.nanargmax if self.measure.higher_is_better else np.nanargmin
        at = int(find(np.where(np.isfinite(held.values), held.values, np.nan)))
        step = int(held.steps[at])
        epoch = next((one.epoch for one in self.record.epochs if one.step == step), None)
        where = f"epoch {epoch}" if epoch is not None else f"step {step:,}"
        return f"best {self.chart.text_of(float(held.values[at]))} at {where}"

    def _show_names(self) -> None:
        parts = [name.partition("/") for name in self.record.series]
        names = [
            name for part, _, name in parts if part in _PARTS and name.partition("/")[0] != "loss"
        ]
        names = list(dict.fromkeys(names))
        if names == self._names:
            return
        self._names = names
        self._show_title()

    def _show_title(self) -> None:
        title = worded(self.shown_metric) if self.shown_metric else "Accuracy"
        options = [(name, worded(name)) for name in self._names]
        self._choice.offer(options, self.shown_metric, least=2)
        self.setAccessibleName(title)
        self.chart.setAccessibleName(title)
        self.title_changed.emit(title)

    @Slot(str)
    def _on_chosen(self, metric: str) -> None:
        self.choose("metric", metric)
        self._show_title()
        self.refresh()


def worded(metric: str) -> str:
    """Return a metric's name as a title."""
    text = metric.replace("_", " ")
    return _SHORT.get(metric.lower(), text[:1].upper() + text[1:])


SPEC = PanelSpec(
    id="metric",
    title="Accuracy",
    icon="target",
    help="What is measured beside the loss, such as the share of right answers",
    make=MetricPanel,
    order=20,
)
