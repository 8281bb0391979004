"""Reading the record of a run back: its curves, and all its events as if it happened again."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from studio.core.errors import FileError

from .events import Ended, Event, Failed, Points, decode
from .spec import RunSpec
from .store import RECORD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAGIC = b"SQLite format 3\0"
_SELECT_ALL = """
SELECT seq, NULL, first, stride, count, steps, "values", name FROM chunks
  JOIN series ON series.id = chunks.series WHERE seq <= ?
UNION ALL SELECT seq, data, 0, 0, 0, NULL, NULL, NULL FROM events WHERE seq <= ?
UNION ALL SELECT seq, data, 0, 0, 0, NULL, NULL, NULL FROM tail WHERE seq <= ? ORDER BY seq
"""


def open_run(folder: Path) -> "SavedRun":
    """Open the record of a run, finished or not, also while it is being written.

    Raises:
        FileError: there is none, or it is broken from the first page.
    """
    return SavedRun(folder)


class SavedRun:
    """A record that is read; leaving a ``with`` block closes it."""

    def __init__(self, folder: Path) -> None:
        path = folder / RECORD
        if not path.is_file():
            raise FileError(f"{folder}: there is no record of a run")
        try:
            self._base = opened(path)
            found = self._base.execute("SELECT value FROM meta WHERE name = 'spec'").fetchone()
            tables = {name for (name,) in self._base.execute("SELECT name FROM sqlite_schema")}
            if "tail" not in tables:  # the record of an older program
                self._base.execute("CREATE TEMP TABLE tail (seq INTEGER, data BLOB)")
            self.names = [name for (name,) in self._base.execute("SELECT name FROM series")]
        except (OSError, sqlite3.Error) as error:
            raise FileError(f"{folder}: the record cannot be read: {error}") from None
        self.spec: RunSpec | None = (
            msgspec.msgpack.decode(found[0], type=RunSpec) if found else None
        )
        """What was asked."""

    def series(self, name: str) -> "tuple[NDArray[np.int64], NDArray[np.float32]]":
        """Return steps and values of a scalar; empty when it was never seen."""
        import numpy as np

        steps: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        values: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
        with suppress(sqlite3.DatabaseError):  # what can be read of a broken file is shown
            for first, stride, count, packed, data in self._base.execute(
                'SELECT first, stride, count, steps, "values" FROM chunks WHERE series ='
                " (SELECT id FROM series WHERE name = ?) ORDER BY seq",
                (name,),
            ):
                steps.append(steps_of(first, stride, count, packed))
                values.append(np.frombuffer(data, "<f4"))
            for (data,) in self._base.execute("SELECT data FROM tail ORDER BY seq"):
                for event in decode(data):
                    if isinstance(event, Points) and event.name == name:
                        steps.append(np.asarray(event.steps, np.int64))
                        values.append(np.asarray(event.values, np.float32))
        return np.concatenate(steps), np.concatenate(values)

    def so_far(self, until: int = 2**62) -> Iterator[Event]:
        """Yield every event in order up to this number of the store, scalars in chunks.

        A chunk that was open then may have grown meanwhile: its later points come, too.
        """
        with suppress(sqlite3.DatabaseError):
            for row in self._base.execute(_SELECT_ALL, (until,) * 3):
                yield from _events(row)

    def replay(self) -> Iterator[Event]:
        """Yield every event in order, scalars in chunks; what was cut off gets an end."""
        ended = False
        last = 0
        for event in self.so_far():
            ended = ended or isinstance(event, Ended)
            last = max(last, _step(event))
            yield event
        if not ended:
            yield Failed(kind="engine-died", message="The run was cut off", step=last)
            yield Ended(reason="failed", step=last, epoch=0, seconds=0.0)

    def close(self) -> None:
        """Let the file go."""
        self._base.close()

    def __enter__(self) -> "SavedRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def opened(path: Path) -> sqlite3.Connection:
    """Open the file of a record, of a torn one what is there.

    Raises:
        sqlite3.Error: it is none, or broken from the first page.
        OSError: it cannot be read.
    """
    base = sqlite3.connect(path)
    try:
        base.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError:
        base.close()
        content = path.read_bytes()
        if not content.startswith(_MAGIC):
            raise
        return _salvaged(content)
    return base


def _salvaged(content: bytes) -> sqlite3.Connection:
    """Open the beginning of a torn file, which SQLite refuses for not being as long as it says.

    The header's number of pages becomes what is there, and its write-ahead log none.
    """
    page_bytes = int.from_bytes(content[16:18], "big") or 1
    pages = len(content) // page_bytes
    if not pages:
        raise sqlite3.DatabaseError("it is cut off within its first page")
    header = content[:18] + b"\1\1" + content[20:28] + pages.to_bytes(4, "big")
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize((header + content[32:])[: pages * page_bytes])
        base.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        base.close()
        raise
    return base


def steps_of(first: int, stride: int, count: int, packed: bytes | None) -> "NDArray[np.int64]":
    """Return the steps of a chunk."""
    import numpy as np

    if packed is None:
        return np.arange(first, first + stride * count, stride, dtype=np.int64)
    return np.frombuffer(packed, "<i4").astype(np.int64) + first


def _events(row: tuple[int, bytes | None, int, int, int, bytes | None, bytes, str]) -> list[Event]:
    import numpy as np

    _, data, first, stride, count, packed, values, name = row
    if data is not None:
        return decode(data)
    return [
        Points(
            name=name,
            steps=tuple(steps_of(first, stride, count, packed).tolist()),
            values=tuple(np.frombuffer(values, "<f4").tolist()),
        )
    ]


def _step(event: Event) -> int:
    if isinstance(event, Points):
        return event.steps[-1]
    return getattr(event, "step", 0)
