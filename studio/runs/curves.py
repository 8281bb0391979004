"""Curves: one scalar of one run, or the mean and the spread of several, read without the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .saved import SavedRun, open_run
from .series import Series
from .summary import epochs_in


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The mean of several runs at each step, and one standard deviation below and above it."""

    mean: Series
    low: Series
    high: Series


def names_in(folder: Path) -> list[str]:
    """Return the scalars that a run has.

    Raises:
        FileError: there is no record that can be read.
    """
    with open_run(folder) as saved:
        found = {name for ended in epochs_in(folder) for name in ended.values}
        return sorted({*saved.names, *found})


def curve_in(folder: Path, name: str) -> Series:
    """Return a scalar of a run; empty when it has none of this name.

    Raises:
        FileError: there is no record that can be read.
    """
    with open_run(folder) as saved:
        return _curve(saved, folder, name)


def _curve(saved: SavedRun, folder: Path, name: str) -> Series:
    series = Series(name)
    steps, values = saved.series(name)
    if not len(steps):  # known at the end of epochs alone
        known = [ended for ended in epochs_in(folder) if name in ended.values]
        steps = np.array([ended.step for ended in known], np.int64)
        values = np.array([ended.values[name] for ended in known], np.float32)
    # A run that went on says some steps twice: as everywhere, the first time counts.
    later = steps > np.maximum.accumulate(np.concatenate((np.array([-1]), steps)))[:-1]
    series.extend(steps[later], values[later])
    return series


def band_of(curves: Sequence[Series]) -> Band:
    """Return mean and standard deviation over the curves, at every step that any of them has.

    At a step that only some have, as when others stopped early, it is over those.
    """
    steps = np.unique(np.concatenate([curve.steps for curve in curves]))
    values = np.full((len(curves), len(steps)), np.nan)
    for row, curve in zip(values, curves, strict=True):
        row[np.searchsorted(steps, curve.steps)] = curve.values
    known = np.isfinite(values)
    count = known.sum(axis=0)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    there = count > 0
    return Band(*(_series(steps[there], (mean + way * spread)[there]) for way in (0, -1, 1)))


def _series(steps: np.ndarray, values: np.ndarray) -> Series:
    series = Series("mean")
    series.extend(steps, values)
    return series
