"""PanelSpec and Panel: how a panel is declared, and what every panel has.

A panel is one file in ``panels/`` with one ``PanelSpec``; it is found by being there. It sees a
record, so it cannot tell a live run from a replay, and it cannot reach the run itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.app.diagnosis import Diagnosis
from studio.app.overlaid import Overlaid
from studio.app.workspace import Workspace
from studio.core.check import columns_of
from studio.core.params import Value
from studio.core.recipes import Column
from studio.runs.record import Record
from studio.runs.spec import Option

from . import panels
from .cursor import Cursor
from .pace import Pace

_HEADER_PX = 26


class _Caption(QLabel):
    """A line that ends in … where there is no room for all of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("tone", "small")
        self.setMinimumWidth(1)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What a panel is given to work with."""

    record: Record
    cursor: Cursor
    workspace: Workspace | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    overlaid: Overlaid | None = None
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSpec:
    """A panel of the dashboard.

    Attributes:
        icon: name of an icon in ``resources/icons``.
        behind: id of the panel it is tabbed behind; empty for one that stands in the row.
        order: places from left to right.
        opens: whether it stands open at first, where it fits; else a menu opens it, and nothing is
            looked at for it before.
    """

    id: str
    title: str
    icon: str
    help: str
    make: Callable[[PanelContext], "Panel"]
    behind: str = ""
    order: int = 0
    opens: bool = True


def declared_panels() -> tuple[PanelSpec, ...]:
    """Return every panel there is a file of, from left to right."""
    return tuple(sorted(_found(), key=lambda spec: (spec.order, spec.title)))


def _found() -> Iterator[PanelSpec]:
    for module in iter_modules(panels.__path__):
        for value in vars(import_module(f"{panels.__name__}.{module.name}")).values():
            if isinstance(value, PanelSpec):
                yield value


class Panel(QWidget):
    """A view of a record, with a line above that says what is shown.

    Attributes:
        topics: the news of the record that it is drawn anew for.
        settings_changed: what was chosen on it, to be kept with the experiment.
        title_changed: what it is called now.
        watch_changed: it wants the engine to look at something else.
        panel_asked: another panel, by id, is to come to the front.
        outdated: it became stale, and wants to be drawn without news.
        pace: how often it may be drawn.
    """

    topics: frozenset[str] = frozenset()
    settings_changed = Signal(object)
    title_changed = Signal(str)
    watch_changed = Signal()
    panel_asked = Signal(str)
    outdated = Signal()

    def __init__(self, context: PanelContext, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record = context.record
        self.cursor_step = context.cursor
        self.pace = Pace()
        self.stale = False
        self._workspace = context.workspace
        self._settings = dict(context.settings)
        self._focused = ""
        if context.workspace is not None:
            context.workspace.selection_changed.connect(self._on_selected)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.caption = _Caption(self)
        self.header = QHBoxLayout()
        self.header.setContentsMargins(10, 2, 4, 0)
        self.header.addStrut(_HEADER_PX)
        self.header.setSpacing(4)
        self.header.addWidget(self.caption, 1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addLayout(self.header)

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while the panel is open: options by probe."""
        return {}

    @property
    def fits(self) -> bool:
        """Whether the drawing has something for it to show, as far as can be told."""
        return True

    def asks(self, what: str) -> str:
        """Return how to get what is not there; ``what`` ends a sentence, as in “to see it”."""
        if self.record.live:
            return "Waiting for the next look at the network"
        if self.record.started is not None:
            return (
                f"Nothing was recorded for this panel while it trained; press Train to see {what}"
            )
        return f"Press Train to see {what}"

    def refresh(self) -> None:
        """Show what the record says now."""
        raise NotImplementedError

    def set_record(self, record: Record) -> None:
        """Show another run."""
        self.record = record
        self.forget()

    def forget(self) -> None:
        """Let go of what belongs to the last record."""

    @property
    def settings(self) -> dict[str, Value]:
        """What was chosen on it."""
        return dict(self._settings)

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was chosen, as after an undo."""
        self._settings = dict(settings)

    def choose(self, name: str, value: Value) -> None:
        """Set something on the panel, to be kept."""
        if name == "block":
            self._focused = ""
        if self._settings.get(name) != value:
            self._settings[name] = value
            self.settings_changed.emit(self.settings)

    def tell_cost(self) -> None:
        """Say on the line above what looking for this panel costs the training."""
        progress = self.record.progress
        known = progress.watching if progress is not None else {}
        shares = [known[probe] for probe in self.wanted if probe in known]
        words = f"Looking for this panel takes {100 * sum(shares):.2g} % of the training's time"
        self.caption.setToolTip(words if shares else "")

    def pick_block(self, ids: Sequence[str]) -> str:
        """Return which of these blocks to show: the one selected on the canvas, else the chosen."""
        wished = (self._focused, self.text("block"))
        return next((id_ for id_ in wished if id_ in ids), next(iter(ids), ""))

    def mark_stale(self) -> None:
        """Ask to be drawn anew though the record has no news."""
        self.stale = True
        self.outdated.emit()

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a setting that is on or off."""
        return bool(self._settings.get(name, default))

    def number(self, name: str, default: float) -> float:
        """Return a setting that is a number."""
        value = self._settings.get(name, default)
        return float(value) if isinstance(value, int | float) else default

    def text(self, name: str, default: str = "") -> str:
        """Return a setting that is text."""
        return str(self._settings.get(name, default))

    def title_of(self, block: str, fallback: str) -> str:
        """Return a block's title as it is on the canvas, else as the run knew it."""
        node = self._workspace.graph.nodes.get(block) if self._workspace else None
        return node.title if node else fallback

    def labels_of(self, role: str) -> tuple[str, ...]:
        """Return the names of the classes, or the symbols, of the first column of a role."""
        return next((tuple(c.labels) for c in self._columns() if c.role == role), ())

    def labels_of_column(self, name: str) -> tuple[str, ...]:
        """Return the symbols of a column of the data; nothing where there is none of that name."""
        return next((tuple(c.labels) for c in self._columns() if c.name == name), ())

    def _columns(self) -> Sequence[Column]:
        if self._workspace is None:
            return ()
        return columns_of(self._workspace.document.experiment.data, self._workspace.catalog)

    def _on_selected(self, selected: frozenset[str]) -> None:
        """Follow what is selected on the canvas, and go back when nothing is."""
        focused = next(iter(selected)) if len(selected) == 1 else ""
        if focused != self._focused:
            self._focused = focused
            self.watch_changed.emit()
            self.mark_stale()

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self.mark_stale()
        super().changeEvent(event)
