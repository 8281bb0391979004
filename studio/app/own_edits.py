"""Edits of a person's own data: what columns are used for, and the list of steps."""

from dataclasses import replace

from studio.core.catalog import Catalog
from studio.core.edits import SetData
from studio.core.experiment import Data, Experiment, Preparation
from studio.core.fields import Field, FieldRole
from studio.core.fitting import choose_data
from studio.core.params import Value


def set_role(experiment: Experiment, name: str, role: FieldRole, catalog: Catalog) -> SetData:
    """Return the edit that uses a column for something; a new target takes the place of the old."""
    data = experiment.data
    fields = tuple(_with_role(one, name, role) for one in data.fields)
    steps = tuple(
        _without(step, name) if role != "target" else step
        for step in data.steps
        if not (step.on == (name,) and role == "none")
    )
    if role == "target":
        steps = _for_target(steps, next(one for one in fields if one.name == name), data)
    changed = replace(data, fields=fields, steps=steps)
    words = {"input": f"Read {name}", "target": f"Learn {name}", "none": f"Leave out {name}"}
    return _edit(experiment, changed, catalog, words[role])


def _with_role(one: Field, name: str, role: FieldRole) -> Field:
    if one.name == name:
        return replace(one, role=role)
    return replace(one, role="input") if role == "target" and one.role == "target" else one


def _without(step: Preparation, name: str) -> Preparation:
    return (
        replace(step, on=tuple(other for other in step.on if other != name))
        if (len(step.on) > 1)
        else step
    )


def _for_target(
    steps: tuple[Preparation, ...], target: Field, data: Data
) -> tuple[Preparation, ...]:
    """Return the steps with the scaling of the old target on the new one, if it is a number."""
    old = {one.name for one in data.fields if one.role == "target"}
    kept = tuple(step for step in steps if not (step.on and set(step.on) <= old))
    if target.kind == "number":
        return (*kept, Preparation("standardize", (target.name,)))
    return kept


def take_fields(
    experiment: Experiment, fields: tuple[Field, ...], catalog: Catalog, label: str
) -> SetData:
    """Return the edit that takes these columns, as after another look into the file."""
    return _edit(experiment, replace(experiment.data, fields=fields), catalog, label)


def kept_roles(found: tuple[Field, ...], known: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return columns as they were found again, used for what they were used for before."""
    roles = {one.name: one.role for one in known}
    if not roles.keys() & {one.name for one in found}:
        return found
    return tuple(replace(one, role=roles.get(one.name, one.role)) for one in found)


def add_step(experiment: Experiment, kind: str, catalog: Catalog) -> SetData:
    """Return the edit that adds a step at the end of the list."""
    return put_step(experiment, Preparation(kind), catalog)


FIRST = ("drop_missing", "drop_repeated", "fill_missing", "clip")
"""Steps that clean: they come before those that scale and take apart."""


def put_step(experiment: Experiment, step: Preparation, catalog: Catalog) -> SetData:
    """Return the edit that puts a step where it belongs: what cleans goes before all else."""
    steps = experiment.data.steps
    place = len(steps)
    if step.kind in FIRST:
        rank = FIRST.index(step.kind)
        ahead = [one.kind in FIRST and FIRST.index(one.kind) <= rank for one in steps]
        place = next((at for at, before in enumerate(ahead) if not before), len(steps))
    changed = (*steps[:place], step, *steps[place:])
    return _steps(experiment, changed, catalog, f"Add {title_of(step, catalog)}")


def remove_step(experiment: Experiment, place: int, catalog: Catalog) -> SetData:
    """Return the edit that takes a step out."""
    steps = experiment.data.steps
    title = title_of(steps[place], catalog)
    return _steps(experiment, (*steps[:place], *steps[place + 1 :]), catalog, f"Remove {title}")


def move_step(experiment: Experiment, place: int, by: int, catalog: Catalog) -> SetData:
    """Return the edit that does a step earlier or later."""
    steps = list(experiment.data.steps)
    to = min(max(place + by, 0), len(steps) - 1)
    steps.insert(to, steps.pop(place))
    return _steps(experiment, tuple(steps), catalog, f"Move {title_of(steps[to], catalog)}")


def set_step(
    experiment: Experiment, place: int, name: str, value: Value, catalog: Catalog
) -> SetData:
    """Return the edit that sets a parameter of a step."""
    steps = experiment.data.steps
    step = replace(steps[place], params={**steps[place].params, name: value})
    label = f"Set {name.replace('_', ' ')}"
    changed = (*steps[:place], step, *steps[place + 1 :])
    return _steps(experiment, changed, catalog, label, merge=f"step {place} {name}")


def set_step_columns(
    experiment: Experiment, place: int, on: tuple[str, ...], catalog: Catalog
) -> SetData:
    """Return the edit that says which columns a step is on; none for all it fits."""
    steps = experiment.data.steps
    changed = (*steps[:place], replace(steps[place], on=on), *steps[place + 1 :])
    title = title_of(steps[place], catalog)
    return _steps(experiment, changed, catalog, f"Choose columns for {title}")


def title_of(step: Preparation, catalog: Catalog) -> str:
    """Return what a step is called."""
    known = catalog.steps.get(step.kind)
    return known.title if known else step.kind


def _steps(
    experiment: Experiment,
    steps: tuple[Preparation, ...],
    catalog: Catalog,
    label: str,
    *,
    merge: str = "",
) -> SetData:
    data = replace(experiment.data, steps=steps)
    return _edit(experiment, data, catalog, label, merge=merge)


def _edit(
    experiment: Experiment, data: Data, catalog: Catalog, label: str, *, merge: str = ""
) -> SetData:
    edit = choose_data(experiment, data, catalog)
    return replace(edit, label=label, merge=merge)
