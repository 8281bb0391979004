"""Outcome: what came of a run, as one JSON object with the names the command line uses."""

import json
from pathlib import Path

from studio.core.errors import RunError
from studio.core.fileio import write_whole
from studio.runs.events import Ended, Failed, Started

from .session import TrainingSession

VERSION = 1
"""Grows when a field of the object changes its meaning, not when one is added."""


def answer(
    run: str, started: Started | None, ended: Ended | None, failed: Failed | None = None
) -> dict[str, object]:
    """Return the object for a run of this id, as far as it came."""
    return {
        "version": VERSION,
        "run": run,
        "reason": ended.reason if ended else "failed",
        "device": started.device if started else None,
        "seed": started.seed if started else None,
        "steps": ended.step if ended else 0,
        "epochs": ended.epoch if ended else 0,
        "seconds": round(ended.seconds, 3) if ended else 0.0,
        "parameters": started.parameters if started else None,
        "samples": started.samples if started else {},
        "losses": list(ended.losses) if ended else [],
        "metrics": ended.metrics if ended else {},
        "error": _error(failed) if failed else None,
    }


def _error(failed: Failed) -> dict[str, object]:
    return {
        "kind": failed.kind,
        "block": failed.block or None,
        "message": failed.message,
        "hint": failed.hint,
        "step": failed.step,
    }


def outcome_of(session: TrainingSession) -> dict[str, object]:
    """Return what came of the last run.

    Raises:
        RunError: no run has come to an end.
    """
    started, ended = session.started, session.ended
    if started is None or ended is None:
        raise RunError("no run has come to an end yet")
    return answer(started.run, started, ended)


def write_outcome(session: TrainingSession, path: Path) -> None:
    """Write what came of the last run into a file.

    Raises:
        RunError: no run has come to an end.
        FileError: the place cannot be written.
    """
    write_whole(path, (json.dumps(outcome_of(session), indent=1) + "\n").encode())
