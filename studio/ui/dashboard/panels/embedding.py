"""What a block makes of the samples: its output as a map, one point a sample."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot

from studio.app.chosen_samples import ChosenSamples
from studio.core.facts import BlockFacts
from studio.core.params import Value
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.chart_menu import MenuButton
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.cloud_map import CloudMap
from studio.ui.dashboard.embedded import Embedded
from studio.ui.dashboard.embedding_menu import METHODS, SAMPLES, EmbeddingMenu
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu


class EmbeddingPanel(Panel):
    """A block's output as a map, at the cursor's step.

    Settings: ``block`` (id), ``method`` (``pca``, ``tsne``, ``umap``), ``space`` (of three
    dimensions), ``samples``, ``colour`` (see ``embedded``). Principal axes are frozen by the
    engine, and maps of neighbours begin where they were, so that the picture is stable.
    """

    topics = frozenset({"embedding", "samples", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Embedding")
        self.block = ""
        """Id of the block whose output is projected."""
        self.scatter = CloudMap(self)
        self.pace = self.scatter.pace
        self.chosen = context.workspace.samples if context.workspace else ChosenSamples()
        self._choice = Choice("Block whose output is shown", self)
        self._choice.chosen.connect(self._on_chosen)
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._basis: object = None
        self._embedded: Embedded | None = None
        self.header.insertWidget(0, self._choice)
        self.body.addWidget(self.scatter, 1)
        self._menu = EmbeddingMenu(self)
        self._picture_menu = PictureMenu(self.scatter, self.scatter, "Embedding")
        self.header.addWidget(MenuButton(self._menu, self, "Map, dimensions, colours, export"))
        self.scatter.chose.connect(self._on_lasso)
        self.scatter.pointed.connect(self._on_pointed)
        self.chosen.changed.connect(self._on_samples)
        context.cursor.moved.connect(self._on_cursor)
        if context.workspace is not None:
            context.workspace.checked_changed.connect(self._on_drawing)
        self._show_blocks()

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown."""
        history = self.record.snapshots.get(("embedding", self.block))
        if history is None:
            return None
        step = self.cursor_step.step
        return history.newest if step is None else history.at(step)

    @property
    def embedded(self) -> Embedded | None:
        """What is shown, with what is known of each sample."""
        return self._embedded

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        if not self.block:
            return {}
        options: dict[str, Option] = {"block": self.block}
        if self.method != "pca":
            options |= {"method": self.method, "dimensions": 3 if self.space else 2}
        if self.samples != SAMPLES[0]:
            options["samples"] = self.samples
        return {"embedding": options}

    @property
    def method(self) -> str:
        """How the map is made."""
        chosen = self.text("method", "pca")
        return chosen if chosen in METHODS else "pca"

    @property
    def space(self) -> bool:
        """Whether the map has three dimensions."""
        return self.flag("space", default=False)

    @property
    def samples(self) -> int:
        """How many samples are wanted."""
        return int(self.number("samples", SAMPLES[0]))

    @property
    def colour(self) -> str:
        """What the points are coloured by."""
        return self.text("colour", "labels")

    def set_option(self, name: str, value: Value) -> None:
        """Choose something of the map, and ask the engine for it."""
        self.choose(name, value)
        self._basis = None
        self.watch_changed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Show what the record says now."""
        self._show_blocks()
        snapshot = self.snapshot
        if snapshot is None:
            self._embedded = None
            self.scatter.hint = self._hint()
            self.scatter.show_flat(None)
            self.caption.setText("")
            return
        self._embedded = shown = Embedded(
            snapshot,
            self.record.newest("samples", ""),
            self.labels_of("target"),
            self.labels_of("input"),
        )
        made = snapshot.notes.get("method", "pca")
        points = shown.points
        deep = self.space and points.shape[1] > 2
        basis = (self.block, id(self.record), made, deep, points.shape)
        afresh = bool(snapshot.notes.get("refitted")) or basis != self._basis
        self._basis = basis
        if deep:
            self.scatter.show_space(shown.cloud(self.colour, points), afresh=afresh)
        else:
            self.scatter.show_flat(shown.cloud(self.colour, points[:, :2]), afresh=afresh)
        self._mark()
        coming = "" if made == self.method or not self.record.live else METHODS[self.method]
        short = "PCA" if made == "pca" else METHODS[made]
        words = (short, shown.caption(), coming and f"{coming} is coming")
        self.caption.setText(" · ".join(filter(None, words)))

    def _hint(self) -> str:
        title = dict(zip(self._ids, self._titles, strict=True)).get(self.block, "")
        if self.record.live and title:
            return f"Waiting for the next look at {title}"
        return self.asks("the samples part")

    def _mark(self) -> None:
        """Show which samples are selected, and what is known of the one under the pointer."""
        shown = self._embedded
        if shown is None:
            return
        rows = np.fromiter(self.chosen.rows, np.int64, len(self.chosen.rows))
        place = self.scatter.hovered
        self.scatter.card = shown.card(place) if 0 <= place < len(shown.rows) else None
        self.scatter.mark(np.isin(shown.rows, rows), shown.neighbours(place))

    @Slot(object)
    def _on_lasso(self, places: NDArray[np.intp]) -> None:
        if self._embedded is not None:
            self.chosen.choose(self._embedded.rows[places].tolist())

    @Slot(int)
    def _on_pointed(self, _place: int) -> None:
        self._mark()

    def _on_samples(self, _rows: frozenset[int]) -> None:
        self._mark()

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen."""
        super().show_settings(settings)
        self._show_blocks()
        self.watch_changed.emit()

    def forget(self) -> None:
        """Let go of the last record."""
        self._ids = []
        self._show_blocks()

    def _show_blocks(self) -> None:
        ids, titles = self._blocks()
        if (ids, titles) != (self._ids, self._titles):
            self._ids, self._titles = ids, titles
        chosen = self.text("block")
        block = chosen if chosen in ids else self._usual(ids)
        self._choice.offer(list(zip(ids, titles, strict=True)), block)
        if block != self.block:
            self.block = block
            self.watch_changed.emit()

    def _blocks(self) -> tuple[list[str], list[str]]:
        """Return ids and titles of the blocks whose output can be shown, in the graph's order."""
        if self._workspace is None:
            layers = dict(self.record.started.layers if self.record.started else ())
            layers.update({id_: id_ for id_ in self.record.blocks_seen("embedding")} | layers)
            return list(layers), list(layers.values())
        graph = self._workspace.graph
        ids = []
        for id_ in graph.order:
            spec = self._workspace.spec_of(id_)
            if spec is not None and spec.role == "layer":
                ids.append(id_)
        return ids, [graph.nodes[id_].title for id_ in ids]

    def _usual(self, ids: list[str]) -> str:
        """Return the block before the last one that has weights: what the decision rests on."""
        seen = self.record.blocks_seen("embedding")
        if self._workspace is None:
            return next(iter(seen), ids[-1] if ids else "")
        facts = self._workspace.checked.blocks
        weighty = [id_ for id_ in ids if id_ in facts and facts[id_].parameters]
        if not weighty:
            return ids[-1] if ids else ""
        feeds = self._workspace.graph.inputs_of[weighty[-1]].values()
        numbers = [end.node for end in feeds if _gives_numbers(facts.get(end.node))]
        before = next((node for node in numbers if node in ids), "")
        return before or weighty[-1]

    @Slot(str)
    def _on_chosen(self, block: str) -> None:
        self.choose("block", block)
        self.refresh()

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self.snapshot is not None:
            self.refresh()

    def _on_drawing(self, _checked: object) -> None:
        self._show_blocks()


def _gives_numbers(facts: BlockFacts | None) -> bool:
    outputs = list(facts.outputs.values()) if facts else []
    return bool(outputs) and outputs[0].dtype == "float"


SPEC = PanelSpec(
    id="embedding",
    title="Embedding",
    icon="chart-scatter",
    help="The output of a block as a map, one point a sample, coloured by class",
    make=EmbeddingPanel,
    order=50,
)
