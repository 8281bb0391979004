"""Sinks: every program that keeps runs as well, and how a person names one."""

from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import RunError

from .sink import Sink
from .to_mlflow import MLFLOW
from .to_wandb import WANDB

SINKS: tuple[Sink, ...] = (MLFLOW, WANDB)


@dataclass(frozen=True, slots=True)
class Target:
    """A sink and where it writes to: a folder, or an address that the other program knows."""

    sink: Sink
    place: str

    def __str__(self) -> str:
        return f"{self.sink.id}:{self.place}"


def target_in(text: str) -> Target:
    """Return the sink that is meant with ``mlflow:DIR``.

    Raises:
        RunError: there is no such sink, no folder is named, or the program is not installed.
    """
    id_, colon, place = text.strip().partition(":")
    sink = next((sink for sink in SINKS if sink.id == id_), None)
    if sink is None or not colon or not place.strip():
        known = " or ".join(f"{sink.id}:DIR" for sink in SINKS)
        raise RunError(f"{text.strip() or 'nothing'}: expected a sink and its folder, as {known}")
    sink.expect_installed()
    return Target(sink, str(Path(place).expanduser()) if "://" not in place else place)


def targets_in(text: str) -> list[Target]:
    """Return all that are named in a text, apart by commas; what is wrong raises RunError."""
    return [target_in(part) for part in text.split(",") if part.strip()]


def write_into(sink: Sink, run: Path, into: Path) -> Path:
    """Write a run that was recorded into a sink, and return the folder that it is in.

    Raises:
        RunError: the program is not installed, or cannot write there.
    """
    from .clerk import Clerk  # brings what a window need not have to begin with

    sink.expect_installed()
    return Path(Clerk(run, Target(sink, str(into)), live=False).wait())
