"""TrainPage: how the network learns, and what that comes to before it begins."""

from contextlib import suppress

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.app.choosing import learning_rates, steps_per_epoch
from studio.app.trainer import Trainer
from studio.app.workspace import Workspace
from studio.core.document import Diff
from studio.core.errors import CompileError
from studio.core.experiment import TRAINING
from studio.core.params import Params, complete
from studio.core.text import grouped, plural
from studio.ui.widgets.card import Card
from studio.ui.widgets.curve import Curve
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Text

from .live_card import LiveCard
from .objective_card import ObjectiveCard
from .preflight_card import PreflightCard
from .range_card import RangeCard
from .recipe_card import FormCard, RecipeCard
from .size_card import SizeCard


class TrainPage(QScrollArea):
    """Forms on the left, their consequences on the right."""

    def __init__(self, workspace: Workspace, trainer: Trainer, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._trainer = trainer
        page = self._begin_page()
        self.settings = FormCard("Run", "settings", workspace, page)
        self.computing = FormCard("Computing", "computing", workspace, page)
        self.keeping = FormCard("Checkpoints", "keeping", workspace, page)
        self.objectives = ObjectiveCard(workspace, page)
        self.optimizer = RecipeCard("Optimiser", "optimizer", workspace, page)
        self.objective = FormCard("Gradient", "objective", workspace, page)
        self.schedule = RecipeCard("Learning-rate schedule", "schedule", workspace, page)
        self.range = RangeCard(workspace, page)
        self.preflight = PreflightCard(workspace, page)
        self.batch = SizeCard(workspace, page)
        self.live = LiveCard(trainer.live, page)
        self.curve = Curve("epochs", page)
        self.curve.setAccessibleName("Learning rate over the training")
        self.facts = Facts(page)
        self.why_not = Text("", page, "error")
        self._lay_out(page)
        self.setWidget(page)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._follow(workspace, trainer)
        self.refresh()
        if trainer.samples is None:
            self._ask_for_samples()

    def _begin_page(self) -> QWidget:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setObjectName("page-area")
        self.setAccessibleName("Train page")
        page = QWidget(self)
        page.setObjectName("page")
        return page

    def _follow(self, workspace: Workspace, trainer: Trainer) -> None:
        self._soon.timeout.connect(self.refresh)
        self.objectives.chosen.connect(self._on_objective)
        workspace.document.changed.connect(self._on_changed)
        trainer.samples_known.connect(self._on_samples)
        trainer.fork_changed.connect(self._on_fork)

    @property
    def cards(self) -> tuple[FormCard, ...]:
        """The forms, from left to right."""
        of_the_run = self.settings, self.computing, self.keeping
        return (*of_the_run, self.optimizer, self.objective, self.schedule)

    @Slot()
    def refresh(self) -> None:
        """Show the settings as they are now."""
        experiment = self._workspace.document.experiment
        self.objectives.refresh()
        for card in self.cards:
            card.show_objective(self.objectives.at)
            card.refresh()
        self.live.show_objective(self.objectives.at)
        samples = self._trainer.samples
        params = Params(complete(TRAINING, experiment.training.settings))
        catalog = self._workspace.catalog
        points = learning_rates(experiment, catalog, samples, at=self.objectives.at)
        self.curve.show_points(points, x_end=params.whole("epochs"))
        self.why_not.say(self._trainer.why_not)
        each = steps_per_epoch(experiment, samples)
        known = samples is not None
        self.facts.show_rows(
            [
                ("Training samples", grouped(samples) if samples else "Known once data are read"),
                ("Steps an epoch", grouped(each) if known else "Known once data are read"),
                ("Steps in all", grouped(each * params.whole("epochs")) if known else "–"),
                ("Parameters to learn", grouped(self._workspace.checked.parameters)),
                ("Early stopping", _patience(params.whole("early_stopping"))),
                ("First weights", self._first_weights()),
            ]
        )

    def _first_weights(self) -> str:
        fork = self._trainer.fork
        return f"Of {fork[0].name}, step {grouped(fork[1])}" if fork else "Drawn from the seed"

    def _ask_for_samples(self) -> None:
        """Have the data read, so that the plan can say how many steps there are."""
        with suppress(CompileError):  # said by the plan itself
            self._trainer.preview()

    def _lay_out(self, page: QWidget) -> None:
        rate = Card("Learning rate, as planned", page)
        rate.add(self.curve)
        plan = Card("Plan", page)
        plan.add(self.facts)
        plan.add(self.why_not)
        row = QHBoxLayout(page)
        row.setContentsMargins(24, 24, 24, 24)
        row.setSpacing(16)
        for cards in (
            (self.settings, self.preflight, self.computing, self.keeping, plan),
            (self.objectives, self.optimizer, self.objective),
            (self.live, self.schedule, rate, self.range, self.batch),
        ):
            column = QVBoxLayout()
            column.setSpacing(16)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            row.addLayout(column, 1)

    def _on_changed(self, change: Diff) -> None:
        self._soon.start()
        if change.data and self.isVisible():
            self._ask_for_samples()

    def _on_fork(self, _nothing: None) -> None:
        self._soon.start()

    @Slot()
    def _on_objective(self) -> None:
        self._soon.start()

    def _on_samples(self, _samples: int) -> None:
        self._soon.start()


def _patience(epochs: int) -> str:
    return f"After {plural(epochs, 'epoch')} without a gain" if epochs else "Never"
