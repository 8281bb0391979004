"""What outputs mean in the target's own words and unit, and what they are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import DataFault
from studio.runs.spec import ColumnInfo, RunSpec

from .prepare import Preparation

MOST_SHARES = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What a network says of each sample."""

    target: str
    said: list[str]
    values: NDArray[np.float64]
    """The class, or the value in its own unit."""
    labels: Sequence[str] = ()
    shares: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the column of answers is called."""
        return f"{self.target}, predicted"

    def words_for(self, right: NDArray[np.generic]) -> list[str]:
        """Return what is right, in the same words."""
        if self.labels:
            return [
                self.labels[code] if 0 <= code < len(self.labels) else ""
                for code in right.astype(np.int64).tolist()
            ]
        return [f"{value:.6g}" for value in np.asarray(right, np.float64).reshape(-1).tolist()]


def told(
    spec: RunSpec, outputs: Sequence[NDArray[np.generic]], preparation: Preparation | None
) -> Told:
    """Return what the first output that answers a target says.

    Raises:
        DataFault: the network answers no class and no value.
    """
    known = {column.name: column for column in spec.data.columns}
    for argument, output in zip(spec.program.targets, outputs, strict=False):
        column = known.get(argument.column)
        if column is None:
            continue
        if column.dtype == "int" and column.shape == () and output.ndim == 2:
            return _classes(column, output.astype(np.float64))
        if column.dtype == "float" and output.ndim == 2:
            return _values(column, output, preparation)
    raise DataFault("This network answers neither with a class nor with a value")


def _classes(column: ColumnInfo, scores: NDArray[np.float64]) -> Told:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    labels = column.labels or tuple(str(place) for place in range(scores.shape[1]))
    best = shares.argmax(axis=1)
    said = [labels[place] for place in best.tolist()]
    shown = dict(zip(labels, shares.T, strict=False)) if len(labels) <= MOST_SHARES else {}
    return Told(column.name, said, best.astype(np.float64), labels, shown)


def _values(
    column: ColumnInfo, output: NDArray[np.generic], preparation: Preparation | None
) -> Told:
    values = np.asarray(output, np.float64)
    if preparation is not None:
        values = np.asarray(preparation.undo(column.name, values), np.float64)
    flat = values.reshape(len(values), -1)
    said = [" ".join(f"{number:.6g}" for number in row) for row in flat.tolist()]
    return Told(column.name, said, flat[:, 0])


def worth(answers: Told, right: NDArray[np.generic] | None) -> dict[str, float]:
    """Return how good the answers are, where it is known what is right."""
    if right is None:
        return {}
    truth = np.asarray(right, np.float64).reshape(-1)
    known = (truth >= 0) if answers.labels else np.isfinite(truth)
    if not known.any():
        return {}
    said, truth = answers.values[known], truth[known]
    if answers.labels:
        from sklearn.metrics import f1_score

        f1 = float(f1_score(truth, said, average="macro", zero_division=0.0))
        return {"accuracy": float((said == truth).mean()), "F1": f1}
    error = float(np.sqrt(((said - truth) ** 2).mean()))
    spread = float(((truth - truth.mean()) ** 2).sum())
    r2 = 1.0 - float(((said - truth) ** 2).sum()) / spread if spread else 0.0
    return {"root mean squared error": error, "r2": r2}
