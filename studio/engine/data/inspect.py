"""Inspecting a person's own data: every column of the training part, and how the parts differ."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from studio.core.fields import Field
from studio.runs.arrays import array_from_numpy
from studio.runs.questions import FieldFacts, Inspected
from studio.runs.spec import DataJob

from .load import Load
from .own import Own
from .split import Indices, Part, split

Values = NDArray[np.generic]

MOST_ROWS = 200_000
"""So many rows are looked at one by one; of more an even choice."""
MOST_CORRELATED = 60
BINS = 20
FAR = 3.0
_SHOWN = 12
_TOGETHER = 0.8


def inspect(request: int, job: DataJob, load: Load) -> Inspected:
    """Return what can be said of the data; figures of columns are of the training part alone.

    Raises:
        DataFault: they cannot be loaded or divided.
    """
    own = load(job)
    parts = split(own, job)
    samples = {str(part): len(rows) for part, rows in parts.items()}
    rows = sum(samples.values())
    if not isinstance(own, Own):
        return Inspected(request=request, rows=rows, samples=samples)
    train = _some(parts["train"])
    used = [one for one in job.fields if one.role != "none"]
    target = next((one for one in used if one.role == "target" and one.name in own), None)
    facts = tuple(_facts(one, own, target, train) for one in job.fields)
    repeated, leaked, contradicting = _repeats(own, used, parts)
    names, matrix = _correlations(own, used, train)
    return Inspected(
        request=request,
        rows=rows,
        samples=samples,
        facts=facts,
        repeated=repeated,
        leaked=leaked,
        contradicting=contradicting,
        names=names,
        correlations=array_from_numpy(matrix) if len(names) > 1 else None,
        correlated=_closest(names, matrix),
        notes=own.notes,
    )


def _some(rows: Indices) -> Indices:
    return rows if len(rows) <= MOST_ROWS else rows[:: -(-len(rows) // MOST_ROWS)]


def _facts(one: Field, own: Own, target: Field | None, train: Indices) -> FieldFacts:
    if one.shape:
        return FieldFacts(name=one.name)
    values = own[one.name][train]
    match one.kind:
        case "number" if one.shape == () and values.dtype.kind == "f":
            explained = None
            if target is not None and target is not one and one.role == "input":
                explained = _explained(values.astype(np.float64), target, own, train)
            return _of_numbers(one.name, values.astype(np.float64), explained)
        case "category":
            explained = None
            if target is not None and target is not one and one.role == "input":
                explained = _explained(values.astype(np.float64), target, own, train, classes=True)
            return _of_classes(one, values.astype(np.int64), explained)
        case "date":
            return _of_dates(one.name, values)
        case "text":
            return _of_words(one.name, values)
    return FieldFacts(name=one.name)


def _of_numbers(name: str, values: NDArray[np.float64], explained: float | None) -> FieldFacts:
    known = values[np.isfinite(values)]
    if not len(known):
        return FieldFacts(name=name, missing=len(values))
    quarter, median, three = np.quantile(known, [0.25, 0.5, 0.75])
    reach = FAR * (three - quarter)
    far = int(((known < quarter - reach) | (known > three + reach)).sum()) if reach > 0 else 0
    return FieldFacts(
        name=name,
        missing=len(values) - len(known),
        distinct=len(np.unique(known)),
        low=float(known.min()),
        high=float(known.max()),
        mean=float(known.mean()),
        deviation=float(known.std()),
        median=float(median),
        outliers=far,
        histogram=tuple(np.histogram(known, BINS)[0].tolist()),
        target=explained,
    )


def _of_classes(one: Field, values: NDArray[np.int64], explained: float | None) -> FieldFacts:
    known = values[values >= 0]
    counts = np.bincount(known, minlength=len(one.labels))
    order = np.argsort(-counts, kind="stable")[:_SHOWN]
    return FieldFacts(
        name=one.name,
        missing=int((values == -1).sum()),
        distinct=int((counts > 0).sum()),
        histogram=tuple(counts[:64].tolist()),
        most=tuple((one.labels[at], int(counts[at])) for at in order if at < len(one.labels)),
        target=explained,
    )


def _of_dates(name: str, values: Values) -> FieldFacts:
    known = values[~np.isnat(values)]
    if not len(known):
        return FieldFacts(name=name, missing=len(values))
    seconds = known.astype("datetime64[s]").astype(np.float64)
    ends = ((str(known.min())[:10], 0), (str(known.max())[:10], 0))
    histogram = tuple(np.histogram(seconds, BINS)[0].tolist())
    missing = len(values) - len(known)
    distinct = len(np.unique(known))
    return FieldFacts(name=name, missing=missing, distinct=distinct, histogram=histogram, most=ends)


def _of_words(name: str, values: Values) -> FieldFacts:
    texts = [str(text) for text in values]
    lengths = np.array([len(text.split()) for text in texts] or [0], np.float64)
    return FieldFacts(
        name=name,
        missing=sum(not text for text in texts),
        distinct=len(set(texts)),
        mean=float(lengths.mean()),
        high=float(lengths.max()),
        histogram=tuple(np.histogram(lengths, BINS)[0].tolist()),
    )


def _explained(
    values: NDArray[np.float64],
    target: Field,
    own: Own,
    train: Indices,
    *,
    classes: bool = False,
) -> float | None:
    """Return how much of the target's variation the means over twenty ranges, or classes, explain.

    Close to 1 says that the column tells the answer by itself, as one does that is known only
    afterwards.
    """
    answers = _answers(own[target.name][train], target)
    known = np.isfinite(values) & np.isfinite(answers).all(axis=1)
    if known.sum() < 20:
        return None
    groups = _groups(values[known], classes=classes)
    given = answers[known]
    if len(np.unique(groups)) > known.sum() / 5:
        return None
    total = float(((given - given.mean(axis=0)) ** 2).sum())
    counts = np.maximum(np.bincount(groups), 1)[:, np.newaxis]
    sums = np.stack([np.bincount(groups, weights=column) for column in given.T], axis=1)
    inside = float(((given - (sums / counts)[groups]) ** 2).sum())
    return max(0.0, 1.0 - inside / total) if total > 0 else None


def _groups(values: NDArray[np.float64], *, classes: bool) -> NDArray[np.int64]:
    if classes or len(np.unique(values)) <= BINS:
        return np.unique(values, return_inverse=True)[1]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def _answers(values: Values, target: Field) -> NDArray[np.float64]:
    if target.kind != "category":
        return np.asarray(values, np.float64).reshape(len(values), -1)
    codes = values.astype(np.int64)
    found = np.zeros((len(codes), len(target.labels)), np.float64)
    known = np.flatnonzero((codes >= 0) & (codes < len(target.labels)))
    found[known, codes[known]] = 1.0
    return found


def _repeats(
    own: Own, used: list[Field], parts: Mapping[Part, Indices]
) -> tuple[int, dict[str, int], int]:
    """Return how many samples were there before, were trained on, or contradict another."""
    if any(one.shape or one.kind == "tokens" for one in used):
        return 0, {}, 0
    inputs = [own[one.name] for one in used if one.role == "input"]
    targets = [own[one.name] for one in used if one.role == "target"]
    keys = {part: _keys(inputs, _some(rows)) for part, rows in parts.items()}
    trained = set(keys["train"])
    leaked = {
        str(part): sum(key in trained for key in found)
        for part, found in keys.items()
        if part != "train" and found
    }
    everything = [key for found in keys.values() for key in found]
    whole = [key for rows in parts.values() for key in _keys([*inputs, *targets], _some(rows))]
    repeated = len(whole) - len(set(whole))
    contradicting = len(set(whole)) - len(set(everything)) if targets else 0
    return repeated, leaked, contradicting


def _keys(columns: list[Values], rows: Indices) -> list[int]:
    if not columns:
        return []
    plain = [
        column[rows].astype(str).tolist()
        if column.dtype.kind in "OM"
        else np.nan_to_num(np.asarray(column[rows], np.float64), nan=1e300).tolist()
        for column in columns
    ]
    return [hash(row) for row in zip(*plain, strict=True)]


def _correlations(
    own: Own, used: list[Field], train: Indices
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    numbers = [
        one for one in used if one.kind == "number" and not one.shape and own[one.name].ndim == 1
    ][:MOST_CORRELATED]
    if len(numbers) < 2:
        return (), np.zeros((0, 0), np.float32)
    columns = np.stack([own[one.name][train].astype(np.float64) for one in numbers])
    columns = np.where(np.isfinite(columns), columns, np.nan)
    empty = np.isnan(columns).all(axis=1, keepdims=True)
    centred = columns - np.nanmean(np.where(empty, 0.0, columns), axis=1, keepdims=True)
    centred = np.nan_to_num(centred)
    spread = np.sqrt((centred**2).sum(axis=1))
    spread[spread == 0] = 1.0
    matrix = (centred @ centred.T) / np.outer(spread, spread)
    return tuple(one.name for one in numbers), np.clip(matrix, -1, 1).astype(np.float32)


def _closest(
    names: tuple[str, ...], matrix: NDArray[np.float32]
) -> tuple[tuple[str, str, float], ...]:
    if len(names) < 2:
        return ()
    first, second = np.triu_indices(len(names), 1)
    found = matrix[first, second]
    order = np.argsort(-np.abs(found))[:_SHOWN]
    return tuple(
        (names[first[at]], names[second[at]], float(found[at]))
        for at in order
        if abs(found[at]) >= _TOGETHER
    )
