"""Categories, dates and ranges as numbers: one-hot, counted, binned, taken apart."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from studio.api import Field, Param, Params, Step

from ._arrays import inputs, table, vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[Any]
    Fitted = Mapping[str, Any]

MOST_ONE_HOT = 10_000


def one_hot_field(field: Field, _params: Params) -> Field | None:
    """Return a category as one number a class."""
    if field.kind != "category" or field.role != "input" or len(field.labels) > MOST_ONE_HOT:
        return None
    return vector(field, max(len(field.labels), 1))


def fit_one_hot(values: "Values", _params: Params, field: Field) -> "Fitted":
    """Return the classes that the training part has; others become all zeros."""
    import numpy as np
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    encoder.fit(values[values >= 0].reshape(-1, 1) if (values >= 0).any() else [[0]])
    seen = np.zeros(max(len(field.labels), 1), bool)
    seen[encoder.categories_[0].astype(int)] = True
    return {"seen": seen.astype(np.int64)}


def one_hot(values: "Values", fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return samples × classes with a 1 each; what the training part has not is all zeros."""
    import numpy as np

    seen = fitted["seen"].astype(bool)
    known = (values >= 0) & (values < len(seen))
    found = np.zeros((len(values), len(seen)), np.float32)
    rows = np.flatnonzero(known)
    found[rows, values[rows]] = seen[values[rows]]
    return found


def share_field(field: Field, _params: Params) -> Field | None:
    """Return a category as one number."""
    return vector(field, 1) if field.kind == "category" and field.role == "input" else None


def fit_share(values: "Values", _params: Params, field: Field) -> "Fitted":
    """Return the share of every class in the training part."""
    import numpy as np

    counts = np.bincount(values[values >= 0], minlength=max(len(field.labels), 1))
    return {"share": counts / max(counts.sum(), 1)}


def share(values: "Values", fitted: "Fitted", _params: Params, _field: Field) -> "Values":
    """Return how frequent each sample's class is; 0 for one that is not known."""
    import numpy as np

    shares = fitted["share"]
    safe = np.clip(values, 0, len(shares) - 1)
    return np.where(values >= 0, shares[safe], 0.0)[:, np.newaxis]


def bins_field(field: Field, params: Params) -> Field | None:
    """Return a number as one number a range."""
    fits = inputs(field, params) is not None and field.size == 1
    return vector(field, params.whole("bins")) if fits else None


def fit_bins(values: "Values", params: Params, _field: Field) -> "Fitted":
    """Return the inner edges of ranges that hold as many training samples each."""
    import numpy as np

    known = table(values)
    known = known[~np.isnan(known)]
    shares = np.linspace(0, 1, params.whole("bins") + 1)[1:-1]
    if not len(known):
        return {"edges": shares}
    if params.text("edges") == "as many in each":
        return {"edges": np.quantile(known, shares)}
    return {"edges": known.min() + shares * (known.max() - known.min())}


def bins(values: "Values", fitted: "Fitted", params: Params, _field: Field) -> "Values":
    """Return samples × ranges with a 1 for the range a number lies in; all zeros for none."""
    import numpy as np

    known = table(values)[:, 0]
    places = np.searchsorted(fitted["edges"], known, side="right")
    found = np.zeros((len(values), params.whole("bins")), np.float32)
    rows = np.flatnonzero(~np.isnan(known))
    found[rows, places[rows]] = 1.0
    return found


def date_field(field: Field, params: Params) -> Field | None:
    """Return a date as its parts."""
    if field.kind != "date" or field.role != "input":
        return None
    return vector(field, 7 + 2 * params.flag("hours"))


def date_parts(values: "Values", _fitted: "Fitted", params: Params, _field: Field) -> "Values":
    """Return years since 2000, and sine and cosine of day in the year, weekday and hour.

    A date that is missing is all zeros.
    """
    import numpy as np

    days = values.astype("datetime64[D]")
    years = values.astype("datetime64[Y]")
    since = (days - years.astype("datetime64[D]")).astype(np.float64)
    weekday = ((days.astype(np.int64) + 3) % 7).astype(np.float64)
    month_day = (days - values.astype("datetime64[M]").astype("datetime64[D]")).astype(np.float64)
    hour = (values - days.astype(values.dtype)).astype("timedelta64[s]").astype(np.float64) / 3600
    year = years.astype(np.int64) + 1970 - 2000 + since / 365.25
    columns = [year / 10, *_circle(since / 365.25), *_circle(weekday / 7), *_circle(month_day / 31)]
    if params.flag("hours"):
        columns += _circle(hour / 24)
    parts = np.stack(columns, axis=1)
    parts[np.isnat(values)] = 0.0
    return parts


def _circle(turns: "Values") -> "list[Values]":
    import numpy as np

    return [np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)]


ONE_HOT = Step(
    id="one_hot",
    title="One-hot",
    gives=one_hot_field,
    fit=fit_one_hot,
    change=one_hot,
    group="Categories",
    help="One number for each class, 1 for the class it is; classes that the training part has not "
    "are all zeros",
)

SHARE = Step(
    id="share",
    title="Frequency of the class",
    gives=share_field,
    fit=fit_share,
    change=share,
    group="Categories",
    help="One number: how much of the training part has this class. For categories with very many",
)

BINS = Step(
    id="bins",
    title="Ranges",
    gives=bins_field,
    params=(
        Param("bins", 5, low=2, high=1000, title="ranges"),
        Param("edges", "as many in each", choices=("as many in each", "as wide each")),
    ),
    fit=fit_bins,
    change=bins,
    group="Features",
    help="Cuts a number into ranges, 1 for the one it lies in",
)

DATE_PARTS = Step(
    id="date_parts",
    title="Parts of a date",
    gives=date_field,
    params=(Param("hours", False, help="The time of the day too"),),
    change=date_parts,
    group="Features",
    help="The year as a number, and where in the year, the month and the week a date lies, as "
    "points on a circle",
)
