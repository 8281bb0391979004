"""Case: one run with its drawing, and the questions that several rules ask of it."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from studio.core.catalog import Catalog
from studio.core.check import Checked, check
from studio.core.experiment import TRAINING, Experiment, Objective
from studio.core.graph import Node
from studio.core.params import Params, complete
from studio.runs.events import Started
from studio.runs.record import Record

from .anatomy import Layer, learns, node_at, plain
from .expected import Expected, expected_loss
from .figures import Checks, Floats, Ints, medians, pieces

LOSS = "train/loss"
EPOCHS = 5
"""So many epochs are looks enough; a shorter run is cut into pieces of its steps."""

PIECES, WIDTH = 20, 10
"""Into how many pieces a planned run is cut then, and how many steps one has at least."""

MOST, SPARE = 64, 8
"""So many looks at rows are enough for a whole run; for one of the last, so many may be empty."""

EARLY = 0.3
"""The share of the planned epochs before which no judgement of the fit is made (AutoTrainer)."""


class Case:
    """What rules look at. Nothing in it changes; a later look is another case."""

    def __init__(self, record: Record, experiment: Experiment, catalog: Catalog) -> None:
        self.record = record
        self.experiment = experiment
        self.catalog = catalog

    @cached_property
    def checked(self) -> Checked:
        """Shapes and counts of the drawing."""
        return check(self.experiment, self.catalog)

    @property
    def started(self) -> Started | None:
        """What the run told of itself first."""
        return self.record.started

    @cached_property
    def expected(self) -> Expected | None:
        """What the loss is while the network knows nothing; None where no theory says it."""
        targets = self.started.targets if self.started else ()
        return expected_loss(self.experiment, self.checked, targets)

    # The loss

    @cached_property
    def losses(self) -> Checks:
        """The training loss, a number for each look; empty while there are too few."""
        epochs = [one for one in self.record.epochs if LOSS in one.values]
        finite = [one for one in epochs if np.isfinite(one.values[LOSS])]
        if len(finite) >= EPOCHS:
            steps = np.array([one.step for one in finite], np.int64)
            return Checks(steps, np.array([one.values[LOSS] for one in finite]))
        return self._cut(LOSS)

    def _cut(self, name: str) -> Checks:
        series = self.record.series.get(name)
        if series is None or not len(series):
            return Checks(np.zeros(0, np.int64), np.zeros(0))
        finite = np.isfinite(series.values)
        width = max(self.steps_planned // PIECES, WIDTH)
        return pieces(series.steps[finite], np.asarray(series.values[finite], np.float64), width)

    @cached_property
    def first_loss(self) -> float | None:
        """The loss of the first batch, before anything was learnt; None where it is not known."""
        series = self.record.series.get(LOSS)
        if series is None or not len(series) or series.steps[0] != 1:
            return None
        return float(series.values[0])

    @property
    def ignorance(self) -> float | None:
        """The loss of the best constant answer, else the first loss: who is there knows nothing."""
        if self.expected is not None:
            return self.expected.constant
        return self.first_loss

    def ignorant(self, share: float) -> bool:
        """Whether the loss never came below this share of what ignorance costs."""
        level = self.ignorance
        if level is None or level <= 0 or not len(self.losses):
            return False
        return self.losses.least > share * level

    # Epochs

    def metric(self, name: str) -> Floats:
        """Return the values of an epoch mean such as ``validation/accuracy``; NaN where missing."""
        values = [one.values.get(name, np.nan) for one in self.record.epochs]
        return np.array(values, np.float64)

    @property
    def steps_of_epochs(self) -> Ints:
        """The last step of each epoch."""
        return np.array([one.step for one in self.record.epochs], np.int64)

    @property
    def epochs_planned(self) -> int:
        """How many epochs were asked for."""
        return self.started.epochs if self.started else 0

    @property
    def steps_planned(self) -> int:
        """How many steps were asked for."""
        return self.started.epochs * self.started.steps_per_epoch if self.started else 0

    @property
    def settled(self) -> bool:
        """Whether enough of the run is done to judge how it fits."""
        done = len(self.record.epochs)
        return self.record.ended is not None or done >= EARLY * self.epochs_planned

    def samples(self, part: str) -> int:
        """Return how many samples a part has."""
        return self.started.samples.get(part, 0) if self.started else 0

    # Layers

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The blocks with weights, in the order of the program."""
        told = self.started.layers if self.started else ()
        return tuple(
            Layer(
                place,
                path,
                title,
                node.kind if (node := self.node(path)) else "",
                learns(self.experiment, path),
            )
            for place, (path, title) in enumerate(told)
        )

    @cached_property
    def plain_learning(self) -> bool:
        """Whether one objective updates all blocks, so that layers can be held against others."""
        objectives = self.experiment.training.objectives
        kinds = {node.kind for node in self.experiment.graph.nodes.values()}
        return (
            len(objectives) == 1
            and not objectives[0].blocks
            and not kinds & {"nn.stop_gradient", "nn.gradient_reversal", "nn.vector_quantize"}
        )

    def node(self, path: str) -> Node | None:
        """Return a block of the drawing by the record's path."""
        return node_at(self.experiment, path)

    def title(self, path: str) -> str:
        """Return what a block is called, in the drawing, or in the record where it lies deeper."""
        told = dict(self.started.layers if self.started else ())
        node = self.node(path)
        if path in told and (node is None or "/" in path):
            return told[path]
        return node.title if node else plain(path).rpartition("/")[2]

    def parameters(self, path: str) -> int:
        """Return how many numbers a block learns."""
        facts = self.checked.at(plain(path))
        return facts.trainable if facts else 0

    def rows(self, name: str, looks: int = 0) -> tuple[Ints, Floats]:
        """Return the steps of the looks and looks × layers: medians of rows of this name.

        The looks are those of the loss; with ``looks`` only so many at the end, else at most
        ``MOST`` that are spread over the run. Those without a row are left out.
        """
        grid = self.record.layers.get(name)
        steps = self.losses.steps
        if grid is None or not len(steps) or grid.layers != len(self.layers):
            return np.zeros(0, np.int64), np.zeros((0, len(self.layers)))
        edges = np.concatenate((np.zeros(1, np.int64), steps))
        if looks:
            edges = edges[-SPARE * looks - 1 :]
        elif len(steps) > MOST:
            edges = edges[np.linspace(0, len(steps), MOST + 1).astype(np.int64)]
        values = medians(grid, edges)
        there = np.isfinite(values).all(axis=1)
        steps, values = edges[1:][there], values[there]
        if len(steps) < looks <= len(grid):
            # A run of a second has few rows, and most of them at its beginning.
            return grid.starts[-looks:], np.asarray(grid.values[-looks:], np.float64)
        return (steps[-looks:], values[-looks:]) if looks else (steps, values)

    # Settings

    @property
    def objective(self) -> Objective:
        """The first objective."""
        return self.experiment.training.objectives[0]

    @cached_property
    def settings(self) -> Params:
        """The settings of the run."""
        return Params(complete(TRAINING, self.experiment.training.settings))

    @cached_property
    def rate(self) -> float:
        """The learning rate as it is set; 0 where the optimiser is unknown."""
        spec = self.catalog.optimizers.get(self.objective.optimizer.kind)
        given = complete(spec.params, self.objective.optimizer.params) if spec else {}
        rate = given.get("lr", 0.0)
        return float(rate) if isinstance(rate, (int, float)) else 0.0

    def titles(self, paths: Sequence[str], most: int = 3) -> str:
        """Return the titles of some blocks as one reads them: ``fc1, fc2 and 3 more``."""
        known = [self.title(path) for path in paths]
        if len(known) <= most:
            return " and ".join([", ".join(known[:-1]), known[-1]]) if known[1:] else known[0]
        return f"{', '.join(known[:most])} and {len(known) - most} more"

    @property
    def optimizer_params(self) -> Mapping[str, object]:
        """What is set on the optimiser, with the defaults."""
        spec = self.catalog.optimizers.get(self.objective.optimizer.kind)
        return complete(spec.params, self.objective.optimizer.params) if spec else {}
