"""Scripting: an experiment is trained and looked at in a few lines, in a notebook or a test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.catalog import Catalog
from studio.core.errors import RunError
from studio.core.experiment import Experiment

if TYPE_CHECKING:
    from studio.runs.events import Event
    from studio.runs.record import Record

PLUGGING = "studio.app.plugging"
_WAIT_SECS = 1.0


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run.

    Attributes:
        reason: ``finished``, ``early-stopped`` or ``stopped``.
        metrics: by part (train, validation, test), then by name (loss, accuracy, …).
        losses: the training loss of each of the first 1000 steps.
        record: all that was told: ``record.series``, ``record.snapshots``, ….
        folder: where the record and the weights lie; None if none were kept.
    """

    reason: str
    metrics: Mapping[str, Mapping[str, float]]
    losses: tuple[float, ...]
    seconds: float
    record: "Record"
    folder: Path | None = None


def full_catalog() -> Catalog:
    """Return everything that ships with the studio, and what the plug-ins give that are on."""
    found: Catalog = import_module(PLUGGING).full_catalog()
    return found


def train(
    experiment: Experiment,
    catalog: Catalog | None = None,
    *,
    in_process: bool = False,
    folder: Path | None = None,
    say: Callable[["Event"], object] | None = None,
) -> Trained:
    """Train an experiment to its end, as the window and the command line do.

    Args:
        experiment: what to train.
        catalog: what its blocks mean; ``full_catalog()`` if none is given.
        in_process: whether torch is loaded here, and not in a process of its own.
        folder: where to keep the record and the weights.
        say: is told every event.

    Raises:
        CompileError: the drawing cannot be trained, and why.
        RunError: the run failed, and why.
    """
    from studio.runs.commands import Start  # all of this not with studio.api
    from studio.runs.events import Ended, Failed
    from studio.runs.handle import Engine
    from studio.runs.record import Record

    from .run import plan_run

    known = catalog or full_catalog()
    kept = str(folder.absolute()) if folder else ""
    spec = plan_run(experiment, known, run_id=folder.name if folder else "script", folder=kept)
    record = Record()
    ended: Ended | None = None
    with Engine(in_process=in_process) as engine:
        engine.send(Start(spec=spec))
        while ended is None:
            alive = engine.alive  # asked first, so that no last words are missed
            events = engine.wait(_WAIT_SECS)
            record.feed(events)
            for event in events:
                if say is not None:
                    say(event)
                if isinstance(event, Failed):
                    raise RunError(f"{event.message}. {event.hint}".removesuffix(". "))
                ended = event if isinstance(event, Ended) else ended
            if ended is None and not alive:
                raise RunError("The engine ended before the run did")
    return Trained(ended.reason, ended.metrics, ended.losses, ended.seconds, record, folder)
