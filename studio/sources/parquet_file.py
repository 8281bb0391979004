"""A person's own table as Parquet, read with pyarrow: the extra ``files``."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.api import Examination, Field, FieldKind, FileError, Loaded, Params, Source, Value

from ._files import CHOSEN, regular_file
from ._table import (
    BAD_ROWS,
    MOST_ROWS,
    Faults,
    Look,
    Reading,
    Row,
    examined,
    expect_columns,
    keep_of,
    loaded,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMINED = 50_000
_PLAIN = (
    "int",
    "uint",
    "float",
    "double",
    "halffloat",
    "bool",
    "decimal",
    "string",
    "large_string",
    "date",
    "time",
    "dictionary",
)
"""Types of which a row holds one plain value, by the beginning of their names."""


def examine_parquet(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return the columns of a Parquet file; rows are taken from all over it.

    Raises:
        FileError: it cannot be read, or pyarrow is not installed.
    """
    path = regular_file(Params(params))
    file = _opened(path)
    names, left = _plain_columns(file)
    expect_columns(len(names), path.name)
    count = file.metadata.num_rows
    groups = max(file.num_row_groups, 1)
    rows: list[Row] = []
    chosen = sorted({round(i * (groups - 1) / 7) for i in range(8)})
    for group in chosen if count else ():
        for batch in file.iter_batches(EXAMINED // len(chosen), row_groups=[group], columns=names):
            rows += _cells(batch, 0)
            break
    notes = (f"{', '.join(left[:5])}: lists and structures are left out",) if left else ()
    estimate = None if count == len(rows) else count
    found = examined(names, rows, Look(estimate=estimate, notes=notes, kinds=kinds or {}))
    return Examination(found.fields, count, True, {}, found.notes, found.missing)


def load_parquet(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return the columns of a Parquet file, batch by batch.

    Raises:
        FileError: it cannot be read, or differs from what was found in it.
    """
    given = Params(params)
    path = regular_file(given)
    file = _opened(path)
    names, _ = _plain_columns(file)
    reading = Reading.of(fields, names, path.name)
    faults = Faults(keep_of(given), path.name, "row")
    wanted = [names[place] for place in reading.places]
    narrow = Reading(fields, range(len(fields)), len(fields))
    return loaded(_rows(file, wanted), narrow, faults, most=given.whole("rows"))


def _rows(file: Any, names: Sequence[str]) -> "Iterator[Row]":
    row = 0
    for batch in file.iter_batches(20_000, columns=list(names)):
        yield from _cells(batch.select(list(names)), row)
        row += batch.num_rows


def _opened(path: Path) -> Any:
    if find_spec("pyarrow") is None:
        raise FileError(
            f"{path.name}: Parquet needs pyarrow, which is not installed: "
            "pip install 'netwright[files]'"
        )
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise FileError(f"{path.name}: expected a Parquet file: {_first(error)}") from None


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _plain_columns(file: Any) -> tuple[list[str], list[str]]:
    """Return the columns that hold one plain value a row, and those that do not."""
    schema = file.schema_arrow
    plain = [one.name for one in schema if str(one.type).startswith(_PLAIN)]
    return plain, [one.name for one in schema if one.name not in plain]


def _cells(batch: Any, before: int) -> list[Row]:
    columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
    return [(before + row, cells) for row, cells in enumerate(zip(*columns, strict=True), 1)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


PARQUET = Source(
    id="file_parquet",
    title="Table (Parquet)",
    load="studio.sources.parquet_file:load_parquet",
    examine="studio.sources.parquet_file:examine_parquet",
    endings=(".parquet", ".pq"),
    params=(CHOSEN, BAD_ROWS, MOST_ROWS),
    help="A table of your own as Parquet, as pandas, Polars and Spark write it. Needs pyarrow",
)
