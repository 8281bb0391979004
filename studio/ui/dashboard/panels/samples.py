"""What a network makes, as pictures: reconstructions below their inputs, and samples from noise."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSlider

from studio.core.facts import BlockFacts
from studio.core.params import Value
from studio.core.shapes import Dim, Shape
from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.image_grid import ImageGrid, Pixels, Section
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu

_ALL = ""


class SamplesPanel(Panel):
    """The pictures at the cursor's step, else the newest; the slider holds it where there are any.

    Settings: ``block`` (id, empty for all that come last).
    """

    topics = frozenset({"images", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Samples")
        self.images: tuple[str, ...] = ()
        """Ids of the blocks whose outputs are shown as pictures."""
        self.grid = ImageGrid(self)
        self.pace = self.grid.pace
        self._choice = Choice("Block whose images are shown", self)
        self._choice.chosen.connect(self._on_chosen)
        self._titles: dict[str, str] = {}
        self.header.insertWidget(0, self._choice)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName("Step whose images are shown")
        self.slider.setToolTip("Back to what was made earlier; at the right end, the newest")
        self.slider.setMaximumWidth(140)
        self.slider.setMaximum(0)
        self.slider.valueChanged.connect(self._on_slid)
        self.header.addWidget(self.slider)
        self.body.addWidget(self.grid, 1)
        self._menu = PictureMenu(self.grid, self.grid, "Samples")
        context.cursor.moved.connect(self._on_cursor)
        if context.workspace is not None:
            context.workspace.checked_changed.connect(self._on_drawing)
        self._show_blocks()

    @property
    def steps(self) -> list[int]:
        """The steps there are pictures of."""
        found = {
            snapshot.step
            for block in self.images
            if (history := self.record.snapshots.get(("images", block))) is not None
            for snapshot in history.snapshots
        }
        return sorted(found)

    @property
    def snapshots(self) -> list[Snapshot]:
        """What is shown, a snapshot a block."""
        step = self.cursor_step.step
        found = []
        for block in self.images:
            history = self.record.snapshots.get(("images", block))
            shown = None
            if history is not None:
                shown = history.newest if step is None else history.at(step)
            if shown is not None:
                found.append(shown)
        return found

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"images": {"blocks": self.images}} if self.images else {}

    @property
    def fits(self) -> bool:
        """Whether a block gives images."""
        return self._workspace is None or bool(self._titles)

    def refresh(self) -> None:
        """Show what the record says now."""
        self._show_blocks()
        self._show_steps()
        self._show_pictures()

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen."""
        super().show_settings(settings)
        self._show_blocks()

    def forget(self) -> None:
        """Let go of the last record."""
        self._show_blocks()

    def _show_pictures(self) -> None:
        snapshots = self.snapshots
        self.grid.hint = self._hint()
        self.grid.show_sections([self._section(snapshot) for snapshot in snapshots])
        newest = max((snapshot.step for snapshot in snapshots), default=None)
        self.caption.setText("" if newest is None else f"step {grouped(newest)}")

    def _section(self, snapshot: Snapshot) -> Section:
        arrays = snapshot.arrays
        inputs = array_to_numpy(arrays["inputs"]) if "inputs" in arrays else None
        return Section(
            self._titles.get(snapshot.block, snapshot.block),
            cast(Pixels, array_to_numpy(arrays["images"])),
            cast("Pixels | None", inputs),
        )

    def _hint(self) -> str:
        if not self._titles:
            return "No block of this network gives images, as a decoder or a generator does"
        return self.asks("what the network makes of held samples and noise")

    def _show_steps(self) -> None:
        steps, held = self.steps, self.cursor_step.held
        last = max(len(steps) - 1, 0)
        at = last if held is None else max(bisect_right(steps, held) - 1, 0)
        self.slider.setVisible(last > 0)
        self.slider.blockSignals(True)
        self.slider.setMaximum(last)
        self.slider.setValue(min(at, last))
        self.slider.blockSignals(False)

    def _show_blocks(self) -> None:
        self._titles, last = self._candidates()
        chosen = self.text("block")
        shown = (chosen,) if chosen in self._titles else last
        options = [(_ALL, "All"), *self._titles.items()] if len(self._titles) > 1 else []
        self._choice.offer(options, chosen if chosen in self._titles else _ALL)
        if shown != self.images:
            self.images = shown
            self.watch_changed.emit()

    def _candidates(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """Return the blocks that give images with their titles, and which of them come last."""
        if self._workspace is None:
            seen = self.record.blocks_seen("images")
            return {id_: id_ for id_ in seen}, seen
        graph, blocks = self._workspace.graph, self._workspace.checked.blocks
        wanted: set[int] = set()
        pixels: dict[str, int] = {}
        for id_ in graph.order:
            spec, facts = self._workspace.spec_of(id_), blocks.get(id_)
            outputs = list(facts.outputs.values()) if facts and not facts.absent else []
            if spec is None or not outputs:
                continue
            count = _pixels(outputs[0])
            if spec.role == "input" and outputs[0].rank == 4 and count:
                wanted.add(count)
            elif spec.role == "layer" and count and not _flattens(facts):
                pixels |= {id_: count} if outputs[0].rank == 4 or count in wanted else {}
        full = wanted or {max(pixels.values(), default=0)}
        ends = {id_ for id_, count in pixels.items() if count in full}
        passed = {
            end.node for id_ in ends for end in graph.inputs_of[id_].values() if end.node in ends
        }
        titles = {id_: graph.nodes[id_].title for id_ in pixels}
        return titles, tuple(id_ for id_ in pixels if id_ in ends - passed)

    @Slot(str)
    def _on_chosen(self, block: str) -> None:
        self.choose("block", block)
        self.refresh()

    @Slot(int)
    def _on_slid(self, value: int) -> None:
        """Hold all panels at the step of these pictures; at the right end they follow the run."""
        self.cursor_step.hold(None if value == self.slider.maximum() else float(self.steps[value]))

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self.steps:
            self._show_steps()
            self._show_pictures()

    def _on_drawing(self, _checked: object) -> None:
        self._show_blocks()


def _flattens(facts: BlockFacts | None) -> bool:
    """Tell whether an image comes in and the same goes out in one row."""
    inputs = list(facts.inputs.values()) if facts else []
    outputs = list(facts.outputs.values()) if facts else []
    if len(inputs) != 1 or inputs[0].rank != 4 or outputs[0].rank != 2:
        return False
    return _pixels(inputs[0]) == _pixels(outputs[0])


def _pixels(shape: Shape) -> int:
    """Return how many pixels an output has if it can be seen as an image, else 0."""
    sizes: tuple[Dim, ...] = shape.dims[1:]
    if shape.dtype != "float" or not all(isinstance(size, int) for size in sizes):
        return 0
    numbers = [int(size) for size in sizes]
    if len(numbers) == 3 and numbers[0] in {1, 3} and min(numbers[1:]) > 1:
        return numbers[0] * numbers[1] * numbers[2]
    return numbers[0] if len(numbers) == 1 else 0


SPEC = PanelSpec(
    id="samples",
    title="Samples",
    icon="image",
    help="Images that the network makes: reconstructions below their inputs, and what a generator "
    "makes of noise that is held for it",
    make=SamplesPanel,
    behind="attention",
    order=43,
)
