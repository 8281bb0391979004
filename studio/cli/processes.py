"""Processes that share the batches of one run: those that we start, or that torchrun did.

The first is this one with its engine; the others only help it, and are told over the wire what to
train. They meet as torchrun has processes meet: by RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT.
"""

import os
import socket
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import IO, TYPE_CHECKING, Protocol

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.runs.events import Event

_HELPER = "studio.engine.together"
_GRACE_SECS = 3.0
"""How long the engine may take to say itself that another process is gone."""
_LEAVE_SECS = 5.0
"""How long the others may take to end once the run has."""
_TOLD_BYTES = 8000


class Helper(Protocol):
    """One of the other processes, as ``subprocess.Popen`` is."""

    def poll(self) -> int | None:
        """Return its exit code; None while it works."""

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code once it has one, or raise TimeoutExpired."""

    def kill(self) -> None:
        """End it at once."""


class Processes:
    """The other processes of a run."""

    def __init__(self, helpers: Sequence[Helper] = (), *, shared: bool = False) -> None:
        self._helpers = helpers
        self.shared = shared
        """Whether there are any, started by us or by another launcher."""
        self._lost_at = 0.0
        self.printed: Sequence[IO[bytes]] = ()
        """What each of them printed."""

    def lost(self) -> Sequence["Event"]:
        """Return how the run fails when one of the others is gone, and the engine keeps silent."""
        codes = [helper.poll() for helper in self._helpers]
        # One that came to the end has nothing more to do, while the first still writes.
        number = next((at for at, code in enumerate(codes) if code not in (None, 0, 130)), None)
        if number is None:
            return ()
        self._lost_at = self._lost_at or monotonic()
        if monotonic() < self._lost_at + _GRACE_SECS:
            return ()
        from studio.runs.events import Ended, Failed

        message = f"Process {number + 2} of {len(codes) + 1} ended with code {codes[number]}"
        failed = Failed(
            kind="engine-died",
            message=message,
            hint="Go on from the last checkpoint, if there is one, with netwright resume",
            details=_tail(self.printed[number]),
        )
        return [failed, Ended(reason="failed", step=0, epoch=0, seconds=0.0, metrics={})]

    def end(self) -> None:
        """See to it that no process stays."""
        until = monotonic() + _LEAVE_SECS
        for helper in self._helpers:
            try:
                helper.wait(max(0.0, until - monotonic()))
            except subprocess.TimeoutExpired:
                helper.kill()
                helper.wait()


ALONE = Processes()


def add_processes(parser: ArgumentParser) -> None:
    """Ask for a number of processes."""
    parser.add_argument(
        "--nproc",
        type=_count,
        metavar="N",
        help="share every batch among so many processes, each on a GPU of its own where there are"
        " as many; the losses are those of one process",
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="where the processes of --nproc are: on this machine, or where Ray has room",
    )


def helps() -> bool:
    """Whether a launcher such as torchrun started this process beside the first one."""
    return _launched() and os.environ["RANK"] != "0"


def help_out(say: Callable[[str], object]) -> int:
    """Help the first process, and return the exit code."""
    from studio.engine.together import assist

    return assist(say)


@contextmanager
def processes(options: Namespace) -> Iterator[Processes]:
    """Start the others for as long as the run lasts; torchrun has done so already.

    Raises:
        StudioError: torchrun and ``--nproc`` say different numbers, or Ray has no room.
    """
    count: int = options.nproc or 1
    if _launched():
        world = int(os.environ["WORLD_SIZE"])
        if options.nproc not in (None, world):
            raise StudioError(
                f"--nproc says {count} processes, torchrun {world}; leave --nproc out"
            )
        yield Processes(shared=True)
    elif count == 1 and options.engine == "local":
        yield ALONE
    elif count == 1:
        raise StudioError("--engine ray: expected --nproc N beside it, with 2 processes or more")
    else:
        with _on_ray(count) if options.engine == "ray" else _started(count) as others:
            yield others


@contextmanager
def _on_ray(count: int) -> Iterator[Processes]:
    from .on_ray import ray_helpers

    before = dict(os.environ)
    try:
        with ray_helpers(count, _meeting(count)) as (helpers, told, printed):
            os.environ.update(told)
            others = Processes(helpers, shared=True)
            others.printed = printed
            try:
                yield others
            finally:
                others.end()
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _started(count: int) -> Iterator[Processes]:
    before = dict(os.environ)
    os.environ.update(_meeting(count))  # the engine of this process has to read it too
    with ExitStack() as stack:
        printed = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(1, count)]
        others = Processes([_helper(at, file) for at, file in enumerate(printed, 1)], shared=True)
        others.printed = printed
        try:
            yield others
        finally:
            others.end()
            os.environ.clear()
            os.environ.update(before)


def _helper(rank: int, printed: IO[bytes]) -> "subprocess.Popen[bytes]":
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return subprocess.Popen(
        [sys.executable, "-m", _HELPER],
        stdin=subprocess.DEVNULL,
        stdout=2,  # what fails there is news, and news goes to stderr
        stderr=printed,
        env={**os.environ, "PYTHONPATH": paths, "RANK": str(rank), "LOCAL_RANK": str(rank)},
    )


def _meeting(count: int) -> dict[str, str]:
    """Return what the first process is told of the others, on this machine."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    loopback = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)
    return {
        "RANK": "0",
        "LOCAL_RANK": "0",
        "WORLD_SIZE": str(count),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        **({"GLOO_SOCKET_IFNAME": loopback} if loopback else {}),
    }


def _launched() -> bool:
    """Whether a launcher tells of several processes."""
    told = {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"} <= os.environ.keys()
    return told and int(os.environ["WORLD_SIZE"]) > 1


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"expected a number of processes from 1, received {text}")
    return int(text)


def _tail(printed: IO[bytes]) -> str:
    printed.seek(0, os.SEEK_END)
    printed.seek(max(0, printed.tell() - _TOLD_BYTES))
    return printed.read().decode(errors="replace")
