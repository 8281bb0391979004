"""data: the chosen data resolved to everything the engine is told of them."""

from collections.abc import Callable
from typing import Literal, TypeAlias, cast

from studio.core.catalog import Catalog
from studio.core.columns import columns_of
from studio.core.errors import CompileError
from studio.core.experiment import SPLIT, Data
from studio.core.params import Params, complete
from studio.core.preparing import Done, prepared
from studio.core.recipes import Source
from studio.runs.spec import ColumnInfo, DataJob, StepJob

Method: TypeAlias = Literal["random", "by groups", "by time", "k-fold"]


def plan_data(data: Data, catalog: Catalog) -> DataJob:
    """Return which samples to load, how to divide and how to prepare them.

    Raises:
        CompileError: no data are chosen, they are not installed, or their file was not read yet.
    """
    source = _source(data, catalog)
    split = Params(complete(SPLIT, data.split))
    return DataJob(
        source=source.title if source.examine else source.id,
        load=source.load,
        params=complete(source.params, data.source.params),
        columns=tuple(
            ColumnInfo(
                name=column.name,
                role=column.role,
                shape=column.shape,
                dtype=column.dtype,
                limit=column.limit,
                labels=column.labels,
            )
            for column in columns_of(data, catalog)
        ),
        standardize=source.standardize,
        stratify=_stratify(data, source) if split.flag("stratified") else "",
        validation=split.real("validation"),
        test=split.real("test"),
        seed=split.whole("seed"),
        lock_test=split.flag("lock_test"),
        method=cast(Method, split.text("method")),
        by=split.text("by"),
        folds=split.whole("folds"),
        fold=split.whole("fold"),
        fields=data.fields if source.examine else (),
        steps=(*(_steps(data, catalog) if source.examine else ()), *_augmenting(data, catalog)),
    )


def name_of(function: Callable[..., object] | None) -> str:
    """Return the name by which the engine finds a function; empty for none."""
    return f"{function.__module__}:{function.__qualname__}" if function else ""


def _source(data: Data, catalog: Catalog) -> Source:
    if not data.source.kind:
        raise CompileError("There are no data to learn from yet: choose some on the Data page")
    if data.source.kind not in catalog.sources:
        raise CompileError(f"The data {data.source.kind} is not installed; choose another")
    source = catalog.sources[data.source.kind]
    if source.examine and not data.fields:
        raise CompileError(f"{source.title}: choose a file on the Data page, or drop it there")
    return source


def _stratify(data: Data, source: Source) -> str:
    classes = (one for one in data.fields if one.role == "target" and one.kind == "category")
    return next((one.name for one in classes), source.stratify)


def _steps(data: Data, catalog: Catalog) -> tuple[StepJob, ...]:
    """Return what drops samples, in order, then what is done to each field."""
    dropping = []
    for wanted in data.steps:
        step = catalog.steps.get(wanted.kind)
        if step is not None and step.keep is not None:
            params = complete(step.params, wanted.params)
            keep = name_of(step.keep)
            dropping.append(StepJob(title=step.title, params=params, keep=keep, on=wanted.on))
    done, _ = prepared(data, catalog.steps)
    return (*dropping, *map(_step, done))


def _augmenting(data: Data, catalog: Catalog) -> tuple[StepJob, ...]:
    """Return what changes training pictures, of shipped data too."""
    pictures = tuple(
        column.name
        for column in columns_of(data, catalog)
        if column.role == "input" and column.dtype == "float" and len(column.shape) == 3
    )
    found = []
    for wanted in data.steps:
        step = catalog.steps.get(wanted.kind)
        if step is not None and step.augment and pictures:
            on = tuple(name for name in wanted.on if name in pictures) or pictures
            params = complete(step.params, wanted.params)
            found.append(StepJob(title=step.title, params=params, augment=step.augment, on=on))
    return tuple(found)


def _step(done: Done) -> StepJob:
    return StepJob(
        title=done.step.title,
        params=dict(done.params),
        before=done.before,
        after=done.after,
        fit=name_of(done.step.fit),
        change=name_of(done.step.change),
        undo=name_of(done.step.undo),
    )
