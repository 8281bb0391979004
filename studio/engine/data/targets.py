"""Targets: counted and measured over the training part, once, before a run begins."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from studio.runs.spec import ColumnInfo
from studio.runs.targets import TargetFacts

COUNTED = 1000
"""Classes beyond which their counts are not told one by one."""

MOST = 65_536
"""Classes beyond which they are not counted."""

ENOUGH = 1_000_000
"""About how many numbers are looked at; more would only take time."""


def thinned(rows: Tensor, sizes: Sequence[int]) -> Tensor:
    """Return as many of these rows, evenly, as have together about enough numbers.

    ``sizes`` are of one sample.
    """
    return rows[:: max(len(rows) * prod(sizes) // ENOUGH, 1)]


def facts_of(column: ColumnInfo, values: Tensor) -> TargetFacts:
    """Return what the samples of a part say of a target column; ``values`` has samples first."""
    if column.dtype == "float":
        return TargetFacts(column=column.name, variance=_variance(values))
    limit = column.limit or 0
    if column.dtype != "int" or not 0 < limit <= MOST:
        return TargetFacts(column=column.name, classes=limit)
    inside = values[(values >= 0) & (values < limit)]
    counts = torch.bincount(inside.flatten(), minlength=limit).double()
    shares = counts[counts > 0] / counts.sum().clamp(min=1)
    told = counts.long().tolist() if values.ndim == 1 and limit <= COUNTED else ()
    return TargetFacts(
        column=column.name,
        classes=limit,
        entropy=float(-(shares * shares.log()).sum()),
        counts=tuple(told),
    )


def _variance(values: Tensor) -> float:
    if len(values) < 2:
        return 0.0
    flat = values.reshape(len(values), -1).double()
    return float(flat.var(dim=0, unbiased=False).mean())
