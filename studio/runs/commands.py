"""Commands: all that the window, the command line or a launcher can ask of an engine."""

from typing import TypeAlias

import msgspec

from .questions import Glance, Question
from .spec import Adjustment, RunSpec, Struct, Watch


class Start(Struct, frozen=True, kw_only=True, tag="start"):
    """Begin this run; ``steps`` > 0 pauses after so many (one step: 1).

    With ``checkpoint``, the path of one of its own, it goes on from there. ``shared`` says that it
    is trained by several processes, of which the environment of this one tells as torchrun does.
    ``unattended``: it goes on when whoever asked for it is gone, and waits to be met again; else it
    then ends with a checkpoint.
    """

    spec: RunSpec
    steps: int = 0
    checkpoint: str = ""
    shared: bool = False
    unattended: bool = False


class Pause(Struct, frozen=True, kw_only=True, tag="pause"):
    """Wait after the current batch."""


class Resume(Struct, frozen=True, kw_only=True, tag="resume"):
    """Go on; ``steps`` > 0 pauses again after so many."""

    steps: int = 0


class Stop(Struct, frozen=True, kw_only=True, tag="stop"):
    """End the run after the current batch, with its weights kept."""


class Look(Struct, frozen=True, kw_only=True, tag="look"):
    """Change what is watched."""

    watch: Watch


class Adjust(Struct, frozen=True, kw_only=True, tag="adjust"):
    """Change a setting from the next step on; the adjustment's own step is not looked at."""

    adjustment: Adjustment


class Keep(Struct, frozen=True, kw_only=True, tag="keep"):
    """Write a checkpoint after the current batch, and never throw it away."""


class Quit(Struct, frozen=True, kw_only=True, tag="quit"):
    """End the engine."""


class Leave(Struct, frozen=True, kw_only=True, tag="leave"):
    """Go on with the run alone, and wait to be met again; without one, end."""


Command: TypeAlias = (
    Start | Pause | Resume | Stop | Look | Adjust | Keep | Question | Glance | Quit | Leave
)

_encoder = msgspec.msgpack.Encoder()
_decoder: "msgspec.msgpack.Decoder[Command]" = msgspec.msgpack.Decoder(Command)


def encode(command: Command) -> bytes:
    """Return a command as MessagePack."""
    return _encoder.encode(command)


def decode(data: bytes) -> Command:
    """Return the command in these bytes."""
    return _decoder.decode(data)
