"""Sink: another program's own keeping of runs, which a run can be written into beside our record.

A sink reads the record and never the engine, from a process of its own: it takes nothing from the
training, and whatever becomes of it, the run goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from studio.core.errors import RunError

from .events import EpochEnded, Failed, Points, Started
from .spec import RunSpec, Setting

End: TypeAlias = Literal["finished", "stopped", "failed", "cut off"]
News: TypeAlias = Sequence[Started | Points | EpochEnded | Failed]


class Book(Protocol):
    """One run as the other program keeps it, open to be written."""

    @property
    def place(self) -> str:
        """Where it is: a folder, or an address."""

    @property
    def known(self) -> Mapping[str, int]:
        """The last step of each scalar that it has already."""

    def write(self, news: News, time: float) -> None:
        """Take in what is new, seen at a time in seconds since 1970."""

    def close(self, end: End) -> None:
        """Note how the run ended, and let go."""


@dataclass(frozen=True, slots=True)
class Sink:
    """A program that keeps runs.

    Attributes:
        package: what has to be installed, and the extra of ours that brings it.
        open: opens the book of the run in a folder at a target, a folder of the person's.
    """

    id: str
    title: str
    help: str
    package: str
    open: Callable[[Path, str], Book]

    def expect_installed(self) -> None:
        """Look for the package, without loading it.

        Raises:
            RunError: it is not there.
        """
        if find_spec(self.package) is None:
            raise RunError(
                f"{self.title} is not installed here: pip install "
                f'"netwright[{self.package}]" brings it'
            )


def told_of(spec: RunSpec | None) -> dict[str, Setting]:
    """Return what another program may list as the parameters of a run."""
    if spec is None:
        return {}
    told: dict[str, Setting] = {
        "seed": spec.seed,
        "epochs": spec.epochs,
        "batch_size": spec.batch_size,
        "data": spec.data.source,
        "validation": spec.data.validation,
        "test": spec.data.test,
        "precision": spec.computing.precision,
        "accumulate": spec.computing.accumulate,
        "ema": spec.ema,
        "early_stopping": spec.early_stopping,
    }
    several = len(spec.objectives) > 1
    for job in spec.objectives:
        before = f"{job.name}." if several else ""
        told[f"{before}optimizer"] = job.optimizer
        told[f"{before}lr"] = job.lr
        told[f"{before}schedule"] = job.schedule.rpartition(":")[2] or "constant"
    return told | {f"data.{name}": value for name, value in spec.data.params.items()}
