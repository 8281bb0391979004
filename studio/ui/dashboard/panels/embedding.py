"""What a block makes of the samples: its output in two dimensions, coloured by class."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Slot

from studio.core.params import Value
from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu
from studio.ui.dashboard.scatter import Cloud, Scatter


class EmbeddingPanel(Panel):
    """The first two principal components of a block's output, at the cursor's step.

    Settings: ``block`` (id). The axes are frozen by the engine, so that the picture is stable.
    """

    topics = frozenset({"embedding", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Embedding")
        self.block = ""
        """Id of the block whose output is projected."""
        self.scatter = Scatter(self)
        self.pace = self.scatter.pace
        self._choice = Choice("Block whose output is shown", self)
        self._choice.chosen.connect(self._on_chosen)
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._basis: object = None
        self.header.insertWidget(0, self._choice)
        self.body.addWidget(self.scatter, 1)
        self._menu = PictureMenu(self.scatter, self.scatter, "Embedding")
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
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"embedding": {"block": self.block}} if self.block else {}

    def refresh(self) -> None:
        """Show what the record says now."""
        self._show_blocks()
        snapshot = self.snapshot
        if snapshot is None:
            title = dict(zip(self._ids, self._titles, strict=True)).get(self.block, "")
            self.scatter.hint = (
                f"Waiting for the next look at {title}"
                if self.record.live and title
                else "Press Train to see the samples part"
            )
            self.scatter.show_cloud(None)
            self.caption.setText("")
            return
        points = np.asarray(array_to_numpy(snapshot.arrays["points"]), np.float64)[:, :2]
        labels = snapshot.arrays.get("labels")
        cloud = Cloud(
            points,
            array_to_numpy(labels) if labels is not None else None,
            self.labels_of("target"),
        )
        basis = (self.block, id(self.record), snapshot.notes.get("refitted") and snapshot.step)
        self.scatter.show_cloud(cloud, afresh=bool(basis[2]) or basis[:2] != self._basis)
        self._basis = basis[:2]
        self.caption.setText(_caption(snapshot))

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen."""
        super().show_settings(settings)
        self._show_blocks()

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
        before = next((end.node for end in feeds if end.node in ids), "")
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


def _caption(snapshot: Snapshot) -> str:
    share = snapshot.arrays.get("explained")
    seen = ""
    if share is not None:
        values = array_to_numpy(share).astype(np.float64)
        seen = f" · {100 * float(values.sum()):.0f} % of variance"
    refitted = " · axes fitted anew" if snapshot.notes.get("refitted") else ""
    return f"step {grouped(snapshot.step)}{seen}{refitted}"


SPEC = PanelSpec(
    id="embedding",
    title="Embedding",
    icon="chart-scatter",
    help="The output of a block in two dimensions, one point a sample, coloured by class",
    make=EmbeddingPanel,
    order=50,
)
