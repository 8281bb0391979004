"""Temperatures of Seattle: read some hours, say the next ones."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, ParamError, Params, Source
from studio.resources import resource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VALIDATION_FROM, _TEST_FROM = 0.7, 0.85
"""Where in the year the parts begin that are held out."""


def load_temperatures(params: Mapping[str, int]) -> "dict[str, NDArray[np.generic]]":
    """Return windows of hours and the hours behind each, in degrees Fahrenheit.

    The parts follow one another in time and share no hour.

    Raises:
        ParamError: no window fits into a part.
    """
    import numpy as np

    context, horizon = params["context"], params["horizon"]
    with resource("data/seattle-temps.csv").open(encoding="ascii") as file:
        degrees = np.array([line.rpartition(",")[2] for line in file][1:], np.float32)
    begins = [0, round(_VALIDATION_FROM * len(degrees)), round(_TEST_FROM * len(degrees))]
    starts, parts = [], []
    for part, (begin, end) in enumerate(zip(begins, [*begins[1:], len(degrees)], strict=True)):
        inside = np.arange(begin, end - context - horizon + 1, params["stride"])
        starts.append(inside)
        parts.append(np.full(len(inside), part))
    if not all(map(len, starts)):
        most = min(np.diff([*begins, len(degrees)]))
        raise ParamError(f"expected at most {most:,} hours a window, received {context + horizon}")
    hours = np.concatenate(starts)[:, np.newaxis] + np.arange(context + horizon)
    part_of = np.concatenate(parts)
    return {
        "hours": degrees[hours[:, :context], np.newaxis],
        "next": degrees[hours[:, context:]],
        "validation": part_of == 1,
        "test": part_of == 2,
    }


def _columns(params: Params) -> tuple[Column, ...]:
    return (
        Column("hours", "input", (params.whole("context"), 1)),
        Column("next", "target", (params.whole("horizon"),)),
    )


SEATTLE = Source(
    id="seattle_temperatures",
    title="Seattle, hourly temperatures",
    load="studio.sources.temperatures:load_temperatures",
    columns=_columns,
    params=(
        Param("context", 24, low=1, high=1000, unit="hours", help="Length of what is read"),
        Param("horizon", 12, low=1, high=200, unit="hours", help="Length of what is to be said"),
        Param("stride", 3, low=1, high=1000, unit="hours", help="From one window to the next"),
    ),
    standardize=("hours", "next"),
    help="The temperatures of a year as climate normals; read some hours and say the next ones, in "
    "standard deviations of the training part. Trained on until September, tested on winter",
    licence="US government work",
    citation="NOAA: hourly climate normals of Seattle, from vega_datasets",
)
