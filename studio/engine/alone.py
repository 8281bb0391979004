"""Alone: an engine whose window is gone goes on with its run, and waits to be met again."""

import os
import queue
import secrets
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener
from pathlib import Path
from shutil import rmtree
from time import monotonic
from types import FrameType

from studio.runs.door import CAN_LISTEN, Door, Wire, lay_out, take_away

from .worker import Worker

LOOK_SECS = 0.2
"""How often it is asked whether the run still goes on."""
MEANT_SECS = 2.0
"""A window that is gone so soon after Ctrl+C was meant to go, and its run with it."""


class Ends:
    """What was asked by signals: Ctrl+C in a terminal reaches window and engine, TERM may, too.

    A terminal that is closed takes the window away, which nobody need have meant.
    """

    def __init__(self) -> None:
        self._interrupted = -MEANT_SECS
        self._ended = self._hearing = False
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGTERM, self._end)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    @property
    def meant(self) -> bool:
        """Whether the run is to end though nobody told the engine so."""
        return self._ended or monotonic() - self._interrupted < MEANT_SECS

    @contextmanager
    def heard(self) -> Iterator[None]:
        """While it waits for commands, an engine that is to end hears no more."""
        self._hearing = True
        try:
            if self._ended:
                raise EOFError
            yield
        finally:
            self._hearing = False

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self._interrupted = monotonic()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._ended = True
        if self._hearing:
            raise EOFError


def met_again(worker: Worker, ends: Ends) -> "Wire | None":
    """Let the run go on, and return the connection of the window that comes to see it.

    None where it is to end: it was not to go on, came to its end unseen, or cannot be met.
    """
    folder = worker.goes_on_alone()
    if not folder or not CAN_LISTEN or ends.meant:
        return None
    with suppress(OSError), _Bell(Path(folder)) as bell:
        while worker.goes_on_alone() and not ends.meant:
            wire = bell.answered(LOOK_SECS)
            if wire is not None:
                take_away(Path(folder))
                worker.attach(wire.send_bytes)
                return wire
    return None


class _Bell:
    """A socket in a folder of its own, and the file that says where; one visitor is let in."""

    def __init__(self, folder: Path) -> None:
        """Begin to listen.

        Raises:
            OSError: that cannot be done here.
        """
        self._place = tempfile.mkdtemp(prefix="netwright-")
        self._visitors: queue.SimpleQueue[Wire] = queue.SimpleQueue()
        try:
            key = secrets.token_bytes(32)
            address = os.path.join(self._place, "engine")
            self._listener = Listener(address, "AF_UNIX", authkey=key)
            lay_out(folder, Door(address=address, key=key.hex(), process=os.getpid()))
        except OSError:
            rmtree(self._place, ignore_errors=True)
            raise
        threading.Thread(target=self._listen, name="netwright-bell", daemon=True).start()

    def answered(self, secs: float) -> "Wire | None":
        """Return the connection of whoever came with the key, none if nobody did for so long."""
        try:
            return self._visitors.get(timeout=secs)
        except queue.Empty:
            return None

    def _listen(self) -> None:
        while True:
            with suppress(AuthenticationError, EOFError, ConnectionError):
                self._visitors.put(self._listener.accept())
                return

    def __enter__(self) -> "_Bell":
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that still listens goes with the process, which is about to end then.
        with suppress(OSError):
            self._listener.close()
        rmtree(self._place, ignore_errors=True)
