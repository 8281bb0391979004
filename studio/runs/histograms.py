"""The bins of all histograms: logarithmic, to either side of zero, the same for everything."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

LOWEST_POWER: Final = -8
POWERS: Final = 12
BINS: Final = 8 * POWERS
"""To either side; ``counts`` holds the negative ones from far to near, one for what is nearer to
zero than 1e-8, the positive ones from near to far, and last how many values are not finite. What
lies beyond 1e4 counts in the outermost bin."""


def edges() -> NDArray[np.float64]:
    """Return the limits between the bins of either side, from 1e-8 to 1e4: BINS + 1 numbers."""
    return np.logspace(LOWEST_POWER, LOWEST_POWER + POWERS, BINS + 1)


def centres() -> NDArray[np.float64]:
    """Return the geometric middle of every bin, negative ones and zero included."""
    limits = edges()
    middle = np.sqrt(limits[:-1] * limits[1:])
    return np.concatenate([-middle[::-1], [0.0], middle])
