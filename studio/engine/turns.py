"""Turns: one step of every objective over a batch, whole or piece by piece."""

import math
from collections.abc import Sequence

from torch import Tensor

from .backward import backward
from .build import Network
from .data.batches import Batch, Samples
from .metrics import BatchMetrics, key_of
from .objectives import Calls, Objective, check_losses
from .parts import Shares, cut
from .probes.watcher import Watcher


class NotFinite(Exception):
    """A loss is no number any more; with its value and the batch it came of."""

    def __init__(self, value: float, batch: Batch) -> None:
        super().__init__(value)
        self.value, self.batch = value, batch


class Turns:
    """Computes losses and gradients, lets the optimisers step, and keeps what metrics look at.

    ``pieces`` are what a batch is computed in; ``pairs`` says that none may be of one sample.
    """

    def __init__(
        self, network: Network, calls: Calls, samples: Samples, watcher: Watcher, *, pairs: bool
    ) -> None:
        self._network, self._calls, self._samples = network, calls, samples
        self._watcher = watcher
        self._pairs = pairs
        self._at_once = samples.device.type == "cpu"
        self._arguments: list[Sequence[Tensor]] = []
        self._losses: list[dict[str, Tensor]] = []

    def take(
        self,
        rows: Tensor,
        metrics: BatchMetrics,
        objectives: Sequence[Objective],
        place: tuple[int, int],
        *,
        pieces: int = 1,
    ) -> list[Tensor | float]:
        """Train on the samples of these rows, and return the loss of every objective.

        ``place`` are the step, counted from 1, and how many there will be.

        Raises:
            Fault: naming the block to blame.
            NotFinite: a loss is no number.
        """
        parts = [rows] if pieces == 1 else cut(rows, pieces, pairs=self._pairs)
        batches = [self._samples.batch(part) for part in parts]
        self._losses = [{} for _ in batches]
        values = []
        for objective in objectives:
            objective.begin(place[0] - 1, place[1])
            values.append(self._turn(objective, batches, metrics, first=place[0] == 1))
            self._watcher.after_backward(place[0])
            objective.end()
        for part, arguments, losses in zip(parts, self._arguments, self._losses, strict=True):
            metrics.add(arguments, len(part), losses)
        return values

    def _turn(
        self,
        objective: Objective,
        batches: Sequence[Batch],
        metrics: BatchMetrics,
        *,
        first: bool,
    ) -> Tensor | float:
        """Compute the gradients of one objective, and return its loss."""
        self._arguments = []
        shares = Shares(objective, sum(len(inputs[0]) for inputs, _ in batches))
        value: Tensor | float = 0.0
        for piece, batch in enumerate(batches):
            losses = self._look(batch, first=first)
            if metrics.weighs_losses:
                self._losses[piece] |= {
                    key_of(objective, name): losses[name].detach()
                    for name in objective.loss_weights
                }
            loss = objective.total(losses)
            if len(batches) == 1:
                value = self._backward(objective, batch, loss)
                objective.gather()
                return value
            share = shares.of(self._calls.counts(self._arguments[piece]), len(batch[0][0]))
            if share:
                value = value + self._backward(objective, batch, loss * share)
        objective.gather(shares.rest)
        return value * shares.rest

    def _look(self, batch: Batch, *, first: bool) -> dict[str, Tensor]:
        arguments = self._calls.arguments(*batch)
        self._arguments.append(arguments)
        losses = self._calls.losses(arguments)
        if first:
            check_losses(losses)
        return dict(losses)

    def _backward(self, objective: Objective, batch: Batch, loss: Tensor) -> Tensor | float:
        """Add the gradients of a loss, and return its value."""
        # An accelerator would have to be waited for: there the loss is looked at when it arrives.
        value = loss.item() if self._at_once else None
        if value is not None and not math.isfinite(value):
            raise NotFinite(value, batch)
        backward(objective.scaled(loss), self._network, self._calls, batch)
        return loss.detach() if value is None else value
