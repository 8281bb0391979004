"""Where each attention block looks, head by head, on one held sample."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Slot

from studio.core.text import grouped, plural
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.attention_map import AttentionMap
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu


class AttentionPanel(Panel):
    """The maps of one block, at the step under the cursor, else the newest.

    Settings: ``block`` (id), ``head`` (−1 for all).
    """

    topics = frozenset({"attention", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Attention")
        self.map = AttentionMap(self)
        self.pace = self.map.pace
        self.map.head_chosen.connect(self._on_head)
        self._blocks = Choice("Attention block", self)
        self._blocks.chosen.connect(self._on_block)
        self._ids: list[str] = []
        self._titles: list[str] = []
        self.header.insertWidget(0, self._blocks)
        self.body.addWidget(self.map, 1)
        self._menu = PictureMenu(self.map, self.map, "Attention")
        context.cursor.moved.connect(self._on_cursor)

    @property
    def shown_block(self) -> str:
        """Id of the block whose maps are shown; empty while there is none."""
        return self.pick_block(self._ids)

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown."""
        history = self.record.snapshots.get(("attention", self.shown_block))
        if history is None:
            return None
        step = self.cursor_step.step
        return history.newest if step is None else history.at(step)

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"attention": {}}

    def refresh(self) -> None:
        """Show what the record says now."""
        self._show_blocks()
        snapshot = self.snapshot
        if snapshot is None:
            self.map.hint = self._hint()
            self.map.show_weights(None, -1)
            self.caption.setText("")
            return
        weights = np.asarray(array_to_numpy(snapshot.arrays["weights"]), np.float32)
        head = int(self.number("head", -1))
        queries, keys = self._names(snapshot, "queries"), self._names(snapshot, "keys")
        self.map.show_weights(weights, head, queries=queries, keys=keys)
        heads = plural(len(weights), "head") if head < 0 else f"head {head + 1}"
        self.caption.setText(f"{heads} · step {grouped(snapshot.step)}")

    def forget(self) -> None:
        """Let go of the last record."""
        self._ids, self._titles = [], []

    def _hint(self) -> str:
        started = self.record.started
        if started is not None and not started.attentions:
            return "This network has no attention block; add one to see where it looks"
        return "Press Train to see where attention looks"

    def _names(self, snapshot: Snapshot, side: str) -> list[str]:
        """Return the tokens of the steps that look, or are looked at; nothing where not known."""
        # A record of an earlier version has the tokens of both sides in one array.
        array = snapshot.arrays.get(side) or snapshot.arrays.get("tokens")
        steps = snapshot.arrays["weights"].shape[1 if side == "queries" else 2]
        if array is None or array.shape[-1] != steps:
            return []
        column = snapshot.notes.get(side, "")
        symbols = self.labels_of_column(column) if column else self.labels_of("input")
        ids = array_to_numpy(array).ravel().astype(int).tolist()
        return [readable(symbols[id_]) if id_ < len(symbols) else str(id_) for id_ in ids]

    def _show_blocks(self) -> None:
        ids = list(self.record.blocks_seen("attention"))
        known = dict(self.record.started.attentions) if self.record.started else {}
        titles = [self.title_of(id_, known.get(id_, id_)) for id_ in ids]
        if (ids, titles) != (self._ids, self._titles):
            self._ids, self._titles = ids, titles
        self._blocks.offer(list(zip(ids, titles, strict=True)), self.shown_block)

    @Slot(str)
    def _on_block(self, block: str) -> None:
        self.choose("block", block)
        self.refresh()

    @Slot(int)
    def _on_head(self, head: int) -> None:
        self.choose("head", head)
        self.refresh()

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self._ids:
            self.refresh()


def readable(symbol: str) -> str:
    """Return a symbol so that white space can be seen."""
    return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(symbol, symbol)


SPEC = PanelSpec(
    id="attention",
    title="Attention",
    icon="grid-3x3",
    help="Where each head of an attention block looks, on one sample that is held for it",
    make=AttentionPanel,
    order=40,
)
