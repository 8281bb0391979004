"""Numbers on another scale: standardised, between two bounds, as logarithms, clipped."""

from typing import TYPE_CHECKING, Any

from studio.api import Field, Param, Params, Step

from ._arrays import numbers, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Values = NDArray[Any]
    Fitted = Mapping[str, Any]


def fit_standard(values: "Values", _params: Params, _field: Field) -> "Fitted":
    """Return mean and standard deviation of every feature; what never varies is only shifted."""
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(table(values))
    return {"shift": scaler.mean_, "scale": scaler.scale_}


def fit_min_max(values: "Values", _params: Params, _field: Field) -> "Fitted":
    """Return the least value and the range of every feature."""
    from sklearn.preprocessing import MinMaxScaler

    scaler = MinMaxScaler().fit(table(values))
    return {"shift": scaler.data_min_, "scale": 1.0 / scaler.scale_}


def fit_robust(values: "Values", _params: Params, _field: Field) -> "Fitted":
    """Return median and interquartile range of every feature."""
    from sklearn.preprocessing import RobustScaler

    scaler = RobustScaler().fit(table(values))
    return {"shift": scaler.center_, "scale": scaler.scale_}


def scale(values: "Values", fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return the values shifted and scaled."""
    scaled: Values = (table(values) - fitted["shift"]) / fitted["scale"]
    return scaled.reshape(values.shape)


def unscale(values: "Values", fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return scaled values in their own unit."""
    back: Values = table(values) * fitted["scale"] + fitted["shift"]
    return back.reshape(values.shape)


def to_log(values: "Values", _fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return sign(x)·log(1 + |x|), which is defined for all numbers and has an inverse."""
    import numpy as np

    return np.sign(values) * np.log1p(np.abs(values))


def from_log(values: "Values", _fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return the number that a logarithm stands for."""
    import numpy as np

    return np.sign(values) * np.expm1(np.minimum(np.abs(values), 700.0))


def fit_clip(values: "Values", params: Params, _field: Field) -> "Fitted":
    """Return the bounds outside of which so small a share of each feature lies."""
    import numpy as np

    share = params.real("share")
    known = table(values)
    empty = np.isnan(known).all(axis=0)
    known = np.where(empty, 0.0, known)
    return {
        "low": np.nanquantile(known, share, axis=0),
        "high": np.nanquantile(known, 1.0 - share, axis=0),
    }


def clip(values: "Values", fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return the values with outliers drawn to the bounds."""
    import numpy as np

    return np.clip(table(values), fitted["low"], fitted["high"]).reshape(values.shape)


STANDARDIZE = Step(
    id="standardize",
    title="Standardise",
    gives=numbers,
    fit=fit_standard,
    change=scale,
    undo=unscale,
    group="Scale",
    help="Mean 0 and standard deviation 1 over the training part: what a network learns best from",
    formula="(x − μ) / σ",
)

MIN_MAX = Step(
    id="min_max",
    title="Min–max",
    gives=numbers,
    fit=fit_min_max,
    change=scale,
    undo=unscale,
    group="Scale",
    help="From 0 to 1 over the training part; what is held out may lie outside",
    formula="(x − min) / (max − min)",
)

ROBUST = Step(
    id="robust",
    title="Standardise by quartiles",
    gives=numbers,
    fit=fit_robust,
    change=scale,
    undo=unscale,
    group="Scale",
    help="Median 0 and interquartile range 1: outliers do not move it",
    formula="(x − median) / IQR",
)

LOG = Step(
    id="log",
    title="Logarithm",
    gives=numbers,
    change=to_log,
    undo=from_log,
    group="Scale",
    help="For prices, counts and incomes, which are many times larger here than there; keeps signs",
    formula="sign(x) · ln(1 + |x|)",
)

CLIP = Step(
    id="clip",
    title="Clip outliers",
    gives=numbers,
    params=(
        Param("share", 0.01, low=0.0, high=0.4, help="Of each end, seen in the training part"),
    ),
    fit=fit_clip,
    change=clip,
    group="Clean",
    help="Draws the largest and the smallest values to a bound that is seen in the training part",
)
