"""Shifting and scaling columns to mean 0 and standard deviation 1 over the training part alone."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import DataFault
from studio.runs.spec import DataJob

from .load import Arrays
from .split import Indices
from .streaming import streamed

Floats = NDArray[np.float32]


def standardize(arrays: Arrays, job: DataJob, train: Indices) -> Arrays:
    """Return the arrays with the named columns standardised, feature by feature.

    Raises:
        DataFault: such a column is not there, or does not hold real numbers.
    """
    return {**arrays, **{name: _scaled(arrays, name, job, train) for name in job.standardize}}


def _scaled(arrays: Arrays, name: str, job: DataJob, train: Indices) -> Floats:
    array = arrays.get(name)
    if array is None or array.dtype.kind != "f":
        raise DataFault(
            f"{job.source}: expected a column {name} of real numbers to standardise, received "
            f"{'none' if array is None else array.dtype}"
        )
    large = streamed(array)
    if large is not None:
        return cast("Floats", large.standardised(train))
    known = array[train].astype(np.float64)
    spread = known.std(axis=0)
    # What never varies in training has no scale of its own; it is only shifted.
    spread = np.where(spread > 0, spread, 1.0)
    scaled: Floats = ((array - known.mean(axis=0)) / spread).astype(np.float32)
    return scaled
