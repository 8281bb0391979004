"""Attached: the link to an engine that another window had started, met at its door."""

import queue
import threading
from contextlib import suppress

import psutil

from .commands import Leave, Quit, encode
from .door import Wire
from .link import ENGINE, QUIT_SECS, Commands, Death, Receive, converse


class Attached:
    """An engine that is no child of ours: its end is noticed by the end of the connection."""

    def __init__(self, receive: Receive, wire: Wire, process: int) -> None:
        """Take over a connection whose first word has been heard; ``process`` is its number."""
        self._receive = receive
        self._wire = wire
        self._process = process
        self._commands: Commands = queue.SimpleQueue()
        self._closing = self._gone = False
        self._thread = threading.Thread(
            target=self._read, name="netwright-engine-events", daemon=True
        )
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return not self._gone and not self._closing

    def send(self, command: bytes) -> None:
        """Queue a command."""
        self._commands.put(command)

    def close(self, *, at_once: bool = False) -> None:
        """Ask the process to end, and end it if it does not, or at once."""
        self._closing = True
        self.send(encode(Quit()))
        self._thread.join(0.0 if at_once else QUIT_SECS)
        if self._thread.is_alive():
            _end(self._process)
            self._thread.join()

    def leave(self) -> None:
        """Let the process go on alone; one that does not hear goes its own way."""
        self._closing = True
        self.send(encode(Leave()))
        self._thread.join(QUIT_SECS)

    def _read(self) -> None:
        with self._wire:
            converse(self._wire, self._commands, self._receive)
        # Before the last words: who asks in this order, alive and then poll, misses none.
        self._gone = True
        if not self._closing:
            self._receive(Death("The engine ended", "It had been started by an earlier window"))


def _end(process: int) -> None:
    """End a process if it is an engine; its number may have been given anew."""
    with suppress(psutil.Error):
        engine = psutil.Process(process)
        if ENGINE in engine.cmdline():
            engine.kill()
            engine.wait(QUIT_SECS)
