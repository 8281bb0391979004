"""A person's own file: its fields as they were read, and the samples that steps leave out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from studio.core.fields import Loaded
from studio.core.params import Params
from studio.engine.faults import DataFault, sentence
from studio.runs.spec import DataJob, StepJob

from .calling import called, function_named


class Own(dict[str, NDArray[np.generic]]):
    """The arrays of a person's own file, by field, with what is to be said of them."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]], loaded: Loaded) -> None:
        super().__init__(arrays)
        self.notes = loaded.notes
        self.faults: tuple[str, ...] = ()
        """What is wrong with the file, without what the steps leave out."""
        self.lines = loaded.lines
        self.unit = loaded.unit

    def where(self, row: int) -> str:
        """Return where a sample stands in the file, in words."""
        return f"{self.unit} {int(self.lines[row]) if self.lines is not None else row + 1:,}"


def read_own(job: DataJob) -> Own:
    """Return the fields of a file, without the samples that its steps leave out.

    Raises:
        DataFault: the file cannot be read, or no sample is left.
    """
    loaded = called(job)
    if not isinstance(loaded, Loaded):
        raise DataFault(f"{job.source}: expected fields, received {type(loaded).__name__}")
    gone = [one.name for one in job.fields if one.name not in loaded.columns]
    if gone:
        raise DataFault(f"{job.source}: expected a column {gone[0]}, received none")
    own = Own({one.name: loaded.columns[one.name] for one in job.fields}, loaded)
    lengths = {name: len(array) for name, array in own.items()}
    if len(set(lengths.values())) > 1 or not all(lengths.values()):
        told = ", ".join(f"{name} {length:,}" for name, length in list(lengths.items())[:6])
        raise DataFault(f"{job.source}: expected as many samples in every column, received {told}")
    for step in job.steps:
        if step.keep:
            own = _without(own, step, job)
    own.faults = loaded.notes
    return own


def _without(own: Own, step: StepJob, job: DataJob) -> Own:
    known = {one.name for one in job.fields if one.role != "none"}
    names = [name for name in (step.on or own) if name in (own if step.on else known)]
    if not names:
        return own
    chosen = {name: own[name] for name in names}
    kept = step_called(step.keep, step.title, chosen, Params(step.params))
    count = int(kept.sum())
    if not count:
        raise DataFault(f"{job.source}: {step.title} leaves out every sample. Choose fewer columns")
    if count == len(kept):
        return own
    lines = own.lines if own.lines is not None else np.arange(1, len(kept) + 1)
    left = len(kept) - count
    note = f"{step.title}: {left:,} of {len(kept):,} are left out"
    loaded = Loaded({}, (*own.notes, note), lines[kept], own.unit)
    rows = np.flatnonzero(kept)
    return Own({name: array[rows] for name, array in own.items()}, loaded)


def step_called(name: str, title: str, *arguments: Any) -> Any:
    """Return what a function of a step answers.

    Raises:
        DataFault: it failed, and why.
    """
    try:
        return function_named(name)(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        raise DataFault(f"{title} could not be done: {sentence(error)}") from error


LARGE_BYTES = 64 << 20
GLIMPSE = 50_000


def glimpse(job: DataJob) -> DataJob:
    """Return the data as they are looked at: of a large table the first rows alone."""
    if stamp(job)[0] <= LARGE_BYTES or job.params.get("rows") != 0:
        return job
    return replace(job, params={**job.params, "rows": GLIMPSE})


def stamp(job: DataJob) -> tuple[int, int]:
    """Return size and time of change of the file or folder; zeros where there is none."""
    path = job.params.get("path")
    if not job.fields or not isinstance(path, str) or not path:
        return 0, 0
    try:
        found = Path(path).expanduser().stat()
    except (OSError, ValueError):
        return 0, 0
    return found.st_size, found.st_mtime_ns
