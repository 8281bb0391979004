"""What a convolution looks for, and what it finds in one held sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSpinBox

from studio.core.facts import Checked
from studio.core.params import Value
from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.image_grid import image_from
from studio.ui.dashboard.paint import Row
from studio.ui.dashboard.painted import Painted
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu
from studio.ui.dashboard.ticks import number
from studio.ui.theme import Tokens

_EDGE_PX, _CAPTION_PX = 10.0, 17.0
_HELD = 64


@dataclass(slots=True)
class _Features:
    """The input at the left, the filters beside it, the maps at the right."""

    snapshot: Snapshot

    def paint(self, painter: QPainter, area: QRectF, theme: Tokens) -> None:
        """Draw the three."""
        groups = [
            (name, title, self._pictures(name))
            for name, title in (
                ("input", "Input"),
                ("filters", "Filters"),
                ("maps", "Feature maps"),
            )
            if name in self.snapshot.arrays
        ]
        weights = {"input": 0.22, "filters": 0.33, "maps": 0.45}
        whole = sum(weights[name] for name, _, _ in groups)
        left, room = area.left() + _EDGE_PX, area.width() - _EDGE_PX
        limits = self._limits()
        for name, title, pictures in groups:
            wide = room * weights[name] / whole - _EDGE_PX
            low, high = limits[name]
            says = f"{title}, {number(low)} to {number(high)}"
            self._paint_group(
                painter, QRectF(left, area.top(), wide, area.height()), says, pictures, theme
            )
            left += wide + _EDGE_PX

    def rows_at(self, at: QPointF) -> tuple[str, Sequence[Row]] | None:
        """Say nothing: the pictures do."""
        return None

    def _pictures(self, name: str) -> NDArray[np.uint8]:
        found = np.asarray(array_to_numpy(self.snapshot.arrays[name]), np.uint8)
        if name == "input":
            return found[None]
        return found[:, None] if found.ndim == 3 else found

    def _limits(self) -> dict[str, tuple[float, float]]:
        pairs = array_to_numpy(self.snapshot.arrays["limits"]).reshape(-1, 2).tolist()
        names = self.snapshot.notes["order"].split()
        return {name: (low, high) for name, (low, high) in zip(names, pairs, strict=True)}

    def _paint_group(
        self,
        painter: QPainter,
        room: QRectF,
        says: str,
        pictures: NDArray[np.uint8],
        theme: Tokens,
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.muted))
        painter.drawText(QPointF(room.left(), room.top() + metrics.ascent() + 2), says)
        height, width = pictures.shape[2:]
        down = room.height() - _CAPTION_PX - 8
        columns = _columns(len(pictures), room.width(), down, width / height)
        cell = min(room.width() / columns, down / ceil(len(pictures) / columns) * width / height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for at, picture in enumerate(pictures):
            x = room.left() + at % columns * cell
            y = room.top() + _CAPTION_PX + 4 + at // columns * cell * height / width
            gap = min(max(cell * 0.12, 1.5), 4.0)
            place = QRectF(x, y, cell - gap, cell * height / width - gap)
            painter.drawImage(place, image_from(picture))


def _columns(count: int, width: float, height: float, aspect: float) -> int:
    """Return how many columns make pictures largest."""
    fits = [
        (min(width / columns, max(height, 1.0) / ceil(count / columns) * aspect), columns)
        for columns in range(1, count + 1)
    ]
    return max(fits)[1] if fits else max(int(sqrt(count)), 1)


class FeaturesPanel(Panel):
    """One convolution, one sample. Settings: ``block`` (id), ``sample``."""

    topics = frozenset({"features", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Feature maps")
        self.picture = Painted("Feature maps and filters", self)
        self.pace = self.picture.pace
        self._choice = Choice("Convolution", self)
        self._choice.chosen.connect(self._on_block)
        self.sample = QSpinBox(self)
        self.sample.setRange(1, _HELD)
        self.sample.setPrefix("sample ")
        self.sample.setAccessibleName("Held sample")
        self.sample.setToolTip("Which held sample is put in")
        self.sample.valueChanged.connect(self._on_sample)
        self.header.insertWidget(0, self._choice)
        self.header.addWidget(self.sample)
        self.body.addWidget(self.picture, 1)
        self._menu = PictureMenu(self.picture, self.picture, "Feature maps")
        context.cursor.moved.connect(self._on_cursor)
        if context.workspace is not None:
            context.workspace.checked_changed.connect(self._on_drawing)
        self._take_settings()

    @property
    def options(self) -> list[tuple[str, str]]:
        """Ids and titles of the blocks that can be looked into."""
        if self._workspace is None:
            return [(id_, id_) for id_ in self.record.blocks_seen("features")]
        graph, blocks = self._workspace.graph, self._workspace.checked.blocks
        found = []
        for id_ in graph.order:
            spec, facts = self._workspace.spec_of(id_), blocks.get(id_)
            outputs = list(facts.outputs.values()) if facts and not facts.absent else []
            if spec and spec.role == "layer" and outputs and outputs[0].rank == 4:
                found.append((id_, graph.nodes[id_].title))
        return found

    @property
    def block(self) -> str:
        """Id of the block that is looked into; empty while there is none."""
        return self.pick_block([id_ for id_, _ in self.options])

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        block = self.block
        return {"features": {"block": block, "sample": self.sample.value() - 1}} if block else {}

    @property
    def fits(self) -> bool:
        """Whether a block gives feature maps."""
        return self._workspace is None or bool(self.options)

    def refresh(self) -> None:
        """Show what the record says now."""
        self._choice.offer(self.options, self.block)
        self.sample.setVisible(bool(self.block))
        history = self.record.snapshots.get(("features", self.block))
        step = self.cursor_step.step
        shown = None
        if history is not None:
            shown = history.newest if step is None else history.at(step)
        self.picture.hint = (
            self.asks("what a convolution looks for")
            if self.block
            else "No block of this network gives images; add a convolution to see its maps"
        )
        self.caption.setText(f"step {grouped(shown.step)}" if shown else "")
        title = dict(self.options).get(self.block, "")
        self.picture.show_content(_Features(shown) if shown else None, told=title)

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen, as after an undo."""
        super().show_settings(settings)
        self._take_settings()
        self.watch_changed.emit()

    def _take_settings(self) -> None:
        self.sample.blockSignals(True)
        self.sample.setValue(int(self.number("sample", 0)) + 1)
        self.sample.blockSignals(False)
        self._choice.offer(self.options, self.block)

    @Slot(str)
    def _on_block(self, block: str) -> None:
        self.choose("block", block)
        self.watch_changed.emit()
        self.refresh()

    @Slot(int)
    def _on_sample(self, sample: int) -> None:
        self.choose("sample", sample - 1)
        self.watch_changed.emit()

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self.picture.content is not None:
            self.refresh()

    def _on_drawing(self, _checked: Checked) -> None:
        self._choice.offer(self.options, self.block)


SPEC = PanelSpec(
    id="features",
    title="Feature maps",
    icon="layers",
    help="The filters of a convolution, and what it finds in one held sample",
    make=FeaturesPanel,
    behind="embedding",
    order=55,
)
