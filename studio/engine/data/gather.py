"""Gathering: samples loaded, divided, prepared and checked, ready for a network."""

from dataclasses import dataclass

from studio.runs.spec import DataJob

from .load import Arrays, Load, checked
from .own import Own
from .prepare import Preparation, joined
from .split import Indices, Part, split
from .standardize import standardize


@dataclass(frozen=True, slots=True)
class Gathered:
    """The columns that a network reads and is held to, the rows of each part, and the steps."""

    arrays: Arrays
    parts: dict[Part, Indices]
    preparation: Preparation | None = None
    notes: tuple[str, ...] = ()


def gather(job: DataJob, load: Load) -> Gathered:
    """Load, divide and prepare the samples; nothing is fitted on what is held out.

    Raises:
        DataFault: they cannot be loaded, differ from their declaration, or none are left.
    """
    arrays = load(job)
    parts = split(arrays, job)
    if not isinstance(arrays, Own):
        return Gathered(standardize(arrays, job, parts["train"]), parts)
    preparation, after = Preparation.fit(arrays, job, parts["train"])
    columns = joined(after, job)
    known = {one.name: checked(one, columns, job.source) for one in job.columns}
    return Gathered(known, parts, preparation, arrays.faults)
