"""A noisy curve: a few measured points, and the true curve to be tested on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TRUE_POINTS = 100


def load_curve(params: Mapping[str, int | float]) -> "dict[str, NDArray[np.generic]]":
    """Return places in -1 … 1, their Legendre polynomials, and the height of one sine wave there.

    The heights that are to be learned are noisy; those of the test part are true.
    """
    import numpy as np
    from numpy.polynomial.legendre import legvander

    samples, degree = int(params["samples"]), int(params["degree"])
    random = np.random.default_rng(int(params["seed"]))
    x = np.concatenate([random.uniform(-1, 1, samples), np.linspace(-1, 1, _TRUE_POINTS)])
    y = np.sin(2 * np.pi * x)
    y[:samples] += random.normal(0.0, float(params["noise"]), samples)
    return {
        "x": x[:, np.newaxis].astype(np.float32),
        "polynomials": legvander(x, degree)[:, 1:].astype(np.float32),
        "y": y[:, np.newaxis].astype(np.float32),
        "test": np.arange(len(x)) >= samples,
    }


def _columns(params: Params) -> tuple[Column, ...]:
    return (
        Column("x", "input", (1,)),
        Column("polynomials", "input", (params.whole("degree"),)),
        Column("y", "target", (1,)),
    )


CURVE = Source(
    id="curve",
    title="Noisy curve",
    load="studio.sources.curve:load_curve",
    columns=_columns,
    params=(
        Param("samples", 40, low=4, high=1_000_000, help="Measured points, at random places"),
        Param("noise", 0.3, low=0.0, high=10.0, help="Standard deviation of what is measured"),
        Param("degree", 8, low=1, high=60, help="Highest of the Legendre polynomials"),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes where the points lie"),
    ),
    help="A few noisy points of a sine wave; the test part is 100 points of the wave itself",
    licence="made here",
    citation="after Bishop: Pattern Recognition and Machine Learning, chapter 1.1, 2006",
)
