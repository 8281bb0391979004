"""Exports: the scalars of a run in the forms that other programs read."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.core.errors import FileError, RunError

from .events import Started
from .saved import SavedRun, open_run
from .sinks import SINKS, write_into

_NO_PARQUET = 'Parquet files need the package pyarrow: pip install "netwright[files]"'
_MISSING = 'TensorBoard files need the package tensorboardX: pip install "netwright[tensorboard]"'


@dataclass(frozen=True, slots=True)
class Form:
    """A form of file.

    Attributes:
        write: writes the run of one folder into another, and returns the file or folder written.
    """

    id: str
    title: str
    help: str
    write: Callable[[Path, Path], Path]


def write_csv(run: Path, into: Path) -> Path:
    """Write all points as lines of ``name, step, value``, as the charts copy them.

    Raises:
        FileError: the record cannot be read, or the file not be written.
    """
    path = into / f"{run.name}.csv"
    try:
        into.mkdir(parents=True, exist_ok=True)
        with open_run(run) as saved, open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("name", "step", "value"))
            for name, steps, values in curves_of(saved):
                rows = zip(steps, values, strict=True)
                writer.writerows((name, step, value) for step, value in rows)
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error}") from None
    return path


def write_parquet(run: Path, into: Path) -> Path:
    """Write all points as a table of ``name``, ``step`` and ``value``, a row group a scalar.

    Its metadata tell the run's id, its title and when it began.

    Raises:
        FileError: the record cannot be read, or the file not be written.
        RunError: the package that writes such files is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise RunError(_NO_PARQUET) from None
    names = pa.dictionary(pa.int32(), pa.string())
    fields = [("name", names), ("step", pa.int64()), ("value", pa.float32())]
    path = into / f"{run.name}.parquet"
    with open_run(run) as saved:
        told = {"run": run.name, "title": saved.spec.title if saved.spec else run.name}
        schema = pa.schema(fields, metadata={**told, "begun": str(_began(saved) or "")})
        try:
            into.mkdir(parents=True, exist_ok=True)
            with parquet.ParquetWriter(path, schema) as writer:
                for name, steps, values in curves_of(saved):
                    said = pa.array([name] * len(steps)).cast(names)
                    columns = [said, pa.array(steps), pa.array(values, pa.float32())]
                    writer.write_table(pa.table(columns, schema=schema))
        except OSError as error:
            raise FileError(f"{path}: cannot be written: {error}") from None
    return path


def write_tensorboard(run: Path, into: Path) -> Path:
    """Write an event file as TensorBoard reads it, in a folder of the run's name.

    Raises:
        FileError: the record cannot be read, or the file not be written.
        RunError: the package that writes such files is not installed.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise RunError(_MISSING) from None
    folder = into / run.name
    with open_run(run) as saved:
        began = _began(saved)
        try:
            with SummaryWriter(str(folder)) as writer:
                for name, steps, values in curves_of(saved):
                    for step, value in zip(steps, values, strict=True):
                        writer.add_scalar(name, value, step, walltime=began)
        except OSError as error:
            raise FileError(f"{folder}: cannot be written: {error}") from None
    return folder


def curves_of(saved: SavedRun) -> "list[tuple[str, list[int], list[float]]]":
    """Return name, steps and values of every scalar of a run."""
    from .record import Record

    record = Record.from_events(saved.replay())
    return [
        (name, series.steps.tolist(), series.values.tolist())
        for name, series in sorted(record.series.items())
    ]


def _began(saved: SavedRun) -> float | None:
    times = (event.time for event in saved.replay() if isinstance(event, Started))
    return next(times, None)


FORMS: tuple[Form, ...] = (
    Form("csv", "CSV", "A table of name, step and value, for spreadsheets and pandas", write_csv),
    Form("parquet", "Parquet", "The same table in columns, for pandas, Polars, DuckDB",
         write_parquet),
    Form("tensorboard", "TensorBoard", "An event file, for TensorBoard", write_tensorboard),
    *(Form(sink.id, sink.title, sink.help, partial(write_into, sink)) for sink in SINKS),
)  # fmt: skip
