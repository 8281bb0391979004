"""LayerGrid: one number for every layer over the steps of a run, in bounded memory."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Growing

ROWS = 2048


class LayerGrid:
    """Steps × layers, where rows that lie close are merged and keep the greatest value.

    A row stands for the steps ``start`` to ``start + width - 1``; ``width`` is a power of two that
    doubles when there would be more than ``rows`` rows, so that old rows never move. A NaN stays
    one. ``latest`` is the newest row as it came.
    """

    def __init__(self, layers: int, *, rows: int = ROWS) -> None:
        self.width = 1
        self.version = 0
        self.latest: tuple[int, NDArray[np.float32]] | None = None
        self._rows = rows
        self._bins: Growing[np.int64] = Growing(np.dtype(np.int64))
        self._values: Growing[np.float32] = Growing(np.dtype(np.float32), (layers,))

    def __len__(self) -> int:
        return len(self._bins)

    @property
    def layers(self) -> int:
        """How many numbers a row has."""
        return int(self._values.array.shape[1])

    @property
    def starts(self) -> NDArray[np.int64]:
        """The first step of every row."""
        return self._bins.array * self.width

    @property
    def values(self) -> NDArray[np.float32]:
        """Rows × layers."""
        return self._values.array

    @property
    def nbytes(self) -> int:
        """Memory taken, spare room included."""
        return self._bins.nbytes + self._values.nbytes

    def extend(self, steps: Sequence[int] | NDArray[np.int64], rows: ArrayLike) -> None:
        """Add rows at later steps; those not later than the newest are known and left out.

        Raises:
            ValueError: a row has another number of layers.
        """
        new_steps = np.asarray(steps, np.int64)
        new = np.asarray(rows, np.float32)
        if new.shape != (len(new_steps), self.layers):
            raise ValueError(
                f"expected {len(new_steps)} rows of {self.layers} layers, received {new.shape}"
            )
        if self.latest is not None:
            later = new_steps > self.latest[0]
            new_steps, new = new_steps[later], new[later]
        if not len(new_steps):
            return
        self.latest = (int(new_steps[-1]), new[-1].copy())
        self._add(new_steps // self.width, new)
        while len(self) > self._rows:
            self._halve()
        self.version += 1

    def _add(self, bins: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        bins, rows = _merged(bins, rows)
        if len(self) and bins[0] == self._bins.array[-1]:
            newest = self._values.array[-1]
            np.maximum(newest, rows[0], out=newest)
            bins, rows = bins[1:], rows[1:]
        self._bins.extend(bins)
        self._values.extend(rows)

    def _halve(self) -> None:
        bins, rows = _merged(self._bins.array // 2, self._values.array)
        self.width *= 2
        self._bins = Growing(self._bins.dtype)
        self._values = Growing(self._values.dtype, (self.layers,))
        self._bins.extend(bins)
        self._values.extend(rows)


def _merged(
    bins: NDArray[np.int64], rows: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the rows of each bin as one, with the greatest value of every layer."""
    found, begins = np.unique(bins, return_index=True)
    return found, np.maximum.reduceat(rows, begins, axis=0)
