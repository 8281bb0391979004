"""Rows and columns of the list of runs: what is found, how it is ordered, which are one group.

A row holds one run, or all runs of one experiment that differ in the seed alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum, isfinite, sqrt
from statistics import fmean
from typing import TypeAlias

from studio.core.text import duration, grouped, plural
from studio.runs.index import Run

Key: TypeAlias = str | float
NOTHING = float("-inf")
"""Sorts before every number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run, or several that differ in the seed alone; the newest comes first."""

    runs: tuple[Run, ...]

    @property
    def first(self) -> Run:
        """The newest."""
        return self.runs[0]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its runs."""
        return frozenset(run.id for run in self.runs)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column says of a row, and what it is sorted by."""

    id: str
    title: str
    words: Callable[[Row], str]
    key: Callable[[Row], Key]
    help: str = ""
    number: bool = False
    width: int = 88


def found(
    runs: Iterable[Run], words: str = "", *, state: str = "", tag: str = "", favourite: bool = False
) -> list[Run]:
    """Return the runs that have all of the words, the state and the tag that are asked for."""
    wanted = words.lower().split()
    return [
        run
        for run in runs
        if (not state or run.state == state)
        and (not tag or tag in run.marks.tags)
        and (not favourite or run.marks.favourite)
        and (not wanted or _has_all(run, wanted))
    ]


def tags_of(runs: Iterable[Run]) -> list[str]:
    """Return every tag that is in use, in order."""
    return sorted({tag for run in runs for tag in run.marks.tags})


def rows_of(runs: Iterable[Run], *, grouped_by_seed: bool = False) -> list[Row]:
    """Return a row for each run, or for each experiment with the runs of all its seeds."""
    if not grouped_by_seed:
        return [Row((run,)) for run in runs]
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.summary.likeness or run.id, []).append(run)
    return [Row(tuple(group)) for group in groups.values()]


def ordered(rows: Iterable[Row], column: Column, *, falling: bool = False) -> list[Row]:
    """Return the rows in the order of a column; what says nothing there comes last."""
    keyed = [(column.key(row), row) for row in rows]
    empty = [row for key, row in keyed if key in {NOTHING, ""}]
    known = [pair for pair in keyed if pair[0] not in {NOTHING, ""}]
    known.sort(key=_first, reverse=falling)
    return [row for _, row in known] + empty


def value_of(run: Run, metric: str, *, best: bool = False) -> float | None:
    """Return a figure named ``part/metric`` of a run; None if it has none."""
    part, _, name = metric.partition("/")
    return (run.summary.best if best else run.summary.final).get(part, {}).get(name)


def spread_of(runs: Sequence[Run], metric: str, *, best: bool = False) -> str:
    """Say a figure of some runs: itself, or mean ± standard deviation of the seeds."""
    values = _values(runs, metric, best=best)
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.4g}"
    return f"{fmean(values):.4g} ± {_deviation(values):.2g}"


def metrics_of(runs: Iterable[Run]) -> list[str]:
    """Return every ``part/metric`` that any run has: what is held out first."""
    names = frozenset[str]().union(*{run.measured for run in runs})
    parts = ("validation", "test", "train")
    return sorted(names, key=lambda name: (_place(name.partition("/")[0], parts), name))


def columns_for(runs: Sequence[Run]) -> list[Column]:
    """Return all columns that say something of these runs."""
    names = metrics_of(runs)
    known = frozenset[str]().union(*{run.tracked for run in runs})
    return [
        *_FIXED,
        *(_metric_column(name, best=False) for name in names),
        *(_metric_column(name, best=True) for name in names if name in known),
    ]


def shown_at_first(columns: Sequence[Column]) -> list[str]:
    """Return which columns are shown before anybody chose."""
    fixed = ["favourite", "title", "state", "begun", "epoch", "seconds", "seed"]
    ids = [column.id for column in columns]
    held = [id_ for id_ in ids if id_.startswith(("final:validation/", "final:test/"))]
    return [id_ for id_ in fixed if id_ in ids] + held[:4] + ["tags"]


def when(seconds: float) -> str:
    """Say a time of day as people write it: ``2026-11-22 14:05``."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}" if seconds else ""


