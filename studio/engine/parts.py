"""Parts: a batch computed piece by piece, whose gradients add up to those of the whole."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from .objectives import Objective


def cut(rows: Tensor, pieces: int, *, pairs: bool) -> Sequence[Tensor]:
    """Return the rows in so many pieces, at most one a sample; with ``pairs`` none of a single."""
    most = max(len(rows) // (2 if pairs else 1), 1)
    return rows.tensor_split(min(pieces, most))


class Shares:
    """How much each piece counts, so that the sum is the mean that the whole would have given.

    A loss that is a mean over tokens or pixels counts by these. Where an objective has several
    losses that count differently, samples decide for all of them.
    """

    def __init__(self, objective: Objective, samples: int) -> None:
        self._loss = next(iter(objective.loss_weights))
        self._alone = len(objective.loss_weights) == 1
        self._samples = samples
        self.counted = 0.0
        """Of how much the pieces so far are the mean, where the loss says so."""

    def of(self, counts: Mapping[str, Tensor], samples: int) -> float:
        """Return what the loss of a piece is multiplied with; 0 where it says nothing."""
        if not self._alone or self._loss not in counts:
            return samples / self._samples
        count = float(counts[self._loss])
        self.counted += count
        return count / self._samples

    @property
    def rest(self) -> float:
        """What the sum of all pieces is still to be multiplied with."""
        return self._samples / self.counted if self.counted else 1.0
