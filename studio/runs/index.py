"""RunIndex: the runs of a folder as rows, read once and then only where something changed.

The index file is a cache and nothing else: it is thrown away when it cannot be read, and made anew
from the runs' own folders. What a person noted lies in those folders.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Literal, TypeAlias

import msgspec

from .marks import MARKS, Marks, read_marks
from .spec import Struct
from .store import RECORD
from .summary import Metrics, Summary, summarise
from .writer import at_work

State: TypeAlias = Literal["running", "finished", "stopped", "failed", "cut off", "broken"]
STATES: tuple[State, ...] = ("running", "finished", "stopped", "failed", "cut off", "broken")
VERSION = 2
"""Grows when summaries hold something new."""
_PAUSE_SECS = 0.0005
"""Between two records, so that a window beside gets its turn."""


class _Entry(Struct, frozen=True, kw_only=True):
    summary: Summary
    marks: Marks


_Known: TypeAlias = tuple[str, _Entry]


@dataclass(frozen=True, slots=True)
class Run:
    """A row: what a run came to, what a person noted, and how it stands now."""

    folder: Path
    summary: Summary
    marks: Marks
    state: State
    id: str = field(init=False, compare=False)
    """The name of its folder."""
    begun: float = field(init=False, compare=False)
    """When it began, in seconds since 1970; after its name if its record does not say."""
    measured: frozenset[str] = field(init=False, compare=False)
    """Every ``part/metric`` that it has, and of those in ``tracked`` a best one, too."""
    tracked: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for thousands of rows at once, and therefore told once.
        object.__setattr__(self, "id", self.folder.name)
        object.__setattr__(self, "begun", self.summary.begun or _named_time(self.id))
        tracked = frozenset(_names(self.summary.best))
        object.__setattr__(self, "tracked", tracked)
        object.__setattr__(self, "measured", tracked.union(_names(self.summary.final)))


class RunIndex:
    """The runs in a folder; to be asked from any thread, one at a time."""

    def __init__(self, runs: Path, cache: Path) -> None:
        self._runs = runs
        self._cache = cache
        self._known: dict[str, _Known] | None = None
        self._rows: dict[str, tuple[_Entry, Run]] = {}
        self._lock = Lock()

    def look(self, *, secs: float = inf, glance: bool = False) -> tuple[list[Run], bool]:
        """Return the runs, newest first, and whether these are all.

        After ``secs`` of reading the rest is left to the next look. A ``glance`` takes it that
        nothing becomes of a run that has ended.
        """
        with self._lock:
            if self._known is None:
                self._known = _read_cache(self._cache)
            complete = self._take_in(self._known, monotonic() + secs, glance=glance)
            self._rows = {
                id_: (entry, self._row(id_, entry)) for id_, (_, entry) in self._known.items()
            }
            found = [row for _, row in self._rows.values()]
        return sorted(found, key=_newest_first, reverse=True), complete

    def _row(self, id_: str, entry: _Entry) -> Run:
        """Return the row of a run: the same as before where nothing became of it."""
        before, row = self._rows.get(id_, (None, None))
        if before is entry and row is not None and entry.summary.reason:
            return row
        fresh = _run(self._runs / id_, entry)
        return row if row is not None and row == fresh else fresh

    def _take_in(self, known: dict[str, _Known], deadline: float, *, glance: bool) -> bool:
        """Read what is new or changed; return whether all was read in time."""
        over = {id_: stamp for id_, (stamp, entry) in known.items() if entry.summary.reason}
        there = dict(_stamps(self._runs, over if glance else {}))
        gone = [id_ for id_ in known if id_ not in there]
        for id_ in gone:
            del known[id_]
        changed = [id_ for id_, stamp in there.items() if known.get(id_, ("",))[0] != stamp]
        changed.sort(reverse=True)  # names begin with the time: the newest are wanted first
        fresh: list[str] = []
        for id_ in changed:
            folder = self._runs / id_
            entry = _Entry(summary=summarise(folder), marks=read_marks(folder))
            known[id_] = (there[id_], entry)
            fresh.append(id_)
            if monotonic() > deadline:
                break
            sleep(_PAUSE_SECS)
        if fresh or gone:
            _write_cache(self._cache, {id_: known[id_] for id_ in fresh}, gone)
        return len(fresh) == len(changed)


def look_at(folder: Path) -> Run:
    """Return the row of one folder, wherever it lies."""
    return _run(folder, _Entry(summary=summarise(folder), marks=read_marks(folder)))


def _run(folder: Path, entry: _Entry) -> Run:
    return Run(folder, entry.summary, entry.marks, _state(folder, entry.summary))


def _state(folder: Path, summary: Summary) -> State:
    if summary.broken:
        return "broken"
    if summary.reason in {"finished", "early-stopped"}:
        return "finished"
    if summary.reason == "stopped":
        return "stopped"
    if summary.reason:
        return "cut off" if summary.engine_died else "failed"
    return "running" if at_work(summary.writer, folder / RECORD) else "cut off"


def _names(figures: Metrics) -> Iterator[str]:
    return (f"{part}/{name}" for part, values in figures.items() for name in values)


def _newest_first(run: Run) -> tuple[float, str]:
    return run.begun, run.id


def _named_time(id_: str) -> float:
    with suppress(ValueError):
        return datetime.strptime(id_[:17], "%Y-%m-%d-%H%M%S").astimezone().timestamp()
    return 0.0


def _stamps(runs: Path, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each run's folder, and what changes with its content."""
    try:
        found = list(os.scandir(runs))
    except OSError:
        return
    for entry in found:
        if not entry.name.startswith(".") and entry.is_dir():
            files = (RECORD, f"{RECORD}-wal", MARKS)
            stamp = known.get(entry.name)
            yield entry.name, stamp or "|".join(_stamp(f"{entry.path}/{name}") for name in files)


