"""Where each attention block looks, head by head, on one held sample."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Slot

from studio.core.text import grouped, plural
from studio.runs.arrays import array_to_numpy
from studio.runs.attending import rollout, stacks, summary_of
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.attention_grid import AttentionGrid, Layer
from studio.ui.dashboard.attention_map import AttentionMap
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.fitting import has_attention
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu

_ALL, _ROLLOUT = "all", "rollout"


class AttentionPanel(Panel):
    """The maps of one block, of all, or what they lead to together, at the cursor's step.

    Settings: ``view`` (``block``, ``all`` or ``rollout``), ``block`` (id), ``head`` (−1 for all).
    """

    topics = frozenset({"attention", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Attention")
        self.map = AttentionMap(self)
        self.pace = self.map.pace
        self.map.head_chosen.connect(self._on_head)
        self._blocks = Choice("Attention block", self)
        self._blocks.chosen.connect(self._on_block)
        self.grid = AttentionGrid(self)
        self.grid.head_chosen.connect(self._on_cell)
        self.grid.hide()
        self._ids: list[str] = []
        self._titles: list[str] = []
        self.header.insertWidget(0, self._blocks)
        self.body.addWidget(self.map, 1)
        self.body.addWidget(self.grid, 1)
        self._menu = PictureMenu(self.map, self.map, "Attention")
        self._grid_menu = PictureMenu(self.grid, self.grid, "Attention of all blocks")
        context.cursor.moved.connect(self._on_cursor)

    @property
    def shown_block(self) -> str:
        """Id of the block whose maps are shown; empty while there is none."""
        return self.pick_block(self._ids)

    @property
    def view(self) -> str:
        """What is shown: the maps of a block, of all, or the rollout of a stack of them."""
        chosen = self.text("view", "block")
        return chosen if len(self._ids) > 1 and chosen in {_ALL, _ROLLOUT} else "block"

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown of the chosen block."""
        return self._snapshot_of(self.shown_block)

    @property
    def layers(self) -> list[Layer]:
        """The maps of all blocks at the cursor's step."""
        return [self._layer(one) for id_ in self._ids if (one := self._snapshot_of(id_))]

    def _snapshot_of(self, block: str) -> Snapshot | None:
        history = self.record.snapshots.get(("attention", block))
        if history is None:
            return None
        step = self.cursor_step.step
        return history.newest if step is None else history.at(step)

    def _layer(self, snapshot: Snapshot) -> Layer:
        maps = np.asarray(array_to_numpy(snapshot.arrays["weights"]), np.float32)
        known = dict(zip(self._ids, self._titles, strict=True))
        return Layer(
            snapshot.block,
            known.get(snapshot.block, snapshot.block),
            maps,
            summary_of(maps),
            tuple(self._names(snapshot, "queries")),
            tuple(self._names(snapshot, "keys")),
        )

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"attention": {}}

    @property
    def fits(self) -> bool:
        """Whether a block attends."""
        return self._workspace is None or has_attention(self._workspace)

    def refresh(self) -> None:
        """Show what the record says now."""
        self._show_blocks()
        snapshot, view = self.snapshot, self.view
        self.map.setVisible(view != _ALL)
        self.grid.setVisible(view == _ALL)
        if snapshot is None:
            self.map.hint = self._hint()
            self.map.show_weights(None, -1)
            self.caption.setText("")
        elif view == _ALL:
            self._show_all(snapshot.step)
        elif view == _ROLLOUT:
            self._show_rollout(snapshot.step)
        else:
            self._show_block(self._layer(snapshot), snapshot.step)

    def _show_block(self, layer: Layer, step: int) -> None:
        head, count = int(self.number("head", -1)), len(layer.maps)
        words = [f"head {at + 1} · {layer.words(at)}" for at in range(count)]
        self.map.captions = tuple(words)
        self.map.show_weights(layer.maps, head, queries=layer.queries, keys=layer.keys)
        heads = plural(count, "head") if not 0 <= head < count else f"head {head + 1}"
        self.caption.setText(f"{heads} · step {grouped(step)}")

    def _show_all(self, step: int) -> None:
        layers = self.layers
        self.grid.show_layers(layers)
        self.caption.setText(f"{plural(len(layers), 'block')} · step {grouped(step)}")

    def _show_rollout(self, step: int) -> None:
        layers = {layer.id: layer for layer in self.layers}
        found = stacks([(layer.id, layer.maps) for layer in layers.values()])
        if not found:
            self.map.hint = "No two of these blocks attend one sequence, so nothing leads through"
            self.map.show_weights(None, -1)
            self.caption.setText("")
            return
        # The stack of the chosen block, else the longest.
        chosen = next((ids for ids in found if self.shown_block in ids), max(found, key=len))
        through = rollout([layers[id_].maps for id_ in chosen])[None]
        first, last = layers[chosen[0]], layers[chosen[-1]]
        self.map.captions = (f"{first.title} to {last.title}",)
        self.map.show_weights(through, 0, queries=last.queries, keys=first.keys)
        told = f"what reaches each step through {plural(len(chosen), 'layer')}"
        self.caption.setText(f"{told} · step {grouped(step)}")

    def forget(self) -> None:
        """Let go of the last record."""
        self._ids, self._titles = [], []

    def _hint(self) -> str:
        started = self.record.started
        if not self.fits or (started is not None and not started.attentions):
            return "This network has no attention block; add one to see where it looks"
        return self.asks("where attention looks")

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
        more = [(_ALL, "All blocks"), (_ROLLOUT, "Rollout")] if len(ids) > 1 else []
        shown = self.shown_block if self.view == "block" else self.view
        self._blocks.offer([*zip(ids, titles, strict=True), *more], shown)

    @Slot(str)
    def _on_block(self, block: str) -> None:
        if block in {_ALL, _ROLLOUT}:
            self.choose("view", block)
        else:
            self.choose("view", "block")
            self.choose("block", block)
        self.refresh()

    @Slot(str, int)
    def _on_cell(self, block: str, head: int) -> None:
        self.choose("head", head)
        self._on_block(block)

    @Slot(int)
    def _on_head(self, head: int) -> None:
        if self.view == _ROLLOUT:
            return
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
    help="Where each head of every attention block looks, on one sample that is held for it",
    make=AttentionPanel,
    order=40,
)
