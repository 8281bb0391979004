"""Training problems: optimisers and schedules that are not there, and settings that do not fit."""

from collections.abc import Iterator, Mapping

from .catalog import Catalog
from .experiment import OBJECTIVE, SPLIT, TRAINING, Choice, Experiment
from .facts import Checked
from .objective_problems import unfit_objectives
from .params import Param
from .preparing import unfit_samples
from .problems import Problem, refusals


def unfit_beside(experiment: Experiment, catalog: Catalog, checked: Checked) -> Iterator[Problem]:
    """Report what is wrong beside the drawing: with the data, then with the training."""
    yield from unfit_samples(experiment.data, catalog)
    yield from unfit_training(experiment, catalog, checked)


def unfit_training(experiment: Experiment, catalog: Catalog, checked: Checked) -> Iterator[Problem]:
    """Report what of the training cannot be done as it is set, objective by objective.

    A catalog without optimisers, as of blocks alone, knows nothing of training.
    """
    training = experiment.training
    if not catalog.optimizers:
        return
    known = {kind: spec.params for kind, spec in catalog.optimizers.items()}
    factors = {kind: spec.params for kind, spec in catalog.schedules.items()}
    for objective in training.objectives:
        place = "Training" if len(training.objectives) == 1 else f"Objective {objective.name}"
        yield from _unfit_choice(place, "optimiser", objective.optimizer, known)
        yield from _unfit_choice(place, "schedule", objective.schedule, factors)
        for sentence in refusals(OBJECTIVE, objective.settings):
            yield _reset(place, sentence)
    yield from _unfit_objectives(experiment, catalog, checked)
    for sentence in refusals(TRAINING, training.settings):
        yield _reset("Training", sentence)
    for sentence in refusals(SPLIT, experiment.data.split):
        yield _reset("Data", sentence)


def _unfit_objectives(
    experiment: Experiment, catalog: Catalog, checked: Checked
) -> Iterator[Problem]:
    usual = len(experiment.training.objectives) == 1
    first = experiment.training.objectives[0]
    if usual and not (first.losses or first.blocks or first.settings):
        return
    losses = {}
    for id_, node in experiment.graph.nodes.items():
        spec = catalog.block(node.kind)
        if spec is not None and spec.role == "loss":
            losses[id_] = node.title
    yield from unfit_objectives(experiment, losses, checked)


def _unfit_choice(
    place: str, what: str, choice: Choice, known: Mapping[str, tuple[Param, ...]]
) -> Iterator[Problem]:
    if choice.kind not in known:
        yield Problem(
            message=f"{place}: the {what} {choice.kind or 'without a name'} is not installed",
            hint=f"Choose another {what} on the Train page, or install the plug-in that gives it",
        )
        return
    for sentence in refusals(known[choice.kind], choice.params):
        yield _reset(f"{place}: {what} {choice.kind}", sentence)


def _reset(place: str, sentence: str) -> Problem:
    return Problem(message=f"{place}: {sentence}", hint="Reset it to its default")
