"""Averages: weights smoothed over the steps, which judge and are kept in place of the last ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from .packing import State
from .ways import laid_out


class Averages:
    """The exponential mean of every trainable weight: a ← d·a + (1−d)·w after each step.

    It begins as the weights after the first step. Buffers, such as the running means of batch
    normalisation, are those of the network.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        """A ``decay`` of 0 keeps no averages."""
        self._decay = decay
        self._weights = (
            {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
            if decay
            else {}
        )
        self._means: dict[str, Tensor] = {}

    def update(self) -> None:
        """Take a step's weights in."""
        if not self._weights:
            return
        with torch.no_grad():
            if not self._means:
                self._means = {name: w.detach().clone() for name, w in self._weights.items()}
                return
            means, weights = list(self._means.values()), [w.data for w in self._weights.values()]
            torch._foreach_lerp_(means, weights, 1.0 - self._decay)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let the network have the averages for a while."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def end(self, *, keep: bool) -> None:
        """Keep no more averages; with ``keep`` the network has those of now from here on."""
        if keep:
            self._swap()
        self._weights, self._means = {}, {}

    def state(self) -> State:
        """Return the averages by name."""
        return self._means

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        if self._weights and state:
            self._means = {
                name: laid_out(state[name].to(weight.device), weight)
                for name, weight in self._weights.items()
            }

    def _swap(self) -> None:
        for name, mean in self._means.items():
            weight = self._weights[name]
            self._means[name], weight.data = weight.data, mean
