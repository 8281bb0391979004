"""Ways to divide samples: each class in proportion, whole groups, in order of time, in folds."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import DataFault
from studio.runs.spec import DataJob

Part: TypeAlias = Literal["train", "validation", "test"]
Indices: TypeAlias = NDArray[np.int64]
Arrays: TypeAlias = Mapping[str, NDArray[np.generic]]

PARTS: tuple[Part, ...] = ("train", "validation", "test")


def by_method(arrays: Arrays, job: DataJob, count: int) -> dict[Part, Indices]:
    """Return the rows of every part, ascending.

    Raises:
        DataFault: the column to divide by is not there, or cannot tell groups or times.
    """
    match job.method:
        case "by groups":
            return _by_groups(_column(arrays, job), job)
        case "by time":
            return _by_time(_column(arrays, job), job)
        case _:
            return _in_folds(arrays, job, count)


def classes_of(arrays: Arrays, job: DataJob) -> Indices:
    """Return a class for every sample: all the same when the split is not stratified."""
    column = arrays.get(job.stratify)
    if column is None or column.ndim != 1 or column.dtype.kind not in "iub":
        return np.zeros(len(next(iter(arrays.values()))), np.int64)
    return np.asarray(column, np.int64)


def take(
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
    place = _place_in_class(members, len(names))
    taken = place < quotas[members]
    return np.sort(shuffled[taken]), np.sort(shuffled[~taken])


def _place_in_class(members: Indices, classes: int) -> Indices:
    """Return which of its class each sample is, in order."""
    order = np.argsort(members, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(members, minlength=classes))[:-1]])
    place = np.empty(len(members), np.int64)
    place[order] = np.arange(len(members)) - starts[members[order]]
    return place


def _column(arrays: Arrays, job: DataJob) -> NDArray[np.generic]:
    column = arrays.get(job.by)
    if column is None or column.ndim != 1:
        said = f"none of the name {job.by}" if job.by else "no name"
        raise DataFault(
            f"{job.source}: expected a column to divide {job.method}, received {said}. Choose it "
            "on the Data page, under Division"
        )
    return column


def _by_groups(column: NDArray[np.generic], job: DataJob) -> dict[Part, Indices]:
    """Give whole groups to the test and to validation until each has its share."""
    names, members = np.unique(column.astype(str), return_inverse=True)
    if len(names) < 3:
        raise DataFault(
            f"{job.source}: expected at least three groups in {job.by}, received {len(names)}"
        )
    sizes = np.bincount(members)
    part = np.zeros(len(names), np.int64)
    left = {1: job.validation * len(members), 2: job.test * len(members)}
    for group in np.random.default_rng(job.seed).permutation(len(names)):
        for which in (2, 1):
            if left[which] >= sizes[group] / 2:
                part[group] = which
                left[which] -= sizes[group]
                break
    return _parts(part[members])


def _by_time(column: NDArray[np.generic], job: DataJob) -> dict[Part, Indices]:
    """Test on the latest, validate on those before them; equal times stay together."""
    if column.dtype.kind not in "fiuM":
        raise DataFault(
            f"{job.source}: expected dates or numbers in {job.by} to divide by time, received "
            "words. Choose another column"
        )
    gone = np.isnat(column) if column.dtype.kind == "M" else np.isnan(column.astype(np.float64))
    _, when = np.unique(column, return_inverse=True)
    when = np.where(gone, -1, when)  # without a time it can be no later than others
    order = np.sort(when)
    count = len(order)
    last_test = order[min(round(count * (1 - job.test)), count - 1)] if job.test else count
    first = max(round(count * (1 - job.test - job.validation)), 0)
    last_validation = order[first] if job.validation and first < count else count
    part = np.where(when >= last_test, 2, np.where(when >= last_validation, 1, 0))
    return _parts(part)


def _in_folds(arrays: Arrays, job: DataJob, count: int) -> dict[Part, Indices]:
    """Hold out one of several equal parts of what is not for the test."""
    if job.fold > job.folds:
        raise DataFault(
            f"{job.source}: expected one of {job.folds} folds, received {job.fold}. Lower it"
        )
    random, classes = np.random.default_rng(job.seed), classes_of(arrays, job)
    test, rest = take(np.arange(count), classes, job.test, random)
    shuffled = rest[random.permutation(len(rest))]
    _, members = np.unique(classes[shuffled], return_inverse=True)
    # Classes one after another, dealt out in turn: every fold has as many of each, or one more.
    dealt = np.argsort(members, kind="stable")
    fold = np.empty(len(rest), np.int64)
    fold[dealt] = np.arange(len(rest)) % job.folds
    held = fold == job.fold - 1
    return {
        "train": np.sort(shuffled[~held]),
        "validation": np.sort(shuffled[held]),
        "test": test,
    }


def _parts(part: NDArray[np.int64]) -> dict[Part, Indices]:
    return {name: np.flatnonzero(part == place) for place, name in enumerate(PARTS)}
