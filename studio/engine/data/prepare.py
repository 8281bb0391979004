"""Preparing: steps fitted on the training part, done to every part, kept for what comes later."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.core.errors import FileError
from studio.core.fields import Field, Loaded, features_name
from studio.core.fileio import write_whole
from studio.core.params import Params
from studio.engine.faults import DataFault
from studio.runs.arrays import array_from_numpy, array_to_numpy
from studio.runs.spec import Array, DataJob, StepJob, Struct

from .own import Own, step_called

PREPARATION = "preparation.msgpack"
"""The file beside the weights of a run in which its fitted steps lie."""

Values = NDArray[np.generic]
Fitted = dict[str, "Values | list[str]"]


class Kept(Struct, frozen=True, kw_only=True):
    """The fitted steps of a run, as they are written."""

    job: DataJob
    fitted: tuple[dict[str, Array | tuple[str, ...]], ...]


class Preparation:
    """The steps of some data with what they learned of the training part."""

    def __init__(self, job: DataJob, fitted: Sequence[Fitted]) -> None:
        self.job = job
        self._fitted = list(fitted)

    @classmethod
    def fit(cls, own: Own, job: DataJob, train: NDArray[np.int64]) -> tuple["Preparation", Own]:
        """Return the steps fitted on these rows, and the fields after all of them.

        Raises:
            DataFault: a step failed.
        """
        fitted: list[Fitted] = []
        values: dict[str, Values] = dict(own)
        for step in _changing(job):
            name, params = step.before.name, Params(step.params)
            known: Fitted = {}
            if step.fit:
                part = values[name][train]
                known = step_called(step.fit, step.title, part, params, step.before)
            fitted.append(known)
            values[name] = _changed(values[name], known, step)
        own = _alike(own, values)
        return cls(job, fitted), own

    def apply(self, own: Own) -> Own:
        """Return other samples after the same steps, nothing fitted.

        Raises:
            DataFault: a step failed.
        """
        values: dict[str, Values] = dict(own)
        for step, known in zip(_changing(self.job), self._fitted, strict=True):
            if step.before.name in values:
                values[step.before.name] = _changed(values[step.before.name], known, step)
        return _alike(own, values)

    def undo(self, name: str, values: Values) -> Values:
        """Return what is said of a target in the target's own unit."""
        steps = list(zip(_changing(self.job), self._fitted, strict=True))
        for step, known in reversed(steps):
            if step.before.name == name and step.undo:
                field, params = step.before, Params(step.params)
                values = step_called(step.undo, step.title, values, known, params, field)
        return values

    @property
    def steps(self) -> list[tuple[StepJob, Fitted]]:
        """The steps that change fields, in order, each with what it learned."""
        return list(zip(_changing(self.job), self._fitted, strict=True))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields after all steps."""
        return fields_after(self.job)

    def vocabulary(self, name: str) -> tuple[str, ...]:
        """Return the tokens that a step found in a field; none where there was no such step."""
        for step, known in zip(_changing(self.job), self._fitted, strict=True):
            if step.before.name == name and "tokens" in known:
                return tuple(str(token) for token in known["tokens"])
        return ()

    def save(self, folder: Path) -> None:
        """Write the fitted steps beside the weights of a run.

        Raises:
            FileError: the folder cannot be written.
        """
        write_whole(folder / PREPARATION, self.packed())

    def packed(self) -> bytes:
        """Return the fitted steps as bytes."""
        fitted = tuple(
            {
                name: tuple(map(str, value))
                if isinstance(value, (list, tuple))
                else array_from_numpy(np.asarray(value))
                for name, value in one.items()
            }
            for one in self._fitted
        )
        return msgspec.msgpack.encode(Kept(job=self.job, fitted=fitted))


def read_preparation(folder: Path) -> Preparation:
    """Return the fitted steps of a run.

    Raises:
        FileError: it has none, or they are broken.
    """
    try:
        kept = msgspec.msgpack.decode((folder / PREPARATION).read_bytes(), type=Kept)
    except OSError:
        raise FileError(f"{folder.name} keeps no fitted steps; train it again") from None
    except msgspec.MsgspecError as error:
        raise FileError(f"{folder.name}: its fitted steps cannot be read: {error}") from None
    fitted: list[Fitted] = [
        {
            name: array_to_numpy(value) if isinstance(value, Array) else list(value)
            for name, value in one.items()
        }
        for one in kept.fitted
    ]
    return Preparation(kept.job, fitted)


def fields_after(job: DataJob) -> tuple[Field, ...]:
    """Return the fields of the data after all steps."""
    fields = {one.name: one for one in job.fields}
    for step in _changing(job):
        fields[step.before.name] = step.after
    return tuple(fields.values())


def joined(own: Own, job: DataJob, *, targets: bool = True) -> dict[str, Values]:
    """Return the columns that a network reads: numbers side by side, everything else alone.

    Raises:
        DataFault: a value is missing, or is no class that is known; it says where.
    """
    fields = [one for one in fields_after(job) if one.role != "none" and one.name in own]
    used = [one for one in fields if targets or one.role == "input"]
    flat = [one for one in used if one.flat]
    alone = [one for one in used if not one.flat]
    columns = {one.name: _alone(own, one, job) for one in alone}
    if flat:
        name = features_name(
            one for one in fields_after(job) if not one.flat and one.role != "none"
        )
        columns[name] = _side_by_side(own, flat, job)
    return columns


def _side_by_side(own: Own, flat: Sequence[Field], job: DataJob) -> Values:
    count = len(next(iter(own.values())))
    found = np.empty((count, sum(one.size for one in flat)), np.float32)
    at = 0
    for one in flat:
        found[:, at : at + one.size] = np.asarray(own[one.name]).reshape(count, -1)
        _expect_numbers(found[:, at : at + one.size], own, one, job)
        at += one.size
    return found


def _alone(own: Own, one: Field, job: DataJob) -> Values:
    values: NDArray[Any] = own[one.name]
    if one.kind == "category" and one.role == "input":
        known = (values >= 0) & (values < len(one.labels))
        return np.where(known, values, len(one.labels))[:, np.newaxis]
    if one.kind == "category":
        bad = np.flatnonzero((values < 0) | (values >= len(one.labels)))
        if len(bad):
            raise DataFault(_missing(own, one, job, int(bad[0])))
        return values
    if one.kind in {"text", "date"}:
        raise DataFault(
            f"{job.source}: {one.name} is a {one.kind}, which no network reads as it is. Add a "
            "step on the Data page, or leave the column out"
        )
    if one.kind == "number":
        plain = np.asarray(values)
        if plain.ndim == 1:
            plain = plain[:, np.newaxis]
        _expect_numbers(plain, own, one, job)
        return plain
    return values


def _expect_numbers(values: Values, own: Own, one: Field, job: DataJob) -> None:
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return
    rows = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    raise DataFault(_missing(own, one, job, int(rows[0]), len(rows)))


def _missing(own: Own, one: Field, job: DataJob, row: int, count: int = 1) -> str:
    way_out = (
        "add Leave out incomplete rows on the Data page"
        if one.role == "target"
        else "add Fill in missing values on the Data page"
    )
    more = f" and {count - 1:,} more" if count > 1 else ""
    return f"{job.source}, {own.where(row)}{more}: {one.name} is missing. Correct it, or {way_out}"


def _changing(job: DataJob) -> list[StepJob]:
    return [step for step in job.steps if not step.keep and not step.augment]


def _changed(values: Values, known: Mapping[str, Any], step: StepJob) -> Values:
    if not step.change:
        return values
    params = Params(step.params)
    changed: Values = step_called(step.change, step.title, values, known, params, step.before)
    return changed


def _alike(own: Own, values: Mapping[str, Values]) -> Own:
    return Own(values, Loaded({}, own.notes, own.lines, own.unit))
