"""What is missing, twice there, or out of place: filled in, or left out with its sample."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.api import Field, Param, Params, Step

from ._arrays import table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[Any]
    Fitted = Mapping[str, Any]

_SKLEARN = {"mean": "mean", "median": "median", "most frequent": "most_frequent"}
NOTHING = "missing"


def filled(field: Field, params: Params) -> Field | None:
    """Return the field after filling; a category may get a class for what is missing."""
    if field.role == "target" or field.kind not in {"number", "category"}:
        return None
    own = field.kind == "category" and params.text("category") == "a class of its own"
    if own and NOTHING not in field.labels:
        return replace(field, labels=(*field.labels, NOTHING))
    return field


def fit_fill(values: "Values", params: Params, field: Field) -> "Fitted":
    """Return what is put in, of every feature, from the training part."""
    import numpy as np
    from sklearn.impute import SimpleImputer

    if field.kind == "category":
        known = values[values >= 0]
        usual = int(np.bincount(known).argmax()) if len(known) else 0
        own = params.text("category") == "a class of its own"
        place = field.labels.index(NOTHING) if NOTHING in field.labels else len(field.labels)
        return {"fill": np.array([place if own else usual])}
    how = params.text("number")
    if how == "zero":
        return {"fill": np.zeros(table(values).shape[1])}
    imputer = SimpleImputer(strategy=_SKLEARN[how], keep_empty_features=True).fit(table(values))
    return {"fill": np.nan_to_num(np.asarray(imputer.statistics_, np.float64))}


def fill(values: "Values", fitted: "Fitted", _params: Params, field: Field) -> "Values":
    """Return the values with something put in where nothing was."""
    import numpy as np

    if field.kind == "category":
        return np.where(values == -1, int(fitted["fill"][0]), values)
    known = table(values)
    return np.where(np.isnan(known), fitted["fill"], known).reshape(values.shape)


def no_field(_field: Field, _params: Params) -> None:
    """Return none: samples are left out, and no field becomes another."""


def keep_complete(columns: "Mapping[str, Values]", _params: Params) -> "NDArray[np.bool_]":
    """Return which samples miss nothing."""
    import numpy as np

    kept: NDArray[np.bool_] = np.all([~absent(values) for values in columns.values()], axis=0)
    return kept


def absent(values: "Values") -> "NDArray[np.bool_]":
    """Return where a value is missing, of whatever kind."""
    import numpy as np

    match values.dtype.kind:
        case "f":
            gone = np.isnan(values)
            return np.asarray(gone.reshape(len(gone), -1).any(axis=1))
        case "M":
            return np.isnat(values)
        case "i" if values.ndim == 1:
            return np.asarray(values == -1)
        case "O":
            return np.array([not text for text in values], bool)
    return np.zeros(len(values), bool)


def keep_first(columns: "Mapping[str, Values]", _params: Params) -> "NDArray[np.bool_]":
    """Return which samples were not there before."""
    import numpy as np

    seen: set[int] = set()
    kept = np.zeros(len(next(iter(columns.values()))), bool)
    for row, values in enumerate(zip(*columns.values(), strict=True)):
        key = hash(tuple(_key(value) for value in values))
        kept[row] = key not in seen
        seen.add(key)
    return kept


def _key(value: Any) -> object:
    import numpy as np

    if isinstance(value, np.ndarray):
        return value.tobytes()
    return "missing" if isinstance(value, np.floating) and np.isnan(value) else value


FILL = Step(
    id="fill_missing",
    title="Fill in missing values",
    gives=filled,
    params=(
        Param(
            "number",
            "median",
            choices=("median", "mean", "most frequent", "zero"),
            title="numbers by",
            help="Taken from the training part",
        ),
        Param(
            "category",
            "a class of its own",
            choices=("a class of its own", "most frequent"),
            title="categories by",
        ),
    ),
    fit=fit_fill,
    change=fill,
    group="Clean",
    help="Puts a usual value where a cell is empty",
)

DROP_MISSING = Step(
    id="drop_missing",
    title="Leave out incomplete rows",
    gives=no_field,
    keep=keep_complete,
    group="Clean",
    help="Leaves out rows in which a value of these columns is missing, before they are divided",
)

DROP_REPEATED = Step(
    id="drop_repeated",
    title="Leave out repeated rows",
    gives=no_field,
    keep=keep_first,
    group="Clean",
    help="Leaves out rows that are there before, so that nothing held out was trained on",
)
