"""ObjectiveCard: which objectives there are, what each minimises, and which blocks it updates."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from studio.app.objectives import (
    BlockRow,
    LossRow,
    add_objective,
    blocks_of,
    count_loss,
    losses_of,
    remove_objective,
    rename_objective,
    update_blocks,
    warm_loss,
    weigh_loss,
)
from studio.app.workspace import Workspace
from studio.core.edits import SetTraining
from studio.core.graph import NodeId
from studio.core.params import Param, Value
from studio.ui.widgets.card import Card
from studio.ui.widgets.chooser import Chooser
from studio.ui.widgets.fields import LineField
from studio.ui.widgets.labels import Text

_NAME = Param("name", "main", help="Under this name its loss is shown")
_WEIGHT = Param("weight", 1.0, low=0.0, high=1e9, help="What the loss is multiplied with")
_RISE = Param(
    "warm-up",
    0.0,
    low=0.0,
    high=100.0,
    unit="%",
    zero="none",
    help="Over this part of the training the weight rises from 0, as that of a divergence may",
)


class ObjectiveCard(Card):
    """A choice among the objectives, and what the chosen one is; hidden for a single loss.

    ``chosen`` tells that the forms beside it are about another one now.
    """

    chosen = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__("Objective", parent)
        self._workspace = workspace
        self._names: tuple[str, ...] = ()
        self.at = 0
        """The place of the objective that is chosen."""
        self.chooser = Chooser("Objective", {}, self)
        self.add(self.chooser)
        self.name = LineField(_NAME, self)
        self.name.setAccessibleName("Name of the objective")
        self.name.changed.connect(self._on_name)
        self.add(self.name)
        self.losses = _Losses(self)
        self.losses.edited.connect(self._on_loss)
        self.add(Text("Minimises", self, "small"))
        self.add(self.losses)
        self.add(Text("Updates", self, "small"))
        self.blocks = _Blocks(self)
        self.blocks.edited.connect(self._on_blocks)
        self.add(self.blocks)
        self._add_buttons()
        self.add(Text("Optimiser, gradient and schedule are of this one", self, "small"))

    def _add_buttons(self) -> None:
        self.take = QPushButton("Take the selected blocks", self)
        self.take.setToolTip("Update what is selected on the canvas, and nothing else")
        self.take.clicked.connect(self._on_take)
        self.add(self.take)
        self.more = QPushButton("Add objective", self)
        self.more.setToolTip("Another optimiser with losses and blocks of its own, as a GAN has")
        self.more.clicked.connect(self._on_more)
        self.less = QPushButton("Remove", self)
        self.less.setToolTip("Remove this objective")
        self.less.clicked.connect(self._on_less)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addWidget(self.less)
        self.add(row)

    def refresh(self) -> None:
        """Show the objectives as they are now."""
        names = tuple(o.name for o in self._workspace.document.experiment.training.objectives)
        self.at = min(self.at, len(names) - 1)
        if names != self._names:
            self._names = names
            old, titles = self.chooser, {str(at): _label(at, names) for at in range(len(names))}
            self.chooser = Chooser("Objective", titles, self)
            self.chooser.kind_chosen.connect(self._on_chosen)
            self.replace(old, self.chooser)
        self.chooser.show_kind(str(self.at))
        self.chooser.setVisible(len(names) > 1)
        self.less.setVisible(len(names) > 1)
        losses = losses_of(self._workspace, self.at)
        self.name.set_value(names[self.at])
        self.losses.show_rows(losses)
        self.blocks.show_rows(blocks_of(self._workspace, self.at))
        self.setVisible(len(names) > 1 or len(losses) > 1)

    @Slot(str)
    def _on_chosen(self, kind: str) -> None:
        self._go_to(int(kind))

    @Slot(object)
    def _on_name(self, name: Value) -> None:
        if str(name).strip():
            self._workspace.apply(rename_objective(self._workspace, self.at, str(name).strip()))

    @Slot(str, str, object)
    def _on_loss(self, loss: NodeId, what: str, value: bool | float) -> None:
        edit: SetTraining
        if what == "counts":
            edit = count_loss(self._workspace, self.at, loss, on=bool(value))
        elif what == "weight":
            edit = weigh_loss(self._workspace, self.at, loss, float(value))
        else:
            edit = warm_loss(self._workspace, self.at, loss, float(value) / 100)
        self._workspace.apply(edit)

    @Slot(object)
    def _on_blocks(self, blocks: frozenset[NodeId]) -> None:
        self._workspace.apply(update_blocks(self._workspace, self.at, blocks))

    @Slot()
    def _on_take(self) -> None:
        self._on_blocks(self._workspace.selection)

    @Slot()
    def _on_more(self) -> None:
        self._workspace.apply(add_objective(self._workspace))
        self._go_to(len(self._workspace.document.experiment.training.objectives) - 1)

    @Slot()
    def _on_less(self) -> None:
        self._workspace.apply(remove_objective(self._workspace, self.at))
        self._go_to(max(self.at - 1, 0))

    def _go_to(self, at: int) -> None:
        self.at = at
        self.chosen.emit()


class _Losses(QWidget):
    """A row for each loss: whether it counts, how much, and over what share that rises."""

    edited = Signal(str, str, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._titles: tuple[tuple[NodeId, str], ...] = ()
        self.rows: dict[NodeId, tuple[QCheckBox, LineField, LineField]] = {}

    def show_rows(self, rows: tuple[LossRow, ...]) -> None:
        """Show these losses."""
        titles = tuple((row.id, row.title) for row in rows)
        if titles != self._titles:
            self._titles = titles
            _empty(self._grid)
            heads = (Text("Weight", self, "small"), Text("Warm-up, %", self, "small"))
            for column, head in enumerate(heads, 1):
                self._grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
            self.rows = {row.id: self._make(row, place) for place, row in enumerate(rows, 1)}
        for row in rows:
            counts, weight, rise = self.rows[row.id]
            counts.setChecked(row.counts)
            counts.setEnabled(not row.alone)
            weight.set_value(row.weight)
            rise.set_value(round(100 * row.warm_up, 6))
            weight.setEnabled(row.counts)
            rise.setEnabled(row.counts)

    def _make(self, row: LossRow, place: int) -> tuple[QCheckBox, LineField, LineField]:
        counts = QCheckBox(row.title, self)
        counts.setProperty("part", (row.id, "counts"))
        counts.clicked.connect(self._on_edited)
        fields = []
        for param, part in ((_WEIGHT, "weight"), (_RISE, "rise")):
            field = LineField(param, self)
            field.setAccessibleName(f"{row.title}: {param.label}")
            field.setToolTip(param.help)
            field.setFixedWidth(84)
            field.setProperty("part", (row.id, part))
            field.changed.connect(self._on_edited)
            fields.append(field)
        for column, widget in enumerate((counts, *fields)):
            self._grid.addWidget(widget, place, column)
        return counts, fields[0], fields[1]

    @Slot(bool)
    @Slot(object)
    def _on_edited(self, value: bool | float) -> None:
        loss, part = self.sender().property("part")
        self.edited.emit(loss, part, value)


class _Blocks(QWidget):
    """A tick for each block with weights, in two columns."""

    edited = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._titles: tuple[tuple[NodeId, str], ...] = ()
        self.ticks: dict[NodeId, QCheckBox] = {}

    def show_rows(self, rows: tuple[BlockRow, ...]) -> None:
        """Show these blocks."""
        titles = tuple((row.id, row.title) for row in rows)
        if titles != self._titles:
            self._titles = titles
            _empty(self._grid)
            self.ticks = {row.id: QCheckBox(row.title, self) for row in rows}
            for place, tick in enumerate(self.ticks.values()):
                tick.clicked.connect(self._on_ticked)
                self._grid.addWidget(tick, place // 2, place % 2)
        only = sum(row.updated for row in rows) == 1
        for row in rows:
            self.ticks[row.id].setChecked(row.updated)
            self.ticks[row.id].setEnabled(not (only and row.updated))

    @Slot()
    def _on_ticked(self) -> None:
        self.edited.emit(frozenset(id_ for id_, tick in self.ticks.items() if tick.isChecked()))


def _label(at: int, names: tuple[str, ...]) -> str:
    return names[at] if names.count(names[at]) == 1 else f"{names[at]} ({at + 1})"


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.setVisible(False)
            widget.deleteLater()
