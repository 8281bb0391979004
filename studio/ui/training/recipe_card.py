"""FormCard and RecipeCard: one form of the Train page, with or without a choice above it."""

from typing import Literal

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from studio.app.choosing import Part, choose_recipe, params_of, set_training, values_of
from studio.app.workspace import Workspace
from studio.core.params import Value
from studio.core.recipes import Optimizer, Schedule
from studio.ui.widgets.card import Card
from studio.ui.widgets.chooser import Chooser
from studio.ui.widgets.labels import Text
from studio.ui.widgets.param_form import ParamForm

LABEL_PX = 128


class FormCard(Card):
    """The settings of one part of the training."""

    def __init__(self, title: str, part: Part, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._part: Part = part
        self._at = 0
        self._workspace = workspace
        self.form = self._new_form()
        self.add(self.form)

    def show_objective(self, at: int) -> None:
        """Be about the objective at this place."""
        self._at = at

    def refresh(self) -> None:
        """Show what is set now; another recipe brings another form."""
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        if self.form.params != params_of(experiment, self._part, catalog, at=self._at):
            old, self.form = self.form, self._new_form()
            self.replace(old, self.form)
        self.form.set_values(values_of(experiment, self._part, at=self._at))

    def _new_form(self) -> ParamForm:
        experiment = self._workspace.document.experiment
        params = params_of(experiment, self._part, self._workspace.catalog, at=self._at)
        values = values_of(experiment, self._part, at=self._at)
        form = ParamForm(params, values, self, label_px=LABEL_PX)
        form.changed.connect(self._on_changed)
        return form

    @Slot(str, object)
    def _on_changed(self, name: str, value: Value) -> None:
        experiment = self._workspace.document.experiment
        self._workspace.apply(set_training(experiment, self._part, name, value, at=self._at))


class RecipeCard(FormCard):
    """A choice, what it means, and its settings."""

    def __init__(
        self,
        title: str,
        part: Literal["optimizer", "schedule"],
        workspace: Workspace,
        parent: QWidget,
    ) -> None:
        super().__init__(title, part, workspace, parent)
        self._recipe: Literal["optimizer", "schedule"] = part
        titles = {kind: recipe.title for kind, recipe in self._known().items()}
        self.chooser = Chooser(title, titles, self)
        self.chooser.kind_chosen.connect(self._on_chosen)
        self._formula = Text("", self, "code")
        self._help = Text("", self, "small")
        for place, part_ in enumerate((self.chooser, self._help, self._formula), 1):
            self.insert(place, part_)

    def refresh(self) -> None:
        """Show what is chosen and set now."""
        super().refresh()
        objective = self._workspace.document.experiment.training.objectives[self._at]
        kind = (objective.optimizer if self._recipe == "optimizer" else objective.schedule).kind
        recipe = self._known().get(kind)
        self.chooser.show_kind(kind)
        self._formula.say(recipe.formula if recipe else "")
        self._help.say(recipe.help if recipe else f"{kind} is not installed; choose another")

    def _known(self) -> dict[str, Optimizer] | dict[str, Schedule]:
        catalog = self._workspace.catalog
        return catalog.optimizers if self._recipe == "optimizer" else catalog.schedules

    @Slot(str)
    def _on_chosen(self, kind: str) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        edit = choose_recipe(experiment, self._recipe, kind, catalog, at=self._at)
        self._workspace.apply(edit)
