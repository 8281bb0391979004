"""Forking: a new record that has the beginning of another."""

from collections.abc import Iterator
from pathlib import Path

from .events import (
    Adjusted,
    Checkpointed,
    Ended,
    EpochEnded,
    Event,
    Failed,
    LayerRow,
    Points,
    Progress,
    Resumed,
    Snapshot,
)
from .saved import open_run
from .spec import RunSpec
from .store import RunStore


def copy_until(old: Path, new: Path, step: int, spec: RunSpec) -> None:
    """Begin the record of a run with what another's says up to a step.

    Raises:
        FileError: the one cannot be read, or the other not be written.
    """
    store = RunStore(new)
    try:
        store.describe(spec)
        with open_run(old) as saved:
            for event in saved.replay():
                store.append(list(_until(event, step)))
    finally:
        store.close()


def _until(event: Event, step: int) -> Iterator[Event]:
    """Yield what of an event belongs to the time up to a step."""
    match event:
        case Points(name=name, steps=steps, values=values):
            kept = [pair for pair in zip(steps, values, strict=True) if pair[0] <= step]
            if kept:
                yield Points(
                    name=name,
                    steps=tuple(at for at, _ in kept),
                    values=tuple(value for _, value in kept),
                )
        case Ended() | Failed() | Resumed() | Progress() | Checkpointed():
            pass  # of the run that is left
        case LayerRow() | Snapshot() | EpochEnded() | Adjusted():
            if event.step <= step:
                yield event
        case _:
            yield event
