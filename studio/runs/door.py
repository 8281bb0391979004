"""Door: where an engine that goes on training without its window can be met again.

Decision: the engine listens only while nobody holds it, on a socket in a folder of its own, and
lays address and key into the run's folder in a file that its owner alone can read. The first window
that knocks with the key holds it; socket and file are gone then, so that there is never a second.
The file stays where such a run came to its end unseen, which is how the next window knows to tell.
Where a file's mode does not keep others out, nobody listens: the run ends with a checkpoint.
"""

import os
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import TypeAlias

import msgspec

from studio.core.errors import RunError

from .spec import Struct

DOOR = "engine.door"
CAN_LISTEN = os.name == "posix"
"""Whether a file and a socket can be kept from other users here."""
ANSWER_SECS = 20.0
"""How long an engine may take to answer; one that judges a part hears, but is slow to speak."""

Wire: TypeAlias = "Connection[bytes, bytes]"


class Door(Struct, frozen=True, kw_only=True):
    """What the file says; ``key`` in hexadecimal digits."""

    address: str
    key: str
    process: int


class Hello(Struct, frozen=True, kw_only=True):
    """The first word of an engine that was met."""

    told: int
    """All up to this number of the record was told before; what is later will be sent. 0 where
    there is no record any more, or the run has ended: then the record is complete."""


def lay_out(folder: Path, door: Door) -> None:
    """Write the file, readable by its owner alone.

    Raises:
        OSError: there is no room.
    """
    path = folder / DOOR
    with suppress(FileNotFoundError):
        path.unlink()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(door))


def door_of(folder: Path) -> Door | None:
    """Return what the file of a run says; None where there is none."""
    try:
        return msgspec.json.decode((folder / DOOR).read_bytes(), type=Door)
    except (OSError, msgspec.MsgspecError):
        return None


def take_away(folder: Path) -> None:
    """Remove the file; one that is gone is no error."""
    with suppress(OSError):
        (folder / DOOR).unlink()


def knock(folder: Path) -> tuple[Wire, Door]:
    """Return the connection to the engine that trains a run without a window.

    Raises:
        RunError: nobody listens, or another window was first.
    """
    door = door_of(folder)
    if door is None:
        raise RunError(f"{folder.name}: no engine waits for a window")
    try:
        return Client(door.address, authkey=bytes.fromhex(door.key)), door
    except (OSError, EOFError, AuthenticationError, ValueError):
        raise RunError(
            f"{folder.name}: its engine does not answer; another window may hold it, or it has "
            "ended. Look again on the Runs page"
        ) from None


def greeted(wire: Wire, folder: Path) -> Hello:
    """Return what the engine says first.

    Raises:
        RunError: it says nothing.
    """
    with suppress(EOFError, OSError, msgspec.MsgspecError):
        if wire.poll(ANSWER_SECS):
            return msgspec.msgpack.decode(wire.recv_bytes(), type=Hello)
    wire.close()
    raise RunError(f"{folder.name}: its engine does not answer; it may have ended meanwhile")


def greeting(told: int) -> bytes:
    """Return the first word as bytes."""
    return msgspec.msgpack.encode(Hello(told=told))
