"""Judged: one snapshot of predictions, read for the views."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.judging import ByClass, Calibration, by_class, calibration, confusion


@dataclass(frozen=True, eq=False)
class Judged:
    """What was said of N samples.

    Attributes:
        labels: the names of the classes, as far as they are known.
        words: the symbols of the tokens that were put in.
        before: what was said of the same samples at the look before; None at the first.
    """

    snapshot: Snapshot
    labels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    before: NDArray[np.int64] | None = None

    @property
    def of_classes(self) -> bool:
        """Whether a class is said of each sample, and not numbers."""
        return "scores" in self.snapshot.arrays

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """N×C probabilities."""
        return self._array("scores").astype(np.float64)

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """What is right."""
        return self._array("classes").astype(np.int64).ravel()

    @cached_property
    def said(self) -> NDArray[np.int64]:
        """The class of the greatest probability."""
        return np.asarray(self.scores.argmax(axis=1), np.int64)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """N×K numbers that were said."""
        return self._array("values").astype(np.float64)

    @cached_property
    def wanted(self) -> NDArray[np.float64]:
        """N×K numbers that are right."""
        return self._array("wanted").astype(np.float64)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Which samples of the data they are."""
        return self._array("rows").astype(np.int64).ravel()

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The places of the samples whose inputs are known."""
        return self._array("shown").astype(np.int64).ravel()

    @cached_property
    def inputs(self) -> NDArray[np.generic]:
        """The inputs of the samples in ``shown``; empty where none are known."""
        if "inputs" not in self.snapshot.arrays:
            return np.empty(0)
        return self._array("inputs")

    @property
    def form(self) -> str:
        """What the inputs are: ``images``, ``tokens`` or ``numbers``."""
        return self.snapshot.notes.get("as", "")

    @cached_property
    def matrix(self) -> NDArray[np.int64]:
        """The confusion matrix, C×C."""
        return confusion(self.classes, self.said, self.scores.shape[1])

    @cached_property
    def by_class(self) -> ByClass:
        """Scores of every class."""
        return by_class(self.matrix)

    @cached_property
    def calibration(self) -> Calibration:
        """How sure the answers are, and how often they are right."""
        return calibration(self.scores, self.classes)

    @property
    def accuracy(self) -> float:
        """The share of samples that were taken for what they are."""
        return float((self.said == self.classes).mean())

    def name(self, class_: int) -> str:
        """Return the name of a class."""
        return self.labels[class_] if class_ < len(self.labels) else str(class_)

    @property
    def names(self) -> Sequence[str]:
        """The names of all classes."""
        return [self.name(class_) for class_ in range(self.scores.shape[1])]

    def array(self, name: str) -> NDArray[np.float64]:
        """Return numbers that were told beside the predictions."""
        return self._array(name).astype(np.float64)

    @cached_property
    def plane_scores(self) -> NDArray[np.float64]:
        """Probabilities at every place of two numbers, G×G×C; rows are the second number."""
        return self.array("plane")

    def _array(self, name: str) -> NDArray[np.generic]:
        return array_to_numpy(self.snapshot.arrays[name])
