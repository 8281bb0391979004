"""What train and resume ask alike about other programs that keep the run too."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import RunError

if TYPE_CHECKING:
    from studio.runs.clerk import Clerk
    from studio.runs.sinks import Target


class Sinks:
    """The sinks that were asked for; what is wrong with one is no matter of the run."""

    def __init__(self, targets: "list[Target]", say: Callable[[str], object]) -> None:
        self._targets = targets
        self._say = say
        self._clerks: list[Clerk] | None = None

    def begin(self, folder: str) -> None:
        """Write the run in this folder as it goes on; the second time is none."""
        if self._clerks is None:
            from studio.runs.clerk import Clerk

            self._clerks = [Clerk(Path(folder), target, live=True) for target in self._targets]

    def answer(self) -> dict[str, object]:
        """Wait until all is written, and return where, for the JSON object."""
        places: dict[str, str | None] = {}
        for clerk in self._clerks or ():
            try:
                places[str(clerk.target)] = clerk.wait()
            except RunError as error:
                places[str(clerk.target)] = None
                self._say(str(error))
        return {"sinks": places}


def add_sinks(parser: ArgumentParser) -> None:
    """Ask for sinks."""
    parser.add_argument(
        "--sink",
        dest="sinks",
        metavar="SINK:DIR",
        action="append",
        default=[],
        help="also write the run into a tracking folder (mlflow:DIR) or as an offline run"
        " (wandb:DIR), while it goes on; may be repeated",
    )


def sinks_of(options: Namespace, say: Callable[[str], object]) -> Sinks:
    """Return the sinks that were asked for.

    Raises:
        RunError: one is none, or its program is not installed.
    """
    if not options.sinks:
        return Sinks([], say)
    from studio.runs.sinks import target_in

    return Sinks([target_in(text) for text in options.sinks], say)
