"""The record of a run on disk: one SQLite file with a column of float32 per scalar.

Decision: every scalar is kept in chunks of 4,096 values, one row each, and the open chunk is
written anew each second. Against a row for every value that is ten times the speed of writing, a
fifth of the size, and a curve is read back in a fraction of a millisecond. What came since stands
in ``tail``, a row a batch, until then; all other events are rows of MessagePack. Everything is
committed before anybody is told of it: a kill takes nothing back that was seen. The write-ahead log
lets a window read while an engine writes.
"""

import sqlite3
import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import msgspec

from studio.core.errors import FileError
from studio.core.fileio import write_whole

from .environment import environment
from .events import Event, Points, Snapshot, decode, encode
from .spec import RunSpec
from .writer import this_writer

RECORD = "record.sqlite"
EXPERIMENT = "experiment.netwright"
MODEL = "model.py"
WEIGHTS = "weights.safetensors"

CHUNK = 4096
COMMIT_SECS = 1.0
LONG_TAIL = 4 * CHUNK
KEPT_SNAPSHOTS = 256

FORMAT = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS chunks (
  seq INTEGER PRIMARY KEY, series INTEGER, count INTEGER,
  first INTEGER, stride INTEGER, steps BLOB, "values" BLOB
);
CREATE INDEX IF NOT EXISTS chunks_of_series ON chunks (series);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, data BLOB);
CREATE TABLE IF NOT EXISTS tail (seq INTEGER PRIMARY KEY, data BLOB);
"""
HIGHEST = """
SELECT ifnull(max(seq), 0) FROM
  (SELECT seq FROM chunks UNION ALL SELECT seq FROM events UNION ALL SELECT seq FROM tail)
