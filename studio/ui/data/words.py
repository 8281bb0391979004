"""Words for values: class names where there are any, short numbers where not."""

import math

import numpy as np
from numpy.typing import NDArray

from studio.core.recipes import Column

NOTHING = "–"
"""What stands for a value that is missing."""


def words_for(column: Column, value: NDArray[np.generic] | np.generic) -> str:
    """Return one sample's value in words; of many numbers the first few."""
    flat = np.asarray(value).reshape(-1)
    shown = [_word(column, item) for item in flat[:8].tolist()]
    return " ".join(shown) + (" …" if flat.size > len(shown) else "")


def _word(column: Column, item: object) -> str:
    if isinstance(item, float):
        if not math.isfinite(item):
            return NOTHING
        return f"{item:.0f}" if 1e4 <= abs(item) < 1e9 else f"{item:.4g}"
    if isinstance(item, str):
        return item or NOTHING
    if isinstance(item, int) and item < 0 and column.labels:
        return NOTHING if item == -1 else "another"
    if isinstance(item, int) and 0 <= item < len(column.labels):
        return column.labels[item]
    return str(item)
