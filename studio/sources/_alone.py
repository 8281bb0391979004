"""Preparing without the studio: copied as text into an exported ``prepare.py``, so NumPy alone.

What it uses of this package is copied with it; columns, steps and what those learned are written
below it.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.api import Field, Params

from ._guess import distinct_names
from ._reader import Reader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.generic]


@dataclass(frozen=True)
class Done:
    """A step on a column, with what it learned of the training part."""

    change: Callable[..., Any] | None
    undo: Callable[..., Any] | None
    fitted: dict[str, Any]
    params: dict[str, Any]
    field: Field


@dataclass(frozen=True)
class Input:
    """An argument of the network: the columns side by side in it, and classes where it has them."""

    name: str
    columns: tuple[str, ...]
    dtype: str
    classes: int = 0


@dataclass(frozen=True)
class Answer:
    """What an output of the network means: classes, or a value that steps were done to."""

    target: str
    place: int
    labels: tuple[str, ...]
    steps: tuple[Done, ...]


def read_rows(path: str, *, encoding: str, delimiter: str, header: bool) -> list[dict[str, str]]:
    """Return the rows of a table as its cells by the names of its columns.

    Raises:
        ValueError: a row has another number of cells than the first.
    """
    with Path(path).open(encoding=encoding, errors="replace", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    first = rows[0][1] if rows else []
    titles = first if header else [f"column {place}" for place in range(1, len(first) + 1)]
    names, _ = distinct_names(titles)
    for line, cells in rows:
        if len(cells) != len(names):
            raise ValueError(f"line {line}: expected {len(names)} cells, found {len(cells)}")
    return [dict(zip(names, cells, strict=True)) for _, cells in rows[header:]]


def cells_of(
    rows: Sequence[Mapping[str, object]], fields: Sequence[Field], *, comma: bool
) -> "dict[str, Values]":
    """Return each column's cells as what they are.

    Raises:
        ValueError: a cell is no such thing, or a column is not there.
    """
    found = {}
    for field in fields:
        gone = [place for place, row in enumerate(rows, 1) if field.name not in row]
        if gone:
            raise ValueError(f"row {gone[0]}: expected a value for {field.name}, found none")
        given = [row[field.name] for row in rows]
        cells = ["" if cell is None else str(cell) for cell in given]
        reader = Reader(field, comma=comma)
        found[field.name], wrong = reader.read(cells)
        if wrong:
            raise ValueError(f"row {wrong[0] + 1}: {reader.complaint(cells[wrong[0]])}")
    return found


def prepared(
    columns: "dict[str, Values]", steps: Sequence[Done], inputs: Sequence[Input]
) -> "tuple[Values, ...]":
    """Return the network's arguments, in order, after all steps.

    Raises:
        ValueError: a value is missing that no step fills in.
    """
    values = dict(columns)
    for step in steps:
        if step.change is not None:
            name = step.field.name
            values[name] = step.change(values[name], step.fitted, Params(step.params), step.field)
    return tuple(argument_of(values, one) for one in inputs)


def argument_of(values: "dict[str, Values]", wanted: Input) -> "Values":
    """Return one argument of the network: numbers side by side, everything else alone.

    Raises:
        ValueError: a value is missing.
    """
    import numpy as np

    if wanted.classes:  # the last class is for what was not known
        codes: Any = values[wanted.columns[0]]
        known = (codes >= 0) & (codes < wanted.classes - 1)
        return np.where(known, codes, wanted.classes - 1)[:, np.newaxis].astype(wanted.dtype)
    if wanted.dtype != "float32":
        return values[wanted.columns[0]].astype(wanted.dtype)
    numbers = [values[name].astype(np.float32) for name in wanted.columns]
    for name, column in zip(wanted.columns, numbers, strict=True):
        gone = np.flatnonzero(~np.isfinite(column.reshape(len(column), -1)).all(axis=1))
        if len(gone):
            raise ValueError(f"row {gone[0] + 1}: {name} is missing")
    if len(numbers) == 1 and numbers[0].ndim > 2:
        return numbers[0]
    return np.concatenate([column.reshape(len(column), -1) for column in numbers], axis=1)


def said(outputs: "Sequence[Values]", wanted: Answer) -> list[Any]:
    """Return the class, or the value in its own unit, that the network says of each row."""
    import numpy as np

    output = np.asarray(outputs[wanted.place], np.float64)
    if wanted.labels:
        return [wanted.labels[place] for place in output.argmax(axis=1)]
    for step in reversed(wanted.steps):
        if step.undo is not None:
            output = step.undo(output, step.fitted, Params(step.params), step.field)
    return [row[0] if len(row) == 1 else row for row in output.reshape(len(output), -1).tolist()]
