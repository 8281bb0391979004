"""What steps do to arrays alike: numbers as a table, and back into the shape they had."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.api import Field, Params

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[Any]
    Fitted = Mapping[str, Any]


def numbers(field: Field, _params: Params) -> Field | None:
    """Return a number as it is; a step of numbers fits nothing else."""
    return field if field.kind == "number" else None


def inputs(field: Field, params: Params) -> Field | None:
    """Return a number that is read, as it is."""
    return numbers(field, params) if field.role == "input" else None


def vector(field: Field, width: int) -> Field:
    """Return the field as so many numbers a sample."""
    return replace(field, kind="number", shape=(width,), labels=())


def table(values: "Values") -> "NDArray[np.float64]":
    """Return the numbers as samples × features."""
    import numpy as np

    return np.asarray(values, np.float64).reshape(len(values), -1)
