"""Following: a record that is read while it is written, and handed on to a sink as it grows."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import sleep, time

import msgspec

from studio.core.errors import FileError

from .events import Ended, EpochEnded, Event, Failed, Points, Resumed, Started, decode
from .kinds import KIND
from .saved import opened, steps_of
from .sink import Book, End, News
from .store import RECORD
from .summary import WANTED
from .writer import written_now

LOOK_SECS = 1.0
_EVENTS = f"""
SELECT seq, data FROM events
WHERE seq > ? AND {KIND} IN ({", ".join("?" * len(WANTED))}) ORDER BY seq
"""
_CHUNKS = """
SELECT seq, first, stride, count, steps, "values" FROM chunks WHERE series = ? AND seq >= ?
ORDER BY seq
"""


class Following:
    """What a record says that was not said before; from one thread."""

    def __init__(self, run: Path, known: Mapping[str, int]) -> None:
        """``known`` is the last step of each scalar that is not wanted again.

        Raises:
            FileError: there is no record that can be read.
        """
        if not (run / RECORD).is_file():
            raise FileError(f"{run}: there is no record of a run")
        try:
            self._base = opened(run / RECORD)
        except (OSError, sqlite3.Error) as error:
            raise FileError(f"{run}: the record cannot be read: {error}") from None
        self._known = dict(known)
        self._places: dict[str, int] = {}
        self._seq = 0
        self.begun = 0.0
        self.end: End | None = None
        """How the run ended; None while it goes on."""

    def take(self) -> News:
        """Return what came since the last time."""
        self._base.execute("BEGIN")  # one look: what moves from one table to another is not missed
        try:
            events = list(self._events())
            points = list(self._points())
        finally:
            self._base.execute("ROLLBACK")
        return [*events, *points]

    def close(self) -> None:
        """Let the record go."""
        self._base.close()

    def _events(self) -> Iterator[Started | EpochEnded | Failed]:
        sampled = {name for (name,) in self._base.execute("SELECT name FROM series")}
        for seq, data in self._base.execute(_EVENTS, (self._seq, *WANTED)).fetchall():
            self._seq = seq
            for event in decode(data):
                self._hear(event)
                if isinstance(event, EpochEnded):
                    yield self._of_epochs_alone(event, sampled)
                elif isinstance(event, Started | Failed):
                    yield event

    def _hear(self, event: Event) -> None:
        match event:
            case Started(time=begun):
                self.begun = begun
            case Resumed():
                self.end = None
            case Failed(kind="engine-died"):
                self.end = "cut off"
            case Ended(reason="failed"):
                self.end = self.end or "failed"
            case Ended(reason=reason):
                self.end = "stopped" if reason == "stopped" else "finished"
            case _:
                pass

    def _of_epochs_alone(self, event: EpochEnded, sampled: set[str]) -> EpochEnded:
        """Leave out what is a curve of its own, and what is known."""
        fresh = {
            name: value
            for name, value in event.values.items()
            if name not in sampled and event.step > self._known.get(name, -1)
        }
        return msgspec.structs.replace(event, values=fresh)

    def _points(self) -> Iterator[Points]:
        import numpy as np  # not before the first paint

        for id_, name in self._base.execute("SELECT id, name FROM series").fetchall():
            for seq, first, stride, count, packed, data in self._base.execute(
                _CHUNKS, (id_, self._places.get(name, 0))
            ):
                self._places[name] = seq
                steps = steps_of(first, stride, count, packed).tolist()
                yield from self._later(name, steps, np.frombuffer(data, "<f4").tolist())
        for (data,) in self._base.execute("SELECT data FROM tail ORDER BY seq").fetchall():
            for event in decode(data):
                if isinstance(event, Points):
                    yield from self._later(event.name, event.steps, event.values)

    def _later(self, name: str, steps: Sequence[int], values: Sequence[float]) -> Iterator[Points]:
        known = self._known.get(name, -1)
        pairs = [pair for pair in zip(steps, values, strict=True) if pair[0] > known]
        if pairs:
            self._known[name] = pairs[-1][0]
            later, fresh = zip(*pairs, strict=True)
            yield Points(name=name, steps=later, values=fresh)


def follow(run: Path, book: Book, *, live: bool) -> None:
    """Write a run into a book: what there is, and with ``live`` all that comes, to its end."""
    following = Following(run, book.known)
    try:
        while True:
            # Asked first, so that no last words are missed.
            over = not live or not written_now(run / RECORD)
            news = following.take()
            if news:
                book.write(news, time() if live else following.begun)
            if over or following.end:
                break
            sleep(LOOK_SECS)
    finally:
        book.close(following.end or "cut off")
        following.close()
