"""Scale: values to pixels along one axis, linear or logarithmic."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.number]


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps ``lo`` to ``start`` and ``hi`` to ``stop``; below zero a logarithm gives NaN."""

    lo: float
    hi: float
    start: float
    stop: float
    log: bool = False

    def pixels(self, values: Numbers) -> NDArray[np.float64]:
        """Return the place of every value."""
        lo, hi = self._ends
        shown = np.asarray(values, np.float64)
        if self.log:
            shown = np.log10(np.where(shown > 0, shown, np.nan))
        return (shown - lo) * ((self.stop - self.start) / (hi - lo)) + self.start

    def pixel(self, value: float) -> float:
        """Return the place of one value."""
        return float(self.pixels(np.array([value]))[0])

    def value(self, pixel: float) -> float:
        """Return the value at a place."""
        lo, hi = self._ends
        value = lo + (pixel - self.start) / (self.stop - self.start) * (hi - lo)
        return float(10.0**value) if self.log else value

    def zoomed(self, pixel: float, factor: float) -> tuple[float, float]:
        """Return the range ``factor`` times as wide that keeps what is at ``pixel`` there."""
        lo, hi = self._ends
        at = lo + (pixel - self.start) / (self.stop - self.start) * (hi - lo)
        return self._back(at - (at - lo) * factor), self._back(at + (hi - at) * factor)

    def moved(self, pixels: float) -> tuple[float, float]:
        """Return the range after what it shows was moved along by so many pixels."""
        lo, hi = self._ends
        by = pixels / (self.stop - self.start) * (hi - lo)
        return self._back(lo - by), self._back(hi - by)

    @property
    def _ends(self) -> tuple[float, float]:
        if not self.log:
            return self.lo, self.hi
        return math.log10(self.lo), math.log10(self.hi)

    def _back(self, value: float) -> float:
        return float(10.0**value) if self.log else value


def value_range(
    low: float, high: float, *, log: bool = False, within: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Return the range in which values from ``low`` to ``high`` stand well, with some air.

    A linear one begins at zero where that costs little. ``within`` is what a value can be at all.
    """
    if log:
        low, high = max(low, 1e-30), max(high, 1e-30)
        air = max((high / low) ** 0.06, 1.05)
        return low / air, high * air
    if 0 < low < 0.35 * high:
        low = 0.0
    air = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    lo, hi = (0.0 if low == 0 and high > 0 else low - air), high + air
    if within:
        lo, hi = max(lo, within[0]), min(hi, within[1] + (within[1] - within[0]) * 0.02)
    return lo, hi
