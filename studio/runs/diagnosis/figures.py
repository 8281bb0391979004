"""Figures: the few statistics that the rules read curves and rows of layers with."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.runs.layers import LayerGrid

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Checks:
    """One number for each look at a run: the means of epochs, or of equal pieces of its steps."""

    steps: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def latest(self) -> float:
        """The newest."""
        return float(self.values[-1])

    @property
    def least(self) -> float:
        """The smallest so far."""
        return float(self.values.min())

    def fall(self, checks: int) -> float:
        """Return the share by which it fell over the last so many checks: the best against then.

        What is 0 has nowhere to fall to.
        """
        then = float(self.values[-checks - 1])
        best = float(self.values[-checks:].min())
        return (then - best) / abs(then) if then else 1.0


def pieces(steps: Ints, values: Floats, width: int) -> Checks:
    """Return the means of whole pieces of ``width`` steps each; what is over is left out."""
    number = (steps - 1) // width
    whole = number < (int(steps[-1]) // width if len(steps) else 0)
    found, begins = np.unique(number[whole], return_index=True)
    if not len(found):
        return Checks(np.zeros(0, np.int64), np.zeros(0))
    counts = np.diff(np.append(begins, int(whole.sum())))
    means = np.add.reduceat(values[whole], begins) / counts
    return Checks(((found + 1) * width).astype(np.int64), means)


def medians(grid: LayerGrid, edges: Ints) -> Floats:
    """Return looks × layers: the median of each layer over the rows between neighbouring edges.

    Looks without a row are NaN.
    """
    cuts = np.searchsorted(grid.starts, edges, side="right")
    looks = np.full((len(edges) - 1, grid.layers), np.nan)
    for place, (begin, stop) in enumerate(pairwise(cuts)):
        if stop > begin:
            looks[place] = np.median(grid.values[begin:stop], axis=0)
    return looks


def robust_z(values: Floats, before: int) -> Floats:
    """Return how far each value from place ``before`` on lies from the median of those before it.

    In median absolute deviations, as σ; 0 for what is not finite.
    """
    windows = np.lib.stride_tricks.sliding_window_view(values, before + 1)
    middles = np.median(windows, axis=1, keepdims=True)
    spreads = 1.4826 * np.median(np.abs(windows - middles), axis=1)
    with np.errstate(invalid="ignore"):
        z: Floats = (windows[:, -1] - middles[:, 0]) / np.maximum(spreads, TINY)
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)


def nice(value: float) -> float:
    """Return the nearest of 1, 3 and 10 times a power of ten below or at a value."""
    power = 10.0 ** np.floor(np.log10(value) + 1e-9)
    return float(f"{(3 if value / power >= 3 - 1e-6 else 1) * power:.1g}")


def in_words(value: float) -> str:
    """Return a number with three figures, as one writes it: ``0.0003``, ``2.41``, ``3.1e-07``."""
    return f"{value:.3g}"
