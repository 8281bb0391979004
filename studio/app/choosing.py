"""Choosing: the edits behind the forms of data and training, and what they lead to."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Literal, TypeAlias

from studio.core.catalog import Catalog
from studio.core.columns import columns_of
from studio.core.edits import Edit, SetTraining
from studio.core.experiment import (
    OBJECTIVE,
    SPLIT,
    TRAINING,
    Choice,
    Data,
    Experiment,
    Objective,
    Training,
)
from studio.core.fitting import choose_data
from studio.core.params import Param, Params, Value, complete
from studio.core.settings import COMPUTING, KEEPING, RUN, TURNS

Part: TypeAlias = Literal["settings", "computing", "keeping", "objective", "optimizer", "schedule"]
_OF_THE_RUN: Mapping[Part, tuple[Param, ...]] = {
    "settings": RUN,
    "computing": COMPUTING,
    "keeping": KEEPING,
}

GUESSED_STEPS = 100
"""Steps of an epoch while nobody knows how many samples there are."""


def set_training(
    experiment: Experiment, part: Part, name: str, value: Value, *, at: int = 0
) -> SetTraining:
    """Return the edit that sets one field of a form of the Train page, of an objective by place."""
    training = experiment.training
    first = training.objectives[at]
    merge = f"training {at} {part} {name}"
    label = f"Set {name.replace('_', ' ')}"
    if part in _OF_THE_RUN:
        settings = {**training.settings, name: value}
        return SetTraining(replace(training, settings=settings), label=label, merge=merge)
    if part == "objective":
        changed = replace(first, settings={**first.settings, name: value})
    elif part == "optimizer":
        changed = replace(first, optimizer=_with(first.optimizer, name, value))
    else:
        changed = replace(first, schedule=_with(first.schedule, name, value))
    return SetTraining(_with_objective(training, at, changed), label=label, merge=merge)


def choose_recipe(
    experiment: Experiment,
    part: Literal["optimizer", "schedule"],
    kind: str,
    catalog: Catalog,
    *,
    at: int = 0,
) -> SetTraining:
    """Return the edit that takes another optimiser or schedule, keeping what both can be told."""
    training = experiment.training
    first = training.objectives[at]
    if part == "optimizer":
        optimizer = _carried(first.optimizer, kind, catalog.optimizers[kind].params)
        changed, title = replace(first, optimizer=optimizer), catalog.optimizers[kind].title
    else:
        schedule = _carried(first.schedule, kind, catalog.schedules[kind].params)
        changed, title = replace(first, schedule=schedule), catalog.schedules[kind].title
    return SetTraining(_with_objective(training, at, changed), label=f"Choose {title}")


def choose_source(experiment: Experiment, kind: str, catalog: Catalog) -> Edit:
    """Return the edit that takes other data, with every input block fitted to them."""
    data = replace(experiment.data, source=Choice(kind))
    edit = choose_data(experiment, data, catalog)
    return replace(edit, label=f"Choose {catalog.sources[kind].title}")


def set_source(experiment: Experiment, name: str, value: Value, catalog: Catalog) -> Edit:
    """Return the edit that sets one parameter of the data, input blocks fitted."""
    data = replace(experiment.data, source=_with(experiment.data.source, name, value))
    edit = choose_data(experiment, data, catalog)
    return replace(edit, label=f"Set {name} of the data", merge=f"data {name}")


def set_split(experiment: Experiment, name: str, value: Value, catalog: Catalog) -> Edit:
    """Return the edit that sets how samples are divided."""
    data = replace(experiment.data, split={**experiment.data.split, name: value})
    edit = choose_data(experiment, data, catalog)
    return replace(edit, label=f"Set {name} of the split", merge=f"split {name}")


def values_of(experiment: Experiment, part: Part, *, at: int = 0) -> Mapping[str, Value]:
    """Return what is set in one form of the Train page."""
    if part in _OF_THE_RUN:
        return experiment.training.settings
    first: Objective = experiment.training.objectives[at]
    return {
        "objective": first.settings,
        "optimizer": first.optimizer.params,
        "schedule": first.schedule.params,
    }[part]


def params_of(
    experiment: Experiment, part: Part, catalog: Catalog, *, at: int = 0
) -> tuple[Param, ...]:
    """Return what can be set in one form of the Train page."""
    first = experiment.training.objectives[at]
    match part:
        case "settings" | "computing" | "keeping":
            return _OF_THE_RUN[part]
        case "objective":
            several = len(experiment.training.objectives) > 1
            return OBJECTIVE if several else tuple(p for p in OBJECTIVE if p not in TURNS)
        case "optimizer":
            optimizer = catalog.optimizers.get(first.optimizer.kind)
            return optimizer.params if optimizer else ()
        case "schedule":
            schedule = catalog.schedules.get(first.schedule.kind)
            return schedule.params if schedule else ()


def split_params(data: Data, catalog: Catalog) -> tuple[Param, ...]:
    """Return what can be set of the division of samples; groups and times are chosen of columns.

    What is set stays among the choices, even if the file has no such column any more.
    """
    kept = str(data.split.get("by", ""))
    names = dict.fromkeys(["", *_dividing(data, catalog), kept])
    return tuple(
        replace(param, choices=tuple(names)) if param.name == "by" else param for param in SPLIT
    )


def _dividing(data: Data, catalog: Catalog) -> list[str]:
    """Return the columns that samples could be divided by: of one value a sample."""
    if not data.fields:
        return [column.name for column in columns_of(data, catalog) if column.shape == ()]
    times = data.split.get("method") == "by time"
    return [
        one.name
        for one in data.fields
        if not one.shape and (one.kind in {"number", "date"} or not times)
    ]


def steps_per_epoch(experiment: Experiment, samples: int | None) -> int:
    """Return how many steps an epoch takes; a guess while ``samples`` is unknown."""
    if samples is None:
        return GUESSED_STEPS
    settings = Params(complete(TRAINING, experiment.training.settings))
    return max(ceil(samples / (settings.whole("batch_size") or samples or 1)), 1)


def learning_rates(
    experiment: Experiment,
    catalog: Catalog,
    samples: int | None,
    *,
    points: int = 240,
    at: int = 0,
) -> list[tuple[float, float]]:
    """Return (epoch, learning rate) over the planned training; empty where a recipe is unknown."""
    first = experiment.training.objectives[at]
    optimizer = catalog.optimizers.get(first.optimizer.kind)
    schedule = catalog.schedules.get(first.schedule.kind)
    if optimizer is None or schedule is None:
        return []
    epochs = Params(complete(TRAINING, experiment.training.settings)).whole("epochs")
    lr = Params(complete(optimizer.params, first.optimizer.params)).real("lr")
    given = {**complete(schedule.params, first.schedule.params), "epochs": epochs}
    each = steps_per_epoch(experiment, samples)
    steps = each * epochs
    places = sorted({round(i * (steps - 1) / max(points - 1, 1)) for i in range(points)})
    return [(step / each, lr * schedule.factor(step, steps, Params(given))) for step in places]


def _with_objective(training: Training, at: int, changed: Objective) -> Training:
    objectives = (*training.objectives[:at], changed, *training.objectives[at + 1 :])
    return replace(training, objectives=objectives)


def _with(choice: Choice, name: str, value: Value) -> Choice:
    return replace(choice, params={**choice.params, name: value})


def _carried(choice: Choice, kind: str, params: tuple[Param, ...]) -> Choice:
    if choice.kind == kind:
        return choice
    names = {param.name for param in params} - {"lr"}  # a good rate is another for each optimiser
    return Choice(kind, {name: value for name, value in choice.params.items() if name in names})
