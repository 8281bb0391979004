"""The gradient norm of every layer as lines, for reading values off."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.runs.layers import LayerGrid
from studio.runs.record import LAYERS, RUN
from studio.runs.series import Series, View
from studio.runs.spec import Option
from studio.ui.dashboard.colours import colour_at
from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec


@dataclass(frozen=True, slots=True)
class LayerLine:
    """One layer's column of a grid, seen as a line."""

    grid: LayerGrid
    layer: int

    @property
    def version(self) -> int:
        """Grows whenever rows come."""
        return self.grid.version

    @property
    def last(self) -> tuple[int, float] | None:
        """The newest step and value."""
        latest = self.grid.latest
        return (latest[0], float(latest[1][self.layer])) if latest else None

    def view(self, lo: float, hi: float, columns: int) -> View:
        """Return all rows from ``lo`` to ``hi``: there are never many."""
        del columns
        starts = self.grid.starts
        begin = max(int(np.searchsorted(starts, int(lo))) - 1, 0)
        stop = int(np.searchsorted(starts, int(hi), side="right")) + 1
        steps = starts[begin:stop]
        values = self.grid.values[begin:stop, self.layer].astype(np.float64)
        finite = np.isfinite(values)
        shown = np.where(finite, values, np.nan)
        return View(steps, steps, shown, shown, shown, shown, steps[~finite], exact=True)

    def value_at(self, step: float) -> tuple[int, float] | None:
        """Return the newest row at or before a step."""
        at = int(np.searchsorted(self.grid.starts, int(step), side="right")) - 1
        if at < 0:
            return None
        return int(self.grid.starts[at]), float(self.grid.values[at, self.layer])


class GradientLinesPanel(CurvePanel):
    """One line for every layer, coloured by its depth."""

    topics = frozenset({LAYERS, RUN})
    log = True

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Gradient lines")

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"gradients": {}}

    def sources(self) -> list[Source]:
        """Return the layers, the first in the darkest colour."""
        grid, started = self.record.layers.get("grad_norm"), self.record.started
        if grid is None:
            self.chart.hint = self.asks("the gradient norm of every layer")
            return []
        layers = started.layers if started else ()
        dark = self.palette().window().color().lightness() < 128
        low, high = (0.3, 1.0) if dark else (0.0, 0.8)
        return [
            Source(
                self.title_of(*layers[place]) if place < len(layers) else f"layer {place + 1}",
                LayerLine(grid, place),
                colour_at(low + (high - low) * place / max(grid.layers - 1, 1)),
            )
            for place in range(grid.layers)
        ]

    def caption_text(self) -> str:
        """Return what is measured."""
        return "L2 norm of each layer's gradient"

    def series_shown(self) -> list[Series]:
        """Return the rows as series, for a table."""
        shown = []
        for source in self.sources():
            if isinstance(source.line, LayerLine):
                series = Series(source.name)
                grid = source.line.grid
                series.extend(grid.starts, grid.values[:, source.line.layer])
                shown.append(series)
        return shown


SPEC = PanelSpec(
    id="gradient-lines",
    title="Gradient lines",
    icon="chart-line",
    help="The gradient norm of every layer as lines",
    make=GradientLinesPanel,
    behind="gradient-norm",
    order=37,
    opens=False,
)
