"""Links to an engine: a process over a connection, or a worker in this process.

Decision: the child connects back over a ``multiprocessing`` connection (a socket file, a named
pipe on Windows) with a key that it reads from its standard input, so that nobody else can; the end
of either process closes the connection, which the other notices at once. What the child prints is
kept for the report of its death.
"""

import importlib
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import IO, NamedTuple, Protocol, TypeAlias

from studio.core.plugin_code import as_environment

from .commands import Leave, Quit, encode
from .door import Wire

ENGINE = "studio.engine"
WORKER = "studio.engine.worker"
QUIT_SECS = 2.0
"""How long an engine may take to end by itself before it is killed."""
TOLD_BYTES = 8000


class Death(NamedTuple):
    """Why an engine ended that nobody asked to end, and the last of what it printed."""

    message: str
    details: str


Receive = Callable[[bytes | Death], None]
Commands: TypeAlias = "queue.SimpleQueue[bytes | None]"
"""Commands to be sent; nothing more comes after None."""


class Link(Protocol):
    """What an Engine needs of its engine."""

    @property
    def alive(self) -> bool:
        """Whether it still runs."""

    def send(self, command: bytes) -> None:
        """Queue a command; never waits."""

    def close(self, *, at_once: bool = False) -> None:
        """End it, for certain; ``at_once`` without waiting for it."""

    def leave(self) -> None:
        """Let it go on with its run, alone."""


class InProcess:
    """A worker on threads of this process."""

    def __init__(self, receive: Receive) -> None:
        self._worker = importlib.import_module(WORKER).Worker(receive)
        self._worker.start()
        self.alive = True

    def send(self, command: bytes) -> None:
        """Queue a command."""
        self._worker.tell(command)

    def close(self, *, at_once: bool = False) -> None:
        """End the run after its batch, and the threads; they cannot be ended before."""
        self.alive = False
        self._worker.close()

    def leave(self) -> None:
        """End it: it has no life of its own."""
        self.close()


class Process:
    """A child process that runs ``python -m studio.engine``."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._commands: Commands = queue.SimpleQueue()
        self._key = secrets.token_bytes(32)
        self._listener = Listener(authkey=self._key)
        # Closed in close(), not at the end of a block.
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._child = self._launch()
        self._connected = threading.Event()
        self._closing = self._leaving = self._gone = False
        self._threads = [
            threading.Thread(target=work, name=f"netwright-engine-{name}", daemon=True)
            for name, work in (("events", self._read), ("end", self._await_end))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return not self._gone and not self._closing

    def send(self, command: bytes) -> None:
        """Queue a command, also before the process is there to read it."""
        self._commands.put(command)

    def close(self, *, at_once: bool = False) -> None:
        """Ask the process to end, and end it if it does not, or at once."""
        self._closing = True
        self.send(encode(Quit()))
        try:
            self._child.wait(QUIT_SECS if self._connected.is_set() and not at_once else 0.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        for thread in self._threads:
            thread.join()
        self._printed.close()

    def leave(self) -> None:
        """Let the process go on alone; one that does not hear goes its own way."""
        self._closing = self._leaving = True
        self.send(encode(Leave()))
        self._threads[0].join(QUIT_SECS)
        self._printed.close()

    def _launch(self) -> "subprocess.Popen[bytes]":
        address = self._listener.address
        assert isinstance(address, str), address
        # Plug-ins and a checkout are found where this process finds them.
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        child = subprocess.Popen(
            [sys.executable, "-m", ENGINE, address],
            stdin=subprocess.PIPE,
            stdout=self._printed,
            stderr=self._printed,
            env={**os.environ, **as_environment(), "PYTHONPATH": paths},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert child.stdin is not None
        with child.stdin, suppress(OSError):
            child.stdin.write(self._key.hex().encode() + b"\n")
        return child

    # Threads

    def _read(self) -> None:
        """Connect, then pass on what arrives until the connection ends."""
        with self._listener, self._accepted() as connection:
            self._connected.set()
            converse(connection, self._commands, self._receive)
        if self._leaving:
            return
        self._reap()
        # Before the last words: who asks in this order, alive and then poll, misses none.
        self._gone = True
        if not self._closing:
            self._receive(self._death())

    def _accepted(self) -> Wire:
        """Return the connection of whoever has the key; others are turned away."""
        while True:
            with suppress(AuthenticationError, EOFError, ConnectionError):
                return self._listener.accept()

    def _await_end(self) -> None:
        """Wait for the process, so that no zombie stays.

        Had it not connected yet, it is waited for in vain: we connect in its stead.
        """
        self._child.wait()
        if not self._connected.is_set():
            with suppress(EOFError, OSError), Client(self._listener.address, authkey=self._key):
                pass

    def _reap(self) -> None:
        """Give the process a moment to be gone, now that its connection is."""
        try:
            self._child.wait(QUIT_SECS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _death(self) -> Death:
        self._printed.seek(0, os.SEEK_END)
        self._printed.seek(max(0, self._printed.tell() - TOLD_BYTES))
        details = self._printed.read().decode(errors="replace")
        return Death(f"The engine ended: {_reason(self._child.returncode)}", details)


def converse(connection: Wire, commands: Commands, receive: Receive) -> None:
    """Send the commands and pass on what arrives until the connection ends."""
    writer = threading.Thread(
        target=_send_all,
        args=(connection, commands),
        name="netwright-engine-commands",
        daemon=True,
    )
    writer.start()
    with suppress(EOFError, OSError):
        while True:
            receive(connection.recv_bytes())
    commands.put(None)
    writer.join()


def _send_all(connection: Wire, commands: Commands) -> None:
    with suppress(OSError):
        while (command := commands.get()) is not None:
            connection.send_bytes(command)


def _reason(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        if signal.Signals(-code) is getattr(signal, "SIGKILL", None):
            return f"killed by signal {-code} (out of memory?)"
        return f"killed by signal {-code} ({signal.Signals(-code).name})"
    return f"killed by signal {-code}"
