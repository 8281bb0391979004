"""How the values of one block's weights, gradients or outputs spread over time."""

from collections.abc import Mapping

from PySide6.QtCore import Slot

from studio.core.params import Value
from studio.core.text import grouped, plural
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.histogram_map import HistogramMap
from studio.ui.dashboard.painted import Painted
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu

KINDS = (("weights", "Weights"), ("gradients", "Gradients"), ("activations", "Outputs"))
_PROBES = {
    "weights": "weight-histograms",
    "gradients": "weight-histograms",
    "activations": "activation-histograms",
}


class HistogramsPanel(Panel):
    """One block's histograms. Settings: ``kind``, ``block`` (id)."""

    topics = frozenset({f"histogram-{kind}" for kind, _ in KINDS} | {RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Histograms")
        self.picture = Painted("Histograms over time", self)
        self.pace = self.picture.pace
        self._kinds = Choice("Of what", self)
        self._kinds.chosen.connect(self._on_kind)
        self._blocks = Choice("Of which block", self)
        self._blocks.chosen.connect(self._on_block)
        self.header.insertWidget(0, self._kinds)
        self.header.insertWidget(1, self._blocks)
        self.body.addWidget(self.picture, 1)
        self._menu = PictureMenu(self.picture, self.picture, "Histograms", self.table)
        self._kinds.offer(KINDS, self.kind)
        context.cursor.moved.connect(self._on_cursor)

    @property
    def kind(self) -> str:
        """What is shown of the block."""
        chosen = self.text("kind")
        return chosen if chosen in _PROBES else KINDS[0][0]

    @property
    def block(self) -> str:
        """Whose values are shown; empty while there are none."""
        return self.pick_block(self.record.blocks_seen(f"histogram-{self.kind}"))

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {_PROBES[self.kind]: {}}

    def refresh(self) -> None:
        """Show what the record says now."""
        seen = self.record.blocks_seen(f"histogram-{self.kind}")
        titles = dict(self.record.started.layers) if self.record.started else {}
        options = [(id_, self.title_of(id_, titles.get(id_, id_))) for id_ in seen]
        self._kinds.offer(KINDS, self.kind)
        self._blocks.offer(options, self.block)
        history = self.record.snapshots.get((f"histogram-{self.kind}", self.block))
        if history is None or not history.snapshots:
            self.picture.hint = self.asks(f"how {dict(KINDS)[self.kind].lower()} spread")
            self.caption.setText("")
            self.picture.show_content(None)
            return
        shown = HistogramMap(history.snapshots, self.cursor_step.step)
        newest = history.snapshots[-1]
        broken = f" · {plural(shown.broken, 'value')} not finite" if shown.broken else ""
        self.caption.setText(f"to step {grouped(newest.step)}{broken}")
        self.picture.show_content(shown, told=f"{self.kind} of {dict(options)[self.block]}")

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen, as after an undo."""
        super().show_settings(settings)
        self.watch_changed.emit()

    def table(self) -> str:
        """Return what is shown as comma-separated values."""
        shown = self.picture.content
        return shown.table() if isinstance(shown, HistogramMap) else ""

    @Slot(str)
    def _on_kind(self, kind: str) -> None:
        self.choose("kind", kind)
        self.watch_changed.emit()
        self.refresh()

    @Slot(str)
    def _on_block(self, block: str) -> None:
        self.choose("block", block)
        self.refresh()

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self.picture.content is not None:
            self.refresh()


SPEC = PanelSpec(
    id="histograms",
    title="Histograms",
    icon="chart-column",
    help="How the values of a block's weights, gradients or outputs spread over time, in fixed "
    "logarithmic bins",
    make=HistogramsPanel,
    behind="gradient-norm",
    order=36,
    opens=False,
)
