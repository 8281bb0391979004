"""The engine's half: the loss of held samples on a grid around the weights (Li et al. 2018).

Two random directions are scaled filter by filter to the size of the weights, so that a sharp valley
looks sharp whatever the scale of the weights. The weights of the moment of the request are kept;
the grid is filled in slices between steps, and every weight is put back to the bit.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from studio.engine.api import (
    Event,
    Options,
    Probe,
    ProbeSpec,
    Sight,
    Snapshot,
    array_from_numpy,
    losses_of,
)

FIRST_SECS, SLICE_SECS = 1.5, 0.25
"""How long the first slice of a request, and each after it, keeps the training waiting."""


class LandscapeProbe(Probe):
    """Options: ``request`` (a number, 0 for none), ``points`` (a side), ``span``, ``samples``."""

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._grid: _Grid | None = None
        self._asked = 0

    def set(self, options: Options) -> None:
        """Begin anew with every new request."""
        super().set(options)
        request = self.whole("request", 0)
        if request and request != self._asked:
            self._asked = request
            self._grid = None

    @property
    def blind(self) -> bool:
        """Whether nothing was asked for."""
        return not self.whole("request", 0)

    def between(self, step: int) -> Sequence[Event]:
        """Fill in what there is time for."""
        first = self._grid is None
        if self._grid is None:
            self._grid = _Grid(self.sight, self.options, step)
        if self._grid.done:
            return ()
        self._grid.fill(FIRST_SECS if first else SLICE_SECS)
        return (self._grid.snapshot(step),)


class _Grid:
    """The weights of a moment, two directions, and the losses found so far."""

    def __init__(self, sight: Sight, options: Options, step: int) -> None:
        self._network, self._step = sight.network, step
        side, span, samples = (options.get(name) for name in ("points", "span", "samples"))
        self._side = int(side) if isinstance(side, int) else 21
        self._span = float(span) if isinstance(span, int | float) else 1.0
        rows = sight.samples.held_rows(int(samples) if isinstance(samples, int) else 256)
        self._inputs, self._targets = sight.samples.batch(rows)
        module = sight.network.module
        self._weights = [weight for weight in module.parameters() if weight.requires_grad]
        self._kept = [weight.detach().clone() for weight in self._weights]
        generator = torch.Generator().manual_seed(0)
        self._ways = [_direction(self._kept, generator) for _ in range(2)]
        self._losses = np.full((self._side, self._side), np.nan, np.float32)
        places = np.linspace(-self._span, self._span, self._side)
        grid = [(row, column) for row in range(self._side) for column in range(self._side)]
        middle = self._side // 2
        # From the middle outwards: what matters is seen first.
        grid.sort(key=lambda at: max(abs(at[0] - middle), abs(at[1] - middle)))
        self._left = [(at, places[at[1]], places[at[0]]) for at in reversed(grid)]

    @property
    def done(self) -> bool:
        """Whether the grid is full."""
        return not self._left

    def fill(self, secs: float) -> None:
        """Find losses until the time is over; at least one."""
        until = perf_counter() + secs
        with self._put_back():
            while self._left:
                at, x, y = self._left.pop()
                self._losses[at] = self._loss(float(x), float(y))
                if perf_counter() > until:
                    break

    def snapshot(self, step: int) -> Snapshot:
        """Return what is known of the grid; what is not yet is no number."""
        notes = {"span": str(self._span), "of_step": str(self._step), "left": str(len(self._left))}
        arrays = {"losses": array_from_numpy(self._losses)}
        return Snapshot(kind="loss-landscape", block="", step=step, arrays=arrays, notes=notes)

    def _loss(self, x: float, y: float) -> float:
        for weight, kept, one, other in zip(self._weights, self._kept, *self._ways, strict=True):
            weight.copy_(kept + x * one + y * other)
        losses = losses_of(self._network, self._inputs, self._targets)
        return sum(float(value) for value in losses.values())

    @contextmanager
    def _put_back(self) -> Iterator[None]:
        now = [weight.detach().clone() for weight in self._weights]
        try:
            yield
        finally:
            for weight, value in zip(self._weights, now, strict=True):
                weight.copy_(value)


def _direction(weights: Sequence[Tensor], generator: torch.Generator) -> list[Tensor]:
    """Return a random direction with the norm of the weights, filter by filter.

    Biases and scales of norms stay where they are, as in the paper.
    """
    found = []
    for weight in weights:
        if weight.ndim < 2:
            found.append(torch.zeros_like(weight))
            continue
        drawn = torch.randn(weight.shape, generator=generator).to(weight)
        size = weight.flatten(1).norm(dim=1) / drawn.flatten(1).norm(dim=1)
        found.append(drawn * size.reshape(-1, *[1] * (weight.ndim - 1)))
    return found


PROBE = ProbeSpec(
    id="loss-landscape.probe", title="The loss landscape", make=LandscapeProbe, per_sec=10.0
)
