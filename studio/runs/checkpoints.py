"""Where the checkpoints of a run lie, and which there are; what is in them the engine knows."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = "checkpoints"
_NAME = re.compile(r"(step|kept)-(\d+)\.safetensors")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file with the state after so many steps; a marked one was kept by a person."""

    step: int
    path: Path
    marked: bool


def checkpoint_path(run: Path, step: int, *, marked: bool = False) -> Path:
    """Return the file of a step; names sort by step."""
    return run / FOLDER / f"{'kept' if marked else 'step'}-{step:09}.safetensors"


def checkpoints_in(run: Path) -> list[Checkpoint]:
    """Return the checkpoints in the folder of a run, oldest first; none where nothing is."""
    try:
        names = [path.name for path in (run / FOLDER).iterdir()]
    except OSError:
        return []
    found = [(match, name) for name in names if (match := _NAME.fullmatch(name))]
    return sorted(
        (
            Checkpoint(int(match[2]), run / FOLDER / name, match[1] == "kept")
            for match, name in found
        ),
        key=lambda checkpoint: (checkpoint.step, checkpoint.marked),
    )


def newest_checkpoint(run: Path) -> Checkpoint | None:
    """Return the one with the most steps, None where there is none."""
    found = checkpoints_in(run)
    return found[-1] if found else None
