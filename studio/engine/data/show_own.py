"""Previewing a person's own file: fields as they were read, texts and dates as words."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from studio.runs.arrays import array_from_numpy
from studio.runs.events import Preview
from studio.runs.spec import DataJob

from .methods import Indices, Part
from .own import Own

LONGEST = 400
MANY_CLASSES = 1000


def preview_own(
    request: int, job: DataJob, *, samples: int, own: Own, parts: Mapping[Part, Indices]
) -> Preview:
    """Return some samples of the training part, and how the classes of the target lie."""
    train = parts["train"]
    order = np.random.default_rng(job.seed).permutation(len(train))[:samples]
    shown = train[np.sort(order)]
    target = next((one for one in job.fields if one.role == "target"), None)
    counts: dict[str, dict[str, int]] = {}
    if target is not None and target.kind == "category":
        codes = own[target.name].astype(np.int64)
        counts = {str(part): _counted(codes[rows]) for part, rows in parts.items()}
    return Preview(
        request=request,
        arrays={name: array_from_numpy(_plain(values[shown])) for name, values in own.items()},
        counts=counts,
        samples={str(part): len(rows) for part, rows in parts.items()},
        notes=own.notes,
    )


def _counted(codes: NDArray[np.int64]) -> dict[str, int]:
    classes, counts = np.unique(codes[codes >= 0], return_counts=True)
    if len(classes) > MANY_CLASSES:
        return {}
    return {str(name): int(count) for name, count in zip(classes, counts, strict=True)}


def _plain(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return values that can travel: texts cut, dates as they are written."""
    if values.dtype.kind == "M":
        if (values == values.astype("datetime64[D]")).sum() == (~np.isnat(values)).sum():
            values = values.astype("datetime64[D]")
        return np.array(
            ["" if str(v) == "NaT" else str(v).replace("T", " ") for v in values], "U19"
        )
    if values.dtype.kind == "O":
        return np.array([str(value)[:LONGEST] for value in values] or [""], "U")[: len(values)]
    return values.astype(np.float32) if values.dtype == np.float64 else values
