"""Retention: which old runs go when a person wants to keep so many, or so many gigabytes.

What a person marked stays and is not counted: favourites, tagged runs, those with notes, those
that were cut off and shall stay so, and whatever is being trained.
"""

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.core.params import Params
from studio.core.text import memory, plural
from studio.runs.index import Run

GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Rule:
    """How many runs are kept, and how much they may take; 0 for any."""

    runs: int = 0
    gigabytes: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.runs or self.gigabytes)

    def __str__(self) -> str:
        parts = [f"the last {plural(self.runs, 'run')}" if self.runs > 1 else "the last run"]
        parts = parts if self.runs else []
        parts += [f"at most {memory(self.gigabytes * GIGABYTE)} of runs"] if self.gigabytes else []
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Excess:
    """The runs that go, oldest first, and the bytes that they take."""

    runs: tuple[Run, ...] = ()
    size: int = 0

    def __str__(self) -> str:
        return f"{plural(len(self.runs), 'older run')} ({memory(self.size)})"


def rule_of(settings: Params) -> Rule:
    """Return the rule that is set."""
    return Rule(settings.whole("keep_runs"), settings.real("keep_gigabytes"))


def size_of(folder: Path) -> int:
    """Return the bytes in a folder and those below it; what vanishes meanwhile counts nothing."""
    total = 0
    try:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                total += size_of(Path(entry.path))
            else:
                total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        return total
    return total


def excess(
    runs: Iterable[Run],
    rule: Rule,
    *,
    spared: Collection[str] = (),
    size: Callable[[Path], int] = size_of,
) -> Excess:
    """Return what goes by a rule; ``spared`` are ids of runs that stay, whatever it says.

    The newest of those that count always stays, however large it is.
    """
    if not rule:
        return Excess()
    counted = [run for run in runs if not stays(run) and run.id not in spared]
    counted.sort(key=_newest, reverse=True)
    kept = len(counted) if not rule.runs else min(rule.runs, len(counted))
    sizes: dict[str, int] = {}
    if rule.gigabytes:
        total = 0
        for place, run in enumerate(counted[:kept]):
            sizes[run.id] = size(run.folder)
            total += sizes[run.id]
            if place and total > rule.gigabytes * GIGABYTE:
                kept = place
                break
    gone = tuple(reversed(counted[kept:]))
    return Excess(gone, sum(sizes.get(run.id) or size(run.folder) for run in gone))


def stays(run: Run) -> bool:
    """Whether a person marked a run, or it is being trained."""
    marks = run.marks
    noted = marks.favourite or marks.tags or marks.notes.strip() or marks.let_be
    return bool(noted) or run.state == "running"


def _newest(run: Run) -> tuple[float, str]:
    return run.begun, run.id
