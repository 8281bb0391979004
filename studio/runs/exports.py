"""Exports: the scalars of a run in the forms that other programs read."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import FileError, RunError

from .events import Started
from .saved import SavedRun, open_run

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
    Form("tensorboard", "TensorBoard", "An event file, for TensorBoard", write_tensorboard),
)