def _stamp(path: str) -> str:
    try:
        known = os.stat(path)
    except OSError:
        return ""
    return f"{known.st_mtime_ns}:{known.st_size}"


def _read_cache(path: Path) -> dict[str, _Known]:
    if not path.is_file():
        return {}
    decoder = msgspec.msgpack.Decoder(_Entry)
    try:
        base = sqlite3.connect(path)
        try:
            if base.execute("PRAGMA user_version").fetchone() != (VERSION,):
                return {}
            rows = base.execute("SELECT id, stamp, data FROM runs").fetchall()
        finally:
            base.close()
        return {id_: (stamp, decoder.decode(data)) for id_, stamp, data in rows}
    except (sqlite3.Error, msgspec.MsgspecError, OSError):
        return {}


def _write_cache(path: Path, fresh: dict[str, _Known], gone: list[str]) -> None:
    """Write what is new; an index that cannot be written or is no index is none."""
    try:
        _write_rows(path, fresh, gone)
    except sqlite3.OperationalError:
        return  # full, or another window writes it; it is only a cache
    except sqlite3.DatabaseError:
        with suppress(OSError):
            path.unlink()
    except OSError:
        return


def _write_rows(path: Path, fresh: dict[str, _Known], gone: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path, timeout=1.0)
    try:
        if base.execute("PRAGMA user_version").fetchone() != (VERSION,):
            base.execute("DROP TABLE IF EXISTS runs")
            base.execute(f"PRAGMA user_version = {VERSION}")
        base.execute("CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, stamp TEXT, data BLOB)")
        encode = msgspec.msgpack.Encoder().encode
        rows = [(id_, stamp, encode(entry)) for id_, (stamp, entry) in fresh.items()]
        base.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", rows)
        base.executemany("DELETE FROM runs WHERE id = ?", [(id_,) for id_ in gone])
        base.commit()
    finally:
        base.close()
