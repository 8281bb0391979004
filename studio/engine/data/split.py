"""Dividing samples into train, validation and test: by seed, each class in proportion."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import DataFault
from studio.runs.spec import DataJob

from .load import TEST, VALIDATION, Arrays, samples

Part: TypeAlias = Literal["train", "validation", "test"]
Indices: TypeAlias = NDArray[np.int64]

PARTS: tuple[Part, ...] = ("train", "validation", "test")


def split(arrays: Arrays, job: DataJob) -> dict[Part, Indices]:
    """Return the rows of every part, ascending; the same seed gives the same parts.

    Official marks of the test or validation part are kept as they are; its share then does not
    count.

    Raises:
        DataFault: nothing is left to train on.
    """
    random = np.random.default_rng(job.seed)
    rows = np.arange(samples(arrays))
    classes = _classes(arrays, job)
    validation_share = job.validation
    if _is_marked(TEST, arrays, job):
        marked = arrays[TEST].astype(bool)
        test, rest = rows[marked], rows[~marked]
    else:
        test, rest = _take(rows, classes, job.test, random)
        # Both shares are of all the samples.
        validation_share *= len(rows) / max(len(rest), 1)
    if _is_marked(VALIDATION, arrays, job):
        marked = arrays[VALIDATION][rest].astype(bool)
        validation, train = rest[marked], rest[~marked]
    else:
        validation, train = _take(rest, classes, min(validation_share, 1.0), random)
    if not len(train):
        raise DataFault(
            f"{job.source}: expected samples to train on, received none of {len(rows):,} after "
            f"{len(validation):,} for validation and {len(test):,} for the test. Lower the shares"
        )
    return {"train": train, "validation": validation, "test": test}


def _is_marked(part: str, arrays: Arrays, job: DataJob) -> bool:
    return part in arrays and part not in {column.name for column in job.columns}


def _classes(arrays: Arrays, job: DataJob) -> Indices:
    """Return a class for every sample: all the same when the split is not stratified."""
    column = arrays.get(job.stratify)
    if column is None or column.ndim != 1 or column.dtype.kind not in "iub":
        return np.zeros(samples(arrays), np.int64)
    return np.asarray(column, np.int64)


def _take(
    rows: Indices, classes: Indices, share: float, random: np.random.Generator
) -> tuple[Indices, Indices]:
    """Return a share of the rows and the rest; each class gives its part of it."""
    shuffled = rows[random.permutation(len(rows))]
    names, members = np.unique(classes[shuffled], return_inverse=True)
    exact = np.bincount(members, minlength=len(names)) * share
    quotas = np.floor(exact).astype(np.int64)
    missing = round(len(rows) * share) - int(quotas.sum())
    # Largest remainders first; a stable sort leaves ties in the order of the classes.
    quotas[np.argsort(quotas - exact, kind="stable")[:missing]] += 1
    # A sample's place within its own class, in shuffled order.
    order = np.argsort(members, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(members, minlength=len(names)))[:-1]])
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows)) - starts[members[order]]
    taken = place < quotas[members]
    return np.sort(shuffled[taken]), np.sort(shuffled[~taken])
