"""Preview: what there is to learn from, before training."""

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Preview
from studio.runs.spec import DataJob

from .load import MARKS, Arrays, Load, load
from .own import Own
from .show_own import preview_own
from .split import split

MANY_CLASSES = 1000


def preview(request: int, job: DataJob, *, samples: int, load: Load = load) -> Preview:
    """Return some samples of the training part as they were loaded, and the class balance.

    What is wrong with the data is said in ``error``.
    """
    try:
        arrays = load(job)
        parts = split(arrays, job)
    except (StudioError, MemoryError) as error:
        return Preview(request=request, arrays={}, error=str(error) or "The data need more memory")
    if isinstance(arrays, Own):
        return preview_own(request, job, samples=samples, own=arrays, parts=parts)
    train = parts["train"]
    order = np.random.default_rng(job.seed).permutation(len(train))[:samples]
    shown = train[np.sort(order)]
    return Preview(
        request=request,
        arrays={
            name: array_from_numpy(array[shown])
            for name, array in arrays.items()
            if name not in MARKS
        },
        counts={part: _balance(arrays, job, rows) for part, rows in parts.items()},
        samples={part: len(rows) for part, rows in parts.items()},
    )


def _balance(arrays: Arrays, job: DataJob, rows: NDArray[np.int64]) -> dict[str, int]:
    column = arrays.get(job.stratify)
    if column is None or column.ndim != 1 or column.dtype.kind not in "iub":
        return {}
    classes, counts = np.unique(column[rows].astype(np.int64), return_counts=True)
    if len(classes) > MANY_CLASSES:
        return {}
    return {str(name): int(count) for name, count in zip(classes, counts, strict=True)}
