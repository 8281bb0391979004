"""The gradient norm of every layer over time, as a map: where it learns, stalls, explodes."""

from collections.abc import Mapping

from PySide6.QtCore import Slot

from studio.runs.record import LAYERS, RUN
from studio.runs.spec import Option
from studio.ui.dashboard.heatmap import HeatMap
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu


class GradientNormPanel(Panel):
    """Layers × steps; the first layer stands at the top."""

    topics = frozenset({LAYERS, RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Gradient norm")
        self.map = HeatMap("Gradient norm, layers by steps", context.cursor, self)
        self.map.hint = "Press Train to see how strongly every layer learns"
        self.pace = self.map.pace
        self.caption.setText("L2 norm of each layer's gradient, logarithmic colours")
        self.body.addWidget(self.map, 1)
        self._menu = PictureMenu(self.map, self.map, "Gradient norm", self.table)
        self._menu.addAction("Show everything").triggered.connect(self._show_all)

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"gradients": {}}

    def refresh(self) -> None:
        """Show what the record says now."""
        started = self.record.started
        layers = started.layers if started else ()
        names = [self.title_of(block, title) for block, title in layers]
        grid = self.record.layers.get("grad_norm")
        if grid is not None and len(names) != grid.layers:
            names = [f"layer {place + 1}" for place in range(grid.layers)]
        self.map.show_grid(grid, names)

    def forget(self) -> None:
        """Let go of the last record."""
        self.map.show_grid(None, ())
        self.map.show_all()

    def table(self) -> str:
        """Return all rows as lines of ``layer, step, value``."""
        grid = self.map.grid
        lines = ["layer,step,value"]
        if grid is not None:
            lines += [
                f"{name},{step},{value}"
                for step, row in zip(grid.starts.tolist(), grid.values.tolist(), strict=True)
                for name, value in zip(self.map.names, row, strict=True)
            ]
        return "\n".join(lines) + "\n"

    @Slot()
    def _show_all(self) -> None:
        self.map.show_all()


SPEC = PanelSpec(
    id="gradient-norm",
    title="Gradient norm",
    icon="flame",
    help="How strongly every layer is pulled at every step; zero means it does not learn",
    make=GradientNormPanel,
    order=30,
)
