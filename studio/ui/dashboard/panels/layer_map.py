"""One number of every layer over time, as a map: where it learns, stalls, explodes or dies."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Slot

from studio.core.params import Value
from studio.runs.record import LAYERS, RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.heatmap import HeatMap
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu

_SHARE = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What can be shown of every layer.

    Attributes:
        id: the name of its rows in the record.
        probe: what the engine looks with.
        lacks: what is told of a network without layers that have it.
        limits: the ends of its colours; None for a logarithmic scale that fits.
    """

    id: str
    title: str
    probe: str
    says: str
    lacks: str = ""
    limits: tuple[float, float] | None = None


QUANTITIES = (
    Quantity("grad_norm", "Gradient norm", "gradients", "L2 norm of each layer's gradient"),
    Quantity("weight_norm", "Weight norm", "gradients", "L2 norm of each layer's weights"),
    Quantity(
        "update_ratio", "Update ratio", "updates",
        "how far a step moved the weights, by their norm: near 10⁻³ is healthy",
    ),
    Quantity(
        "activation_std", "Spread of outputs", "activations",
        "standard deviation of each output over held samples",
    ),
    Quantity(
        "saturated", "Saturation", "activations",
        "share of a sigmoid's or tanh's outputs at the ends of its range",
        "This network has no sigmoid or tanh that could saturate", _SHARE,
    ),
    Quantity(
        "dead", "Dead units", "activations",
        "share of a ReLU's units that are zero for every held sample",
        "This network has no ReLU whose units could be dead", _SHARE,
    ),
)  # fmt: skip


class LayerMapPanel(Panel):
    """Layers × steps; the first layer stands at the top. Settings: ``quantity``."""

    topics = frozenset({LAYERS, RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Gradient norm")
        self.map = HeatMap("Layers by steps", context.cursor, self)
        self.pace = self.map.pace
        self._choice = Choice("What is shown of every layer", self)
        self._choice.chosen.connect(self._on_chosen)
        self.header.insertWidget(0, self._choice)
        self.body.addWidget(self.map, 1)
        self._menu = PictureMenu(self.map, self.map, "Layers", self.table)
        self._menu.addAction("Show everything").triggered.connect(self._show_all)
        self._show_quantity()

    @property
    def quantity(self) -> Quantity:
        """What is shown."""
        chosen = self.text("quantity")
        return next((one for one in QUANTITIES if one.id == chosen), QUANTITIES[0])

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {self.quantity.probe: {}}

    def refresh(self) -> None:
        """Show what the record says now."""
        quantity = self.quantity
        self.title_changed.emit(quantity.title)
        layers = self.record.layers_of(quantity.id)
        names = [self.title_of(block, title) for block, title in layers]
        grid = self.record.layers.get(quantity.id)
        if grid is not None and len(names) != grid.layers:
            names = [f"layer {place + 1}" for place in range(grid.layers)]
        self.map.hint = self._hint()
        self.map.show_grid(grid, names, limits=quantity.limits)

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen, as after an undo."""
        super().show_settings(settings)
        self._show_quantity()

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

    def _hint(self) -> str:
        quantity, names = self.quantity, self.record.layers
        if quantity.lacks and any(
            one.id in names for one in QUANTITIES if one.probe == quantity.probe
        ):
            return quantity.lacks
        return self.asks(f"the {quantity.title.lower()} of every layer")

    def _show_quantity(self) -> None:
        quantity = self.quantity
        self._choice.offer([(one.id, one.title) for one in QUANTITIES], quantity.id)
        self.caption.setText(quantity.says)
        self.map.setAccessibleName(f"{quantity.title}, layers by steps")
        self.title_changed.emit(quantity.title)
        self.watch_changed.emit()

    @Slot(str)
    def _on_chosen(self, quantity: str) -> None:
        self.choose("quantity", quantity)
        self._show_quantity()
        self.refresh()

    @Slot()
    def _show_all(self) -> None:
        self.map.show_all()


SPEC = PanelSpec(
    id="gradient-norm",
    title="Gradient norm",
    icon="flame",
    help="How strongly every layer is pulled at every step, how far it moves, how its outputs "
    "spread, saturate or die",
    make=LayerMapPanel,
    order=30,
)
