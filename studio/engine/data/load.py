"""Loading samples by the name of their loader, checked against what the source declared."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import DataFault
from studio.runs.lazy import Lazy
from studio.runs.spec import ColumnInfo, DataJob

from .calling import called
from .own import read_own, stamp
from .streaming import Large, Streamed

Arrays = dict[str, NDArray[np.generic]]
Load = Callable[[DataJob], Arrays]

TEST, VALIDATION = MARKS = "test", "validation"
"""The boolean arrays, beside the columns, that mark the samples of official parts."""

_KINDS = {"float": "fiu", "int": "iu", "bool": "b"}
_DTYPES = {"float": np.float32, "int": np.int64, "bool": np.bool_}
_NOUNS = {"f": "real numbers", "i": "whole numbers", "u": "whole numbers", "b": "truth values"}


def load(job: DataJob) -> Arrays:
    """Return the declared columns as float32, int64 or bool, and the marks of official parts.

    Of a person's own file it is the fields as they were read, without the samples that the steps
    leave out: an ``Own``.

    Raises:
        DataFault: the loader failed, or its answer differs from the declaration.
    """
    if job.fields:
        return read_own(job)
    loaded = called(job)
    if not isinstance(loaded, Mapping):
        raise DataFault(f"{job.source}: expected named columns, received {type(loaded).__name__}")
    arrays = {column.name: checked(column, loaded, job.source) for column in job.columns}
    expect_same_length(arrays, job.source)
    count = samples(arrays)
    for part in MARKS:
        if part in loaded and part not in arrays:
            arrays[part] = _marks(loaded[part], part, count=count, source=job.source)
    return arrays


class LastLoaded:
    """Loads like ``load``, but what was loaded last at once: Train follows a look at the data."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = b""
        self._arrays: Arrays = {}

    def __call__(self, job: DataJob) -> Arrays:
        """Return the arrays, which nobody may change."""
        key = _key(job)
        with self._lock:
            if key != self._key:
                self._key, self._arrays = b"", {}
                self._arrays = load(job)
                self._key = key
            return self._arrays


def _key(job: DataJob) -> bytes:
    """Return what the loaded samples depend on, the file as it is on the disk included."""
    dropping = [step for step in job.steps if step.keep]
    columns = () if job.fields else job.columns
    wanted = (job.load, job.params, columns, job.fields, dropping, stamp(job))
    return msgspec.msgpack.encode(wanted)


def samples(arrays: Mapping[str, NDArray[np.generic]]) -> int:
    """Return the number of samples of these columns."""
    return len(next(iter(arrays.values())))


def checked(column: ColumnInfo, loaded: Mapping[str, object], source: str) -> NDArray[np.generic]:
    """Return a column as its declaration says.

    Raises:
        DataFault: it differs from it.
    """
    place = f"{source}, column {column.name}"
    if column.name not in loaded:
        raise DataFault(
            f"{source}: expected a column {column.name}, received only {', '.join(loaded)}"
        )
    given = loaded[column.name]
    large = isinstance(given, (np.memmap, Lazy)) and len(given.shape) > 1
    # A large column is looked at as its rows are read.
    array = cast("NDArray[np.generic]", given) if large else np.asarray(given)
    if array.shape[1:] != column.shape or len(array.shape) == 0:
        raise DataFault(
            f"{place}: expected {_shape(column.shape)} a sample, received {_shape(array.shape[1:])}"
        )
    if array.dtype.kind not in _KINDS[column.dtype]:
        raise DataFault(
            f"{place}: expected {_NOUNS[column.dtype[0]]}, "
            f"received {_NOUNS.get(array.dtype.kind, str(array.dtype))}"
        )
    if large:
        check = partial(_check_range, column=column, place=place)
        streamed = Streamed(cast("Large", given), _DTYPES[column.dtype], check)
        return cast("NDArray[np.generic]", streamed)  # asked for rows and its shape alone
    _check_range(array, None, column, place)
    return np.ascontiguousarray(array, dtype=_DTYPES[column.dtype])


def _check_range(
    array: NDArray[np.generic], rows: NDArray[np.int64] | None, column: ColumnInfo, place: str
) -> None:
    if not array.size:
        return
    if column.dtype == "int" and column.limit is not None:
        low, high = array.min(), array.max()
        if low < 0 or high >= column.limit:
            raise DataFault(
                f"{place}: expected numbers from 0 to {column.limit - 1}, received {low} to {high}"
            )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = int(np.argwhere(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0, 0])
        row = bad if rows is None else rows[bad]
        raise DataFault(f"{place}: expected numbers, received one that is not finite in row {row}")


def expect_same_length(arrays: Arrays, source: str) -> None:
    """Refuse columns of different lengths, and none at all.

    Raises:
        DataFault: naming them.
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise DataFault(f"{source}: expected as many samples in every column, received {told}")
    if not lengths or not samples(arrays):
        raise DataFault(f"{source}: expected at least one sample, received none")


def _marks(marks: object, part: str, *, count: int, source: str) -> NDArray[np.bool_]:
    array = np.asarray(marks)
    if array.dtype.kind != "b" or array.shape != (count,):
        raise DataFault(
            f"{source}: expected a truth value for each of {count:,} samples in {part}, "
            f"received {array.dtype} × {_shape(array.shape)}"
        )
    return array


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "one number"
