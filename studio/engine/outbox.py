"""Outbox: events are written into the record first, then sent, together, every 30 ms."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from studio.core.errors import FileError
from studio.runs.door import greeting
from studio.runs.events import Beat, Ended, Event, Note, Points, Preview, Ready, Snapshot, encode
from studio.runs.questions import Answer
from studio.runs.spec import RunSpec
from studio.runs.store import RunStore

SEND_SECS = 0.03
WRITTEN_WITHIN_SECS = 10.0

Send = Callable[[bytes], None]


class _Handover(NamedTuple):
    """Whom to send to from now on, who is first told how much the record held by then."""

    send: Send
    news: Sequence[Event]


class Outbox:
    """Takes events from any thread; a thread of its own writes and sends them."""

    def __init__(self, send: Send, beat: Callable[[], Beat | None]) -> None:
        """``beat`` is asked for a sign of life after every second without news."""
        self._send = send
        self._beat = beat
        self._items: deque[Event | RunSpec | _Handover] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._store: RunStore | None = None
        self._written = threading.Condition()
        self._written_step = 0
        self._recording = False
        self._thread = threading.Thread(target=self._work, name="netwright-outbox", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def record(self, spec: RunSpec) -> None:
        """Write what follows into the record of this run, up to its end."""
        with self._written:
            self._written_step, self._recording = 0, bool(spec.folder)
        self._items.append(spec)

    def put(self, events: Iterable[Event]) -> None:
        """Write and send these events, in order."""
        self._items.extend(events)
        self._wake.set()

    def hand_over(self, send: Send, news: Sequence[Event]) -> None:
        """Send to another from here on, who is greeted first, then told ``news``.

        All up to the number in the greeting is in the record; the rest is sent: nothing is lost
        between the two, or told twice.
        """
        self._items.append(_Handover(send, news))
        self._wake.set()

    @property
    def recording(self) -> bool:
        """Whether there is a record of the run that can be read to its present step."""
        with self._written:
            return self._recording

    def await_written(self, step: int) -> None:
        """Return when the record has the points up to a step, or it is clear that none will."""
        with self._written:
            self._written.wait_for(
                lambda: self._written_step >= step or not self._recording, WRITTEN_WITHIN_SECS
            )

    def close(self, timeout_secs: float) -> None:
        """Write and send what is left, and end."""
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout_secs)

    def _work(self) -> None:
        while not self._closing.is_set():
            # A second without news is when an open chunk of the record is written.
            if not self._wake.wait(1.0):
                self._commit()
                beat = self._beat()
                self._hand_over([beat] if beat else [])
                continue
            self._wake.clear()
            self._deliver()
            self._closing.wait(SEND_SECS)
        self._deliver()
        self._close_record()

    def _deliver(self) -> None:
        batch: list[Event] = []
        while self._items:
            item = self._items.popleft()
            if isinstance(item, RunSpec):
                batch += self._open_record(item)
            elif isinstance(item, _Handover):
                self._hand_over([*self._write(batch), *batch])
                self._greet(item)
                batch = []
            else:
                batch.append(item)
                if isinstance(item, Ended):
                    batch = [*self._write(batch), *batch]
                    self._close_record()
                    self._hand_over(batch)
                    batch = []
        batch = [*self._write(batch), *batch]
        self._hand_over(batch)

    def _hand_over(self, batch: Sequence[Event]) -> None:
        if batch:
            # Nobody is there to be told: the worker is about to be closed.
            with suppress(OSError):
                self._send(encode(_latest(batch)))

    def _greet(self, to: _Handover) -> None:
        self._send = to.send
        with suppress(OSError):
            self._send(greeting(self._store.last if self._store is not None else 0))
        self._hand_over(to.news)

    def _open_record(self, spec: RunSpec) -> list[Event]:
        self._close_record()
        if not spec.folder:
            return []
        try:
            self._store = RunStore(Path(spec.folder))
            self._store.describe(spec)
        except FileError as error:
            return self._give_up(error)
        return []

    def _write(self, batch: Sequence[Event]) -> list[Event]:
        # What the engine says of itself and of data is no part of a run; beats do not come here.
        told = [event for event in batch if not isinstance(event, Preview | Ready | Answer)]
        if self._store is None or not told:
            return []
        try:
            self._store.append(told)
        except FileError as error:
            return self._give_up(error)
        steps = [event.steps[-1] for event in told if isinstance(event, Points)]
        with self._written:
            self._written_step = max([self._written_step, *steps])
            self._written.notify_all()
        return []

    def _commit(self) -> None:
        if self._store is not None:
            try:
                self._store.commit()
            except FileError as error:
                self.put(self._give_up(error))

    def _close_record(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            try:
                store.close()
            except FileError as error:
                self.put(self._give_up(error))

    def _give_up(self, error: FileError) -> list[Event]:
        """Go on without a record: a full disk is no reason to lose the training."""
        store, self._store = self._store, None
        if store is not None:
            with suppress(FileError):
                store.close()
        with self._written:
            self._recording = False
            self._written.notify_all()
        message = f"The run goes on without being recorded. {error}"
        return [Note(message=message, level="warning")]


def _latest(batch: Sequence[Event]) -> list[Event]:
    """Leave out pictures that a newer one in the same batch makes old."""
    newest = {(event.kind, event.block): event for event in batch if isinstance(event, Snapshot)}
    return [
        event
        for event in batch
        if not isinstance(event, Snapshot) or newest[event.kind, event.block] is event
    ]
