"""Metrics of the training batches: gathered for a moment, computed together.

A small network's step takes less than a millisecond, of which an accuracy for every batch would be
a few hundredths; over a fortieth of a second's batches at once it is next to nothing.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from .objectives import Calls


class BatchMetrics:
    """Keeps what ``metrics`` takes, and gives the means over what it has."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._kept: list[list[Tensor]] = []
        self._samples = 0

    def add(self, arguments: Sequence[Tensor], count: int) -> None:
        """Keep the arguments of a batch of so many samples."""
        self._kept.append([argument.detach() for argument in arguments])
        self._samples += count

    def take(self) -> Iterator[tuple[str, Tensor, int]]:
        """Yield name, mean and number of samples of every metric, and begin anew."""
        kept, samples = self._kept, self._samples
        self._kept, self._samples = [], 0
        if kept and all(argument.ndim for argument in kept[0]):
            joined = [torch.cat(column) for column in zip(*kept, strict=True)]
            for name, value in self._calls.metrics(joined).items():
                yield name, value, samples
        elif kept:
            # Something that is no batch cannot be joined: the newest stands for all.
            for name, value in self._calls.metrics(kept[-1]).items():
                yield name, value, samples