"""


NEWEST = """
SELECT name, first, stride, count, steps FROM chunks JOIN series ON series.id = chunks.series
WHERE seq IN (SELECT max(seq) FROM chunks GROUP BY series)
"""


@dataclass(slots=True)
class _Chunk:
    """An open chunk of one scalar."""

    seq: int
    series: int
    steps: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("f"))
    dirty: bool = True


@dataclass(slots=True)
class _Kept:
    """Which snapshots of one kind and block are kept: every so many, thinned as they grow."""

    every: int = 1
    seen: int = 0
    rows: list[int] = field(default_factory=list)


class RunStore:
    """Writes the record of one run; to be used from one thread.

    Every method raises FileError when the place cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        """Open the record in this folder, or begin one."""
        self._folder = folder
        self._chunks: dict[str, _Chunk] = {}
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._committed_at = monotonic()
        self._in_tail = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(folder / RECORD, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise FileError(f"{folder}: cannot be written: {error}") from None
        try:
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.executescript(SCHEMA)
            self._base.execute("INSERT OR REPLACE INTO meta VALUES ('writer', ?)", (this_writer(),))
            highest: tuple[int] = self._base.execute(HIGHEST).fetchone()
            self._seq = highest[0]
            self._known = self._last_steps()
            self._base.execute("BEGIN")
            self._take_up_tail()
            self._known = self._last_steps()  # with what the tail had: it is not to be said again
        except sqlite3.Error as error:
            self._base.close()
            raise FileError(f"{folder}: cannot be written: {error}") from None

    @property
    def last(self) -> int:
        """The number of what was written last; what comes later has higher ones."""
        return self._seq

    def describe(self, spec: RunSpec) -> None:
        """Write what was asked: the spec, the experiment and the program."""
        try:
            self._base.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                [
                    ("format", FORMAT),
                    ("spec", msgspec.msgpack.encode(spec)),
                    ("environment", msgspec.json.encode(environment())),
                ],
            )
        except sqlite3.Error as error:
            raise self._refused(error) from None
        write_whole(self._folder / EXPERIMENT, spec.experiment.encode())
        write_whole(self._folder / MODEL, spec.program.text.encode())

    def append(self, events: Sequence[Event]) -> None:
        """Take events; they are on the disk on return."""
        points = [event for event in events if isinstance(event, Points)]
        try:
            for event in events:
                if isinstance(event, Points):
                    self._add(event)
                else:
                    self._insert(event)
            if points:
                row = (self._next_seq(), encode(points))
                self._base.execute("INSERT INTO tail VALUES (?, ?)", row)
                self._in_tail += sum(len(event.steps) for event in points)
            self._commit()
        except sqlite3.Error as error:
            raise self._refused(error) from None

    def commit(self) -> None:
        """Write all that was taken."""
        self._committed_at = 0.0
        try:
            self._commit()
        except sqlite3.Error as error:
            raise self._refused(error) from None

    def close(self) -> None:
        """Write all that was taken and let the file go."""
        try:
            self.commit()
        except FileError:
            with suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")  # chunks without their tail would say it twice
            raise
        finally:
            with suppress(sqlite3.Error):
                self._base.execute("DELETE FROM meta WHERE name = 'writer'")
                self._base.execute("COMMIT")
            with suppress(sqlite3.Error):
                self._base.close()

    def _last_steps(self) -> dict[str, int]:
        """Return the last step of each scalar that a chunk holds."""
        return {name: last_step(*chunk) for name, *chunk in self._base.execute(NEWEST)}

    def _take_up_tail(self) -> None:
        """Put into chunks what a kill left behind."""
        for (data,) in self._base.execute("SELECT data FROM tail ORDER BY seq").fetchall():
            for event in decode(data):
                if isinstance(event, Points):
                    self._add(event)
        self.commit()

    def _add(self, points: Points) -> None:
        chunk = self._chunks.get(points.name)
        if chunk is None:
            chunk = self._open(points.name)
        steps, values = points.steps, points.values
        if self._known:
            # A run that goes on from a checkpoint says again what it had said after it.
            known = self._known.get(points.name, -1)
            at = bisect_right(steps, known)
            steps, values = steps[at:], values[at:]
        if not steps:
            return
        chunk.steps.extend(steps)
        chunk.values.extend(values)
        chunk.dirty = True
        if len(chunk.values) >= CHUNK:
            self._write(chunk)
            del self._chunks[points.name]

    def _open(self, name: str) -> _Chunk:
        self._base.execute("INSERT OR IGNORE INTO series (name) VALUES (?)", (name,))
        (series,) = self._base.execute("SELECT id FROM series WHERE name = ?", (name,)).fetchone()
        chunk = self._chunks[name] = _Chunk(self._next_seq(), series)
        return chunk

    def _write(self, chunk: _Chunk) -> None:
        first, stride, steps = _packed(chunk.steps)
        self._base.execute(
            "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                chunk.seq,
                chunk.series,
                len(chunk.values),
                first,
                stride,
                steps,
                chunk.values.tobytes(),
            ),
        )
        chunk.dirty = False

    def _insert(self, event: Event) -> None:
        seq = self._next_seq()
        if isinstance(event, Snapshot) and not self._keeps(event, seq):
            return
        self._base.execute("INSERT INTO events VALUES (?, ?)", (seq, encode([event])))

    def _keeps(self, event: Snapshot, seq: int) -> bool:
        """Whether to keep a snapshot: half of them go whenever there are too many."""
        kept = self._kept.setdefault((event.kind, event.block), _Kept())
        kept.seen += 1
        if (kept.seen - 1) % kept.every:
            return False
        kept.rows.append(seq)
        if len(kept.rows) > KEPT_SNAPSHOTS:
            self._base.executemany(
                "DELETE FROM events WHERE seq = ?", [(row,) for row in kept.rows[1::2]]
            )
            kept.rows = kept.rows[::2]
            kept.every *= 2
        return True

    def _commit(self) -> None:
        if not self._base.in_transaction:  # taken back, as a full disk does
            self._base.execute("BEGIN")
        if monotonic() - self._committed_at > COMMIT_SECS or self._in_tail > LONG_TAIL:
            self._in_tail = 0
            self._committed_at = monotonic()
            for chunk in self._chunks.values():
                if chunk.dirty and chunk.steps:
                    self._write(chunk)
            self._base.execute("DELETE FROM tail")
        self._base.execute("COMMIT")
        self._base.execute("BEGIN")

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _refused(self, error: sqlite3.Error) -> FileError:
        return FileError(f"{self._folder}: cannot be written: {error}")


def last_step(first: int, stride: int, count: int, packed: bytes | None) -> int:
    """Return the last step of a chunk."""
    if packed is None:
        return first + stride * (count - 1)
    return first + int.from_bytes(packed[-4:], sys.byteorder, signed=True)


def _packed(steps: "array[int]") -> tuple[int, int, bytes | None]:
    """Return first step, distance and, where the distance varies, the distances from the first."""
    first = steps[0]
    stride = steps[1] - first if len(steps) > 1 else 1
    even = stride > 0 and steps[-1] - first == stride * (len(steps) - 1)
    if even and steps == array("q", range(first, steps[-1] + 1, stride)):
        return first, stride, None
    return first, 0, array("i", [step - first for step in steps]).tobytes()