def lasted(seconds: float) -> str:
    """Say how long a run took: ``12.3 s``, then ``1:02`` or ``1:02:05``; nothing if unknown."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds else ""
    return duration(seconds)


def _deviation(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _first(pair: tuple[Key, Row]) -> Key:
    return pair[0]


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def _has_all(run: Run, words: list[str]) -> bool:
    told = run.summary
    text = " ".join(
        (told.title, run.id, run.state, told.source, told.device, run.marks.notes, *run.marks.tags)
    ).lower()
    return all(word in text for word in words)


def _values(runs: Sequence[Run], metric: str, *, best: bool) -> list[float]:
    values = (value_of(run, metric, best=best) for run in runs)
    return [value for value in values if value is not None and isfinite(value)]


def _metric_column(metric: str, *, best: bool) -> Column:
    def words(row: Row) -> str:
        return spread_of(row.runs, metric, best=best)

    def key(row: Row) -> Key:
        values = _values(row.runs, metric, best=best)
        return fmean(values) if values else NOTHING

    part, _, name = metric.partition("/")
    title = f"{'best ' if best else ''}{part} {name.replace('_', ' ')}"
    help_ = "The best at the end of any epoch" if best else "With the weights that were kept"
    id_ = f"{'best' if best else 'final'}:{metric}"
    return Column(id_, title.capitalize(), words, key, help_, number=True, width=136)


def _title(row: Row) -> str:
    title = row.first.summary.title
    return title if len(row.runs) == 1 else f"{title} × {plural(len(row.runs), 'seed')}"


def _state(row: Row) -> str:
    states = [run.state for run in row.runs]
    if len(set(states)) == 1:
        return states[0].capitalize()
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))


def _epoch(row: Row) -> str:
    told = row.first.summary
    return f"{grouped(told.epoch)} of {grouped(told.epochs)}" if told.epochs else ""


def _seed(row: Row) -> str:
    if row.first.summary.broken:
        return ""
    return ", ".join(str(seed) for seed in sorted({run.summary.seed for run in row.runs}))


def _mean(row: Row, of: Callable[[Run], float]) -> float:
    return fmean(of(run) for run in row.runs)


def _seconds(run: Run) -> float:
    return run.summary.seconds


def _origin(row: Row) -> str:
    origin = row.first.summary.origin
    return f"{origin.run}, step {grouped(origin.step)}" if origin else ""


def _tags(row: Row) -> str:
    return ", ".join(tags_of(row.runs))


def _number(value: float) -> Key:
    return value or NOTHING


_FIXED: tuple[Column, ...] = (
    Column("favourite", "★", lambda row: "★" if row.first.marks.favourite else "",
           lambda row: float(not row.first.marks.favourite), "Favourite", width=32),
    Column("title", "Experiment", _title, lambda row: _title(row).lower(), width=216),
    Column("state", "State", _state, _state, width=96),
    Column("begun", "Begun", lambda row: when(row.first.begun),
           lambda row: _number(row.first.begun), width=144),
    Column("epoch", "Epoch", _epoch, lambda row: _number(row.first.summary.epoch), number=True),
    Column("step", "Steps", lambda row: grouped(row.first.summary.step),
           lambda row: float(row.first.summary.step), number=True),
    Column("seconds", "Time",
           lambda row: lasted(_mean(row, _seconds)),
           lambda row: _number(_mean(row, _seconds)), "Hours, minutes, seconds", number=True,
           width=72),
    Column("device", "Device", lambda row: row.first.summary.device,
           lambda row: row.first.summary.device, width=160),
    Column("seed", "Seed", _seed, lambda row: float(row.first.summary.seed), number=True,
           width=64),
    Column("parameters", "Parameters", lambda row: grouped(row.first.summary.parameters),
           lambda row: _number(row.first.summary.parameters), number=True),
    Column("source", "Data", lambda row: row.first.summary.source,
           lambda row: row.first.summary.source, width=112),
    Column("tags", "Tags", _tags, lambda row: _tags(row).lower(), width=136),
    Column("notes", "Notes", lambda row: " ".join(row.first.marks.notes.split()),
           lambda row: row.first.marks.notes.lower(), width=216),
    Column("origin", "Begun with", _origin, _origin, "The run and step of the first weights",
           width=216),
    Column("id", "Id", lambda row: row.first.id, lambda row: row.first.id, width=280),
)  # fmt: skip
