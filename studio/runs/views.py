"""View: what is seen of a series between two steps."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating]
Ints: TypeAlias = NDArray[np.int64]
Places: TypeAlias = NDArray[np.number]
"""Steps, or what else is counted along an axis."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a chart draws: the points themselves when ``exact``, else one entry for each column.

    A column holds the steps ``start`` to ``end`` and, of its finite values, the ``first``, the
    ``low``, the ``high`` and the ``last``; all four are NaN where none is finite. Columns without a
    point are left out. ``broken`` are steps of values that are NaN or infinite, at least one for
    each column that has any.
    """

    start: Places
    end: Places
    first: Floats
    low: Floats
    high: Floats
    last: Floats
    broken: Places
    exact: bool

    def __len__(self) -> int:
        return len(self.start)

    @property
    def limits(self) -> tuple[float, float] | None:
        """The least and the greatest finite value; None without one."""
        finite = np.isfinite(self.low)
        if not finite.any():
            return None
        return float(self.low[finite].min()), float(self.high[finite].max())


def between(view: View, begin: int, stop: int) -> View:
    """Return the columns that start at the steps from ``begin`` to before ``stop``."""
    part = slice(*np.searchsorted(view.start, (begin, stop)).tolist())
    broken = slice(*np.searchsorted(view.broken, (begin, stop)).tolist())
    return View(
        view.start[part],
        view.end[part],
        view.first[part],
        view.low[part],
        view.high[part],
        view.last[part],
        view.broken[broken],
        exact=view.exact,
    )


def joined(left: View, right: View) -> View:
    """Return the columns of both, of which the left are the earlier."""
    return View(
        np.concatenate((left.start, right.start)),
        np.concatenate((left.end, right.end)),
        np.concatenate((left.first, right.first)),
        np.concatenate((left.low, right.low)),
        np.concatenate((left.high, right.high)),
        np.concatenate((left.last, right.last)),
        np.concatenate((left.broken, right.broken)),
        exact=left.exact and right.exact,
    )
