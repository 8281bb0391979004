"""Comparing runs: what differs in their experiments, beside what differs in their results."""

from collections import Counter
from collections.abc import Mapping, Sequence

from studio.core.compare import compare
from studio.core.errors import FileError
from studio.core.fileio import open_file
from studio.core.text import plural
from studio.runs.index import Run
from studio.runs.store import EXPERIMENT

from .run_rows import metrics_of, spread_of, value_of

MOST = 4
"""Up to so many runs, each has its own figure; of more, the mean and the spread are said."""
MOST_LINES = 200
MOST_COMPARED = 40
_SEED = "~ training.seed:"


def results(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Return each metric, and its figures from the oldest run to the newest."""
    return [
        (name.replace("/", " ").replace("_", " ").capitalize(), _figures(runs, name))
        for name in metrics_of(runs)
    ]


def differences(runs: Sequence[Run]) -> list[str]:
    """Return in words what leads from the oldest experiment to each of the others."""
    oldest, *others = sorted(runs, key=_begun)[: MOST_COMPARED + 1]
    names = dict(zip((run.id for run in runs), labels(runs), strict=True))
    lines: list[str] = []
    same = 0
    for other in others:
        found = [*_between(oldest, other), *_circumstances(oldest, other)]
        if len(others) > 1 and all(line.startswith(_SEED) for line in found):
            same += 1
            continue
        if len(others) > 1:
            lines.append(f"{names[oldest.id]} → {names[other.id]}")
        lines += found
    if same:
        lines.append(f"{names[oldest.id]} → {plural(same, 'run')} of another seed alone")
    if len(runs) > MOST_COMPARED + 1:
        lines.append(f"The other {plural(len(runs) - len(others) - 1, 'run')} are not compared")
    hidden = len(lines) - MOST_LINES
    more = [f"… and {hidden:,} more"] if hidden > 0 else []
    return [*lines[:MOST_LINES], *more] or ["The same experiment"]


def labels(runs: Sequence[Run]) -> list[str]:
    """Return short names that tell these runs apart: titles, else seeds, else ends of ids."""
    titles = Counter(run.summary.title for run in runs)
    if len(titles) == 1 and len(runs) > 1:
        plain = [f"Seed {run.summary.seed}" for run in runs]
    else:
        plain = [_named(run, titles) for run in runs]
    known = Counter(plain)
    return [
        name if known[name] == 1 else f"{name}, {run.id[-4:]}"
        for name, run in zip(plain, runs, strict=True)
    ]


def _named(run: Run, titles: Mapping[str, int]) -> str:
    title = run.summary.title
    return title if titles[title] == 1 else f"{title}, seed {run.summary.seed}"


def _begun(run: Run) -> tuple[float, str]:
    return run.begun, run.id


def _between(one: Run, other: Run) -> list[str]:
    try:
        before, after = (open_file(run.folder / EXPERIMENT) for run in (one, other))
    except FileError as error:
        return [str(error)]
    return list(compare(before, after).lines())


def _circumstances(one: Run, other: Run) -> list[str]:
    """Say another device or origin, which are no part of the experiment."""
    a, b = one.summary, other.summary
    lines = [f"~ device: {a.device} → {b.device}"] if a.device != b.device else []
    if b.origin != a.origin and b.origin is not None:
        lines.append(f"~ first weights: of {b.origin.run} at step {b.origin.step:,}")
    return lines


def _figures(runs: Sequence[Run], name: str) -> str:
    if len(runs) > MOST:
        return spread_of(runs, name)
    values = [value_of(run, name) for run in sorted(runs, key=_begun)]
    return " → ".join("–" if value is None else f"{value:.4g}" for value in values)
