"""preparing: the steps of an experiment, field by field, and what the fields become by them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .catalog import Catalog
from .experiment import Data, Preparation
from .fields import Field, columns_in, unready
from .params import Params, Value, complete
from .problems import Problem, refusals, unfit_data
from .recipes import Column, Step

Steps = Mapping[str, Step]


@dataclass(frozen=True, slots=True)
class Done:
    """One step on one field: what it was before, and what it is after it."""

    step: Step
    params: Mapping[str, Value]
    before: Field
    after: Field
    place: int
    """Of the step in the list of the experiment."""


def prepared(data: Data, steps: Steps) -> tuple[list[Done], tuple[Field, ...]]:
    """Return what is done to which field, in order, and the fields as they are in the end.

    Steps that are not installed, and fields that a step does not fit, are passed over;
    ``unfit_steps`` names them.
    """
    done: list[Done] = []
    fields = {one.name: one for one in data.fields}
    for place, wanted in enumerate(data.steps):
        step = steps.get(wanted.kind)
        if step is None or step.keep is not None or step.augment:
            continue
        params = complete(step.params, wanted.params)
        for name in _names(wanted, step, fields, params):
            after = step.gives(fields[name], Params(params))
            if after is not None:
                done.append(Done(step, params, fields[name], after, place))
                fields[name] = after
    return done, tuple(fields.values())


def _names(
    wanted: Preparation, step: Step, fields: Mapping[str, Field], params: Mapping[str, Value]
) -> list[str]:
    """Return the fields a step is meant for; without names, all inputs that it fits."""
    if wanted.on:
        return [name for name in wanted.on if name in fields and fields[name].role != "none"]
    given = Params(params)
    return [
        one.name
        for one in fields.values()
        if one.role == "input" and step.gives(one, given) is not None
    ]


def fitting_names(data: Data, steps: Steps, place: int) -> list[str]:
    """Return the fields that the step at a place could be on, targets included."""
    wanted = data.steps[place]
    step = steps[wanted.kind]
    before = Data(data.source, data.split, data.fields, data.steps[:place])
    fields = prepared(before, steps)[1]
    if step.keep is not None:
        return [one.name for one in fields if one.role != "none"]
    params = Params(complete(step.params, wanted.params))
    return [
        one.name for one in fields if one.role != "none" and step.gives(one, params) is not None
    ]


def steps_that_fit(data: Data, steps: Steps, pictures: bool) -> list[Step]:
    """Return the steps that would do something at the end of the list.

    ``pictures`` tells whether the data, shipped or a person's own, have pictures to augment.
    """
    fields = [one for one in prepared(data, steps)[1] if one.role != "none"]
    plain = any(not one.shape for one in data.fields)
    found = []
    for step in steps.values():
        params = Params(complete(step.params, {}))
        if step.augment:
            fits = pictures
        elif step.keep is not None:
            fits = plain
        else:
            fits = any(step.gives(one, params) is not None for one in fields)
        if fits:
            found.append(step)
    return found


def prepared_columns(data: Data, steps: Steps) -> tuple[Column, ...]:
    """Return the tensors that a person's own data give after all steps."""
    return columns_in(prepared(data, steps)[1])


def unfit_samples(data: Data, catalog: Catalog) -> Iterator[Problem]:
    """Report what is wrong with the data, as far as it is known without reading them."""
    yield from unfit_data(data, catalog)
    source = catalog.sources.get(data.source.kind)
    if source is None or not source.examine:
        return
    if not data.fields:
        yield Problem(
            message=f"{source.title}: no file was read yet",
            hint="Choose one on the Data page, or drop it on the window",
        )
    yield from unfit_steps(data, catalog.steps)


def unfit_steps(data: Data, steps: Steps) -> Iterator[Problem]:
    """Report steps that are not installed or fit no field, and fields that are no numbers yet."""
    done, fields = prepared(data, steps)
    useful = {one.place for one in done}
    for place, wanted in enumerate(data.steps):
        step = steps.get(wanted.kind)
        if step is None:
            yield Problem(
                message=f"The step {wanted.kind} is not installed",
                hint="Take it out on the Data page, or install the plug-in that gives it",
            )
            continue
        for sentence in refusals(step.params, wanted.params):
            yield Problem(message=f"{step.title}: {sentence}", hint="Reset it to its default")
        if not (step.keep or step.augment or place in useful):
            yield Problem(
                message=f"{step.title}: there is no column left that it fits",
                hint="Take it out on the Data page, or choose other columns for it",
                level="warning",
            )
    yield from _unready(fields)


def _unready(fields: Sequence[Field]) -> Iterator[Problem]:
    ways = {
        "text": "add Words as numbers or TF-IDF to it",
        "date": "add Parts of a date to it",
    }
    for one in unready(fields):
        yield Problem(
            message=f"The column {one.name} is {'a ' * (one.kind == 'date')}{one.kind}, "
            "which no network reads as it is",
            hint=f"On the Data page, {ways[one.kind]}, or leave the column out",
        )
    if fields and not any(one.role == "input" for one in fields):
        yield Problem(
            message="None of the columns is an input",
            hint="Choose on the Data page what the network is to read",
        )
