"""Recurrent layers over time: the gates at every step, and how far the gradient comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from studio.core.params import Value
from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.axes import Axes
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.colours import mapped, mixed
from studio.ui.dashboard.fitting import is_recurrent
from studio.ui.dashboard.paint import Row
from studio.ui.dashboard.painted import Content, Painted
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu
from studio.ui.dashboard.ticks import number
from studio.ui.theme import Tokens

VIEWS = (("through-time", "Gradient through time"), ("gates", "Gates"))
_TO_SEE = {
    "through-time": "how far the gradient of a recurrent layer comes back",
    "gates": "what the gates of a recurrent layer do",
}
_EDGE_PX, _CAPTION_PX = 10.0, 17.0
_BOUNDED = frozenset({"input", "forget", "output", "reset", "update"})
_PAST = 5


@dataclass(eq=False)
class Gates:
    """A map of units × steps for each gate; a gate's colours go from 0 to 1, others' fit."""

    snapshot: Snapshot
    _places: list[tuple[QRectF, str]] = field(default_factory=list, init=False)

    def paint(self, painter: QPainter, area: QRectF, theme: Tokens) -> None:
        """Draw the maps in two rows."""
        metrics = QFontMetricsF(painter.font())
        names = list(self.snapshot.arrays)
        columns = (len(names) + 1) // 2
        wide = (area.width() - _EDGE_PX) / columns - _EDGE_PX
        tall = (area.height() - _EDGE_PX) / 2
        self._places = []
        for at, name in enumerate(names):
            x = area.left() + _EDGE_PX + at % columns * (wide + _EDGE_PX)
            y = area.top() + at // columns * tall
            low, high = self._limits(name)
            painter.setPen(QColor(theme.muted))
            says = f"{name}, {number(low)} to {number(high)}"
            painter.drawText(QPointF(x, y + metrics.ascent() + 2), says)
            place = QRectF(x, y + _CAPTION_PX, wide, tall - _CAPTION_PX - 4)
            shares = (self._values(name) - low) / ((high - low) or 1.0)
            pixels = np.ascontiguousarray(mapped(np.clip(shares, 0, 1), QColor(theme.error)))
            height, width = pixels.shape
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
            painter.drawImage(place, image.copy())
            self._places.append((place, name))

    def rows_at(self, at: QPointF) -> tuple[str, Sequence[Row]] | None:
        """Return the value under a point."""
        for place, name in self._places:
            if place.contains(at):
                values = self._values(name)
                units, steps = values.shape
                step = min(int((at.x() - place.left()) / place.width() * steps), steps - 1)
                unit = min(int((at.y() - place.top()) / place.height() * units), units - 1)
                rows = [Row("unit", str(unit + 1)), Row("value", number(float(values[unit, step])))]
                return f"{name}, position {step + 1}", rows
        return None

    def _values(self, name: str) -> NDArray[np.float64]:
        return np.asarray(array_to_numpy(self.snapshot.arrays[name]), np.float64)

    def _limits(self, name: str) -> tuple[float, float]:
        if name in _BOUNDED:
            return 0.0, 1.0
        reach = float(np.abs(self._values(name)).max()) or 1.0
        return -reach, reach


@dataclass(eq=False)
class ThroughTime:
    """‖∂loss/∂xₜ‖ over the positions of the sequence, with what it was before in paler lines."""

    snapshots: Sequence[Snapshot]

    @property
    def norms(self) -> NDArray[np.float64]:
        """The newest, a number a position."""
        return _norms(self.snapshots[-1])

    @property
    def ratio(self) -> float:
        """The first position's by the last one's."""
        norms = self.norms
        return float(norms[0] / norms[-1]) if norms[-1] else float("inf")

    def paint(self, painter: QPainter, area: QRectF, theme: Tokens) -> None:
        """Draw the lines on a logarithmic scale."""
        lines = [np.log10(np.maximum(_norms(one), 1e-30)) for one in self.snapshots]
        known = np.concatenate(lines)
        known = known[known > -29]
        low = float(np.floor(known.min())) if len(known) else -1.0
        high = float(np.ceil(known.max())) if len(known) else 0.0
        axes = Axes.within(area, (1, max(len(lines[-1]), 2)), (low, max(high, low + 1)))
        axes.paint(painter, "position in the sequence", "gradient, log₁₀", theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(axes.area)
        for at, line in enumerate(lines):
            share = (at + 1) / len(lines)
            colour = mixed(QColor(theme.series[0]), QColor(theme.panel), 0.15 + 0.85 * share**2)
            axes.line(painter, np.arange(1.0, len(line) + 1), line, colour)
        painter.setClipping(False)

    def rows_at(self, at: QPointF) -> tuple[str, Sequence[Row]] | None:
        """Say nothing: the axes do."""
        return None


class RecurrentPanel(Panel):
    """One recurrent layer. Settings: ``view``, ``block`` (id)."""

    topics = frozenset({"gates", "through-time", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Recurrence")
        self.picture = Painted("Recurrent layers over time", self)
        self.pace = self.picture.pace
        self._choice = Choice("What is shown of the layer", self)
        self._choice.chosen.connect(self._on_view)
        self._blocks = Choice("Recurrent layer", self)
        self._blocks.chosen.connect(self._on_block)
        self.header.insertWidget(0, self._choice)
        self.header.insertWidget(1, self._blocks)
        self.body.addWidget(self.picture, 1)
        self._menu = PictureMenu(self.picture, self.picture, "Recurrence", self.table)
        self._choice.offer(VIEWS, self.view)
        context.cursor.moved.connect(self._on_cursor)

    @property
    def view(self) -> str:
        """Which of both is shown."""
        chosen = self.text("view")
        return chosen if chosen in dict(VIEWS) else VIEWS[0][0]

    @property
    def block(self) -> str:
        """Whose are shown; empty while there are none."""
        return self.pick_block(self.record.blocks_seen(self.view))

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {self.view: {}}

    @property
    def fits(self) -> bool:
        """Whether a layer is recurrent."""
        return self._workspace is None or is_recurrent(self._workspace)

    def refresh(self) -> None:
        """Show what the record says now."""
        seen = self.record.blocks_seen(self.view)
        titles = dict(self.record.started.layers) if self.record.started else {}
        options = [(id_, self.title_of(id_, titles.get(id_, id_))) for id_ in seen]
        self._choice.offer(VIEWS, self.view)
        self._blocks.offer(options, self.block)
        content, caption = self._content()
        self.caption.setText(caption)
        self.picture.hint = (
            self.asks(_TO_SEE[self.view])
            if self.fits
            else "This network has no recurrent layer; add an LSTM, GRU or RNN to see inside it"
        )
        self.picture.show_content(content, told=caption)

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen, as after an undo."""
        super().show_settings(settings)
        self.watch_changed.emit()

    def table(self) -> str:
        """Return what is shown as comma-separated values."""
        shown = self.picture.content
        if isinstance(shown, ThroughTime):
            rows = [f"{at},{norm:.6g}" for at, norm in enumerate(shown.norms.tolist(), 1)]
            return "\n".join(["position,gradient", *rows]) + "\n"
        return ""

    def _content(self) -> tuple[Content | None, str]:
        history = self.record.snapshots.get((self.view, self.block))
        step = self.cursor_step.step
        known = history.snapshots if history is not None else ()
        past = [one for one in known if step is None or one.step <= step] or list(known[:1])
        if not past:
            return None, ""
        told = f"step {grouped(past[-1].step)}"
        if self.view == "gates":
            return Gates(past[-1]), told
        shown = ThroughTime(past[-_PAST:])
        return shown, f"first by last position {number(shown.ratio, 3)} · {told}"

    @Slot(str)
    def _on_view(self, view: str) -> None:
        self.choose("view", view)
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


def _norms(snapshot: Snapshot) -> NDArray[np.float64]:
    return np.asarray(array_to_numpy(snapshot.arrays["norms"]), np.float64)


SPEC = PanelSpec(
    id="recurrence",
    title="Recurrence",
    icon="repeat",
    help="How far the gradient of a recurrent layer comes back through time, and what its gates do",
    make=RecurrentPanel,
    behind="attention",
    order=42,
)
