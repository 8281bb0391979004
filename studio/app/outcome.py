"""Outcome: what came of a run, as one JSON object with the names the command line uses."""

import json
from pathlib import Path

from studio.core.errors import RunError
from studio.core.fileio import write_whole

from .session import TrainingSession


def outcome_of(session: TrainingSession) -> dict[str, object]:
    """Return what came of the last run.

    Raises:
        RunError: no run has come to an end.
    """
    started, ended = session.started, session.ended
    if started is None or ended is None:
        raise RunError("no run has come to an end yet")
    return {
        "run": started.run,
        "device": started.device,
        "seed": started.seed,
        "steps": ended.step,
        "epochs": ended.epoch,
        "seconds": round(ended.seconds, 3),
        "parameters": started.parameters,
        "losses": list(ended.losses),
        "metrics": ended.metrics,
    }


def write_outcome(session: TrainingSession, path: Path) -> None:
    """Write what came of the last run into a file.

    Raises:
        RunError: no run has come to an end.
        FileError: the place cannot be written.
    """
    write_whole(path, (json.dumps(outcome_of(session), indent=1) + "\n").encode())
