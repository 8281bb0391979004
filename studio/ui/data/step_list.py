"""StepList: what is done to the data, in order; every change is one step of undo."""

from functools import partial
from math import prod

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app import own_edits
from studio.app.workspace import Workspace
from studio.core.columns import columns_of
from studio.core.experiment import Preparation
from studio.core.params import Value
from studio.core.preparing import fitting_names, steps_that_fit
from studio.core.recipes import Step
from studio.core.text import plural
from studio.ui.icons import drawn
from studio.ui.theme import tokens
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text
from studio.ui.widgets.param_form import ParamForm

_NOUNS = {"float": "number", "int": "token", "bool": "truth value"}


class StepList(QScrollArea):
    """A card a step, and a button that adds one."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._cards: list[StepCard] = []
        self.setObjectName("page-area")
        self.setAccessibleName("Steps that prepare the data")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._page = page = QWidget(self)
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(8)
        self.add = QPushButton("Add a step", page)
        self.add.setMenu(QMenu(self.add))
        self.add.menu().aboutToShow.connect(self._fill_menu)
        self.result = Text("", page, "muted")
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.result, 1)
        self._column.addLayout(row)
        self._column.addStretch(1)
        self.setWidget(page)

    @property
    def cards(self) -> list["StepCard"]:
        """The cards, in the order of the steps."""
        return self._cards

    def refresh(self) -> None:
        """Show the steps there are now; cards whose step is the same stay."""
        steps = self._workspace.document.experiment.data.steps
        kinds = [card.step.kind for card in self._cards]
        if kinds != [step.kind for step in steps]:
            for card in self._cards:
                self._column.removeWidget(card)
                card.setVisible(False)
                card.deleteLater()
            self._cards = [self._card(place, step) for place, step in enumerate(steps)]
        for place, (card, step) in enumerate(zip(self._cards, steps, strict=True)):
            card.show_step(step, place, len(steps))
        data, catalog = self._workspace.document.experiment.data, self._workspace.catalog
        columns = [
            f"{column.name} ({plural(prod(column.shape), _NOUNS[column.dtype])})"
            for column in columns_of(data, catalog)
            if column.role == "input"
        ]
        self.result.say(f"The network reads {', '.join(columns[:6])}" if columns else "")

    def _card(self, place: int, step: Preparation) -> "StepCard":
        card = StepCard(self._workspace, step, self._page)
        self._column.insertWidget(place + 1, card)
        return card

    @Slot()
    def _fill_menu(self) -> None:
        menu = self.add.menu()
        menu.clear()
        groups: dict[str, list[Step]] = {}
        data, catalog = self._workspace.document.experiment.data, self._workspace.catalog
        read = [column for column in columns_of(data, catalog) if column.role == "input"]
        pictures = any(len(column.shape) == 3 for column in read)
        for step in steps_that_fit(data, catalog.steps, pictures):
            groups.setdefault(step.group or "More", []).append(step)
        for group, steps in groups.items():
            menu.addSection(group)
            for step in steps:
                action = menu.addAction(step.title)
                action.setToolTip(step.help)
                action.triggered.connect(partial(self._add, step.id))
        menu.setToolTipsVisible(True)

    def _add(self, kind: str, _checked: bool = False) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        self._workspace.apply(own_edits.add_step(experiment, kind, catalog))


class StepCard(Card):
    """One step: what it is on, what is set on it, and buttons to move it and take it out."""

    def __init__(self, workspace: Workspace, step: Preparation, parent: QWidget) -> None:
        self._workspace = workspace
        self._declared = workspace.catalog.steps.get(step.kind)
        self.step, self.place = step, 0
        super().__init__(own_edits.title_of(step, workspace.catalog), parent)
        self.columns = QToolButton(self)
        self.columns.setToolTip("The columns it is on")
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.setMenu(QMenu(self.columns))
        self.columns.menu().aboutToShow.connect(self._fill_columns)
        self.up = self._button("arrow-up", "Do it earlier", self._on_up)
        self.down = self._button("arrow-down", "Do it later", self._on_down)
        self.remove = self._button("trash-2", "Take it out", self._on_remove)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(Text(self._declared.help if self._declared else "", self, "small"), 1)
        for button in (self.columns, self.up, self.down, self.remove):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.add(row)
        params = self._declared.params if self._declared else ()
        self.form = ParamForm(params, dict(step.params), self, label_px=124)
        self.form.setMaximumWidth(420)
        self.form.changed.connect(self._on_param)
        self.form.setVisible(bool(params))
        self.add(self.form)

    def show_step(self, step: Preparation, place: int, count: int) -> None:
        """Show the step as it is now, at its place among so many."""
        self.step, self.place = step, place
        self.form.set_values(dict(step.params))
        self.up.setEnabled(place > 0)
        self.down.setEnabled(place < count - 1)
        self.columns.setText(self._words() + " ▾")
        self.columns.setVisible(self._declared is not None)

    def _words(self) -> str:
        if not self.step.on:
            return "all that fit"
        more = f" and {len(self.step.on) - 2} more" if len(self.step.on) > 2 else ""
        return ", ".join(self.step.on[:2]) + more

    def _button(self, icon: str, words: str, then: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(drawn(icon, tokens(self).muted, 28))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(then)
        return button

    @Slot()
    def _fill_columns(self) -> None:
        menu = self.columns.menu()
        menu.clear()
        everything = menu.addAction("All that fit")
        everything.setCheckable(True)
        everything.setChecked(not self.step.on)
        everything.triggered.connect(partial(self._choose, ()))
        menu.addSeparator()
        data, catalog = self._workspace.document.experiment.data, self._workspace.catalog
        for name in fitting_names(data, catalog.steps, self.place)[:200]:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name in self.step.on)
            on = tuple(other for other in self.step.on if other != name)
            action.triggered.connect(
                partial(self._choose, on if name in self.step.on else (*self.step.on, name))
            )

    def _choose(self, on: tuple[str, ...], _checked: bool = False) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        edit = own_edits.set_step_columns(experiment, self.place, on, catalog)
        self._workspace.apply(edit)

    @Slot(str, object)
    def _on_param(self, name: str, value: Value) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        edit = own_edits.set_step(experiment, self.place, name, value, catalog)
        self._workspace.apply(edit)

    @Slot()
    def _on_up(self) -> None:
        self._move(-1)

    @Slot()
    def _on_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        self._workspace.apply(own_edits.move_step(experiment, self.place, by, catalog))

    @Slot()
    def _on_remove(self) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        self._workspace.apply(own_edits.remove_step(experiment, self.place, catalog))
