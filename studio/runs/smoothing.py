"""Smoothed: a series followed by its debiased moving average, as far as the series has come."""

import numpy as np
from numpy.typing import NDArray

from .series import Series

SHORT = 64


class Smoothed:
    """The exponential moving average of a series, without the pull of its first value to zero.

    ``weight`` in [0, 1) is the share of the past, the same formula as TensorBoard's. Values that
    are not finite are passed over. ``series`` grows by what is new at each ``follow``.
    """

    def __init__(self, source: Series, weight: float) -> None:
        self.series = Series(source.name)
        self.weight = weight
        self._source = source
        self._mean = 0.0
        self._count = 0

    def follows(self, source: Series) -> bool:
        """Return whether this is the average of that series."""
        return source is self._source

    def follow(self) -> Series:
        """Return the average up to the newest point."""
        begin = len(self.series)
        if begin == len(self._source):
            return self.series
        values = self._source.values[begin:]
        finite = np.isfinite(values)
        means = recurrence(self.weight, (1 - self.weight) * values[finite], self._mean)
        counts = self._count + np.arange(1, len(means) + 1)
        smooth = np.full(len(values), np.nan)
        smooth[finite] = means / (1 - self.weight**counts) if self.weight else means
        if len(means):
            self._mean, self._count = float(means[-1]), int(counts[-1])
        self.series.extend(self._source.steps[begin:], smooth)
        return self.series


def recurrence(
    weight: float, values: NDArray[np.floating], before: float = 0.0
) -> NDArray[np.floating]:
    """Return y with ``y[i] = weight * y[i - 1] + values[i]``, where ``before`` stands for y[-1].

    Blocks are solved side by side with a scaled running sum, in which a block is so short that the
    scale stays under a thousand; what each passes on follows the same law with a smaller weight.
    """
    size = int(np.log(1e-3) / np.log(weight)) if 0 < weight < 1 else 1
    if len(values) <= SHORT or size < 2:
        result = np.empty(len(values))
        for at, value in enumerate(values.tolist()):
            before = result[at] = weight * before + value
        return result
    blocks = -(-len(values) // size)
    padded = np.zeros(blocks * size)
    padded[: len(values)] = values
    powers = weight ** np.arange(size)
    inside = np.cumsum(padded.reshape(blocks, size) / powers, axis=1) * powers
    ends = recurrence(weight**size, inside[:, -1], before)
    carried = np.concatenate(([before], ends[:-1]))
    return np.asarray((inside + carried[:, None] * (powers * weight)).ravel()[: len(values)])
