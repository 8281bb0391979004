"""Engine: the window's end of an engine, which it starts by name and never imports.

The engine is a process of its own, or with ``in_process`` the same worker on a thread of this one.
Nothing here waits for it: commands are queued, events are polled. When the process dies the run
ends with Failed and Ended like any other, within the tenth of a second, and ``start`` gives a new
engine.
"""

import threading
from collections import deque
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from studio.core.errors import FileError

from .commands import Command, Start, encode
from .events import Event, decode
from .journal import Journal
from .link import Death, InProcess, Link, Process
from .questions import Glance, Question


class Engine:
    """An engine that runs experiments, one at a time.

    ``with Engine() as engine`` starts it and ends it for certain.
    """

    def __init__(self, *, in_process: bool = False) -> None:
        self._in_process = in_process
        self._link: Link | None = None
        self._arrived = threading.Event()
        self._inbox: deque[bytes | Death] = deque()
        self._journal = Journal()

    @classmethod
    def met(cls, folder: Path) -> tuple[Self, list[Event]]:
        """Return the engine that trains a run without a window, and what it told so far.

        From now on it is ours, and what it tells comes by ``poll``.

        Raises:
            RunError: nobody listens, or another window was first.
            FileError: the record cannot be read.
        """
        from .attached import Attached
        from .door import greeted, knock
        from .saved import open_run

        wire, door = knock(folder)
        hello = greeted(wire, folder)
        engine = cls()
        engine._link = Attached(engine._receive, wire, door.process)
        try:
            with open_run(folder) as saved:
                told = list(saved.so_far(hello.told) if hello.told else saved.replay())
        except FileError:
            engine.leave()
            raise
        if saved.spec is not None:
            engine._journal.begin(saved.spec)
        engine._journal.note(told)
        return engine, told

    def start(self) -> None:
        """Start the engine, anew if it was started before; Ready follows when it is warm."""
        self.close()
        self._inbox.clear()
        self._journal = Journal()
        self._launch()

    def send(self, command: Command) -> None:
        """Ask something of the engine; never waits.

        For a run or a look at data, an engine that died is replaced by a new one; one that was
        closed is asked in vain.
        """
        if (
            isinstance(command, Start | Question | Glance)
            and self._link is not None
            and not self.alive
        ):
            self._launch()
        if isinstance(command, Start):
            self._journal.begin(command.spec)
        if self._link is not None:
            self._link.send(encode(command))

    def poll(self) -> list[Event]:
        """Return the events since the last time; never waits."""
        self._arrived.clear()
        events: list[Event] = []
        while self._inbox:
            item = self._inbox.popleft()
            if isinstance(item, bytes):
                received = decode(item)
                self._journal.note(received)
                events += received
            else:
                events += self._journal.cut_off(item.message, item.details)
        return events

    def wait(self, timeout_secs: float) -> list[Event]:
        """Return the next events, none when there are none for so long."""
        until = monotonic() + timeout_secs
        while not (events := self.poll()):
            left = until - monotonic()
            if left <= 0 or not self._arrived.wait(left):
                break
        return events or self.poll()

    @property
    def alive(self) -> bool:
        """Whether the engine can be asked for something."""
        return self._link is not None and self._link.alive

    def close(self, *, at_once: bool = False) -> None:
        """End the engine; its last events are lost. ``at_once``: whatever it does."""
        link, self._link = self._link, None
        if link is not None:
            link.close(at_once=at_once)

    def leave(self) -> None:
        """Let the engine go on alone with its run, whatever was said when it began."""
        link, self._link = self._link, None
        if link is not None:
            link.leave()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _launch(self) -> None:
        old, self._link = self._link, None
        if old is not None:
            old.close()
        self._link = InProcess(self._receive) if self._in_process else Process(self._receive)

    def _receive(self, item: bytes | Death) -> None:
        """Take a batch of events, or the sentence why there will be no more; from any thread."""
        self._inbox.append(item)
        self._arrived.set()
