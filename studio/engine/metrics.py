"""Metrics of the training batches: gathered for a moment, computed together.

A small network's step takes less than a millisecond, of which an accuracy for every batch would be
a few hundredths; over a tenth of a second's batches at once it is next to nothing.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from studio.runs.events import Measure
from studio.runs.spec import Program

from .calls import Calls
from .means import exponential, loss_names, losses_of, total_of
from .objectives import Objective
from .scalars import LOSS

GATHER_SECS = 0.1
"""How long batches are gathered; the loss is told four times as often."""

GATHER_NUMBERS = 4_000_000
"""Of how many numbers at most: the scores of a large vocabulary are not kept for long."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The mean of some batches, and its weight in the epoch's; ``shown`` as a point, or not."""

    name: str
    value: Tensor
    weight: Tensor | int
    shown: bool = True


class _Batch(NamedTuple):
    arguments: Sequence[Tensor]
    samples: int
    losses: Mapping[str, Tensor]

    @property
    def joins(self) -> bool:
        """Whether every argument has a row for each sample, so that batches can be joined."""
        return all(a.ndim and len(a) == self.samples for a in self.arguments)


class BatchMetrics:
    """Keeps what ``metrics`` takes, and gives the means over what it has."""

    def __init__(self, calls: Calls, program: Program, objectives: Sequence[Objective]) -> None:
        self._calls = calls
        self._objectives = objectives
        self._measured = {info.name: info for info in program.measured}
        self._apart = any(info.per_batch for info in program.measured)
        self._made = [info for info in program.measured if info.combine == "exp"]
        self.weighs_losses = bool(program.counts or self._made)
        """Whether losses are gathered too: a mean over samples would be wrong for them."""
        self._names = loss_names(program, losses_of(objectives))
        self.keeps_losses = self.weighs_losses or bool(self._names)
        """Whether it looks at losses at all, be it to show each of several."""
        self._idle = not (program.metrics or self.keeps_losses)
        self._kept: list[_Batch] = []
        self._next = 0.0
        self._numbers = 0

    def add(
        self, arguments: Sequence[Tensor], count: int, losses: Mapping[str, Tensor] | None = None
    ) -> None:
        """Keep the arguments of a batch of so many samples, and its losses by ``key_of``."""
        if self._idle:
            return
        detached = [argument.detach() for argument in arguments]
        self._kept.append(_Batch(detached, count, losses or {}))
        for argument in detached:
            self._numbers += argument.numel()

    def take(self, *, wait: bool = True) -> Iterator[Gathered]:
        """Yield every metric over the batches so far, and begin anew.

        Without ``wait`` it may be too early yet.
        """
        now = perf_counter()
        early = now < self._next and self._numbers < GATHER_NUMBERS
        if not self._kept or (early and not wait):
            return
        kept, self._kept = self._kept, []
        self._next, self._numbers = now + GATHER_SECS, 0
        with torch.no_grad():
            counts = [self._calls.counts(batch.arguments) for batch in kept]
            yield from self._losses(kept, counts)
            if self._apart or not all(batch.joins for batch in kept):
                yield from self._one_by_one(kept, counts)
            else:
                yield from self._together(kept, counts)

    def told(self, means: dict[str, float]) -> dict[str, float]:
        """Return an epoch's means as they are shown: of the gathered losses, what they make."""
        totals: dict[str, float] = {}
        of_blocks: dict[str, float] = {}
        for objective in self._objectives:
            keys = {loss: key_of(objective, loss) for loss in objective.loss_weights}
            if not set(keys.values()) <= means.keys():
                return means  # stopped before the first batch
            losses = {loss: means.pop(key) for loss, key in keys.items()}
            totals[f"train/{objective.name}"] = total_of(objective, losses)
            of_blocks = {**losses, **of_blocks}
        shown = {LOSS: math.fsum(totals.values())}
        if len(totals) > 1:
            shown |= totals
        for info in self._made:
            if info.loss in of_blocks:
                shown[f"train/{info.name}"] = exponential(of_blocks[info.loss])
        return {**shown, **means}

    def _together(
        self, kept: Sequence[_Batch], counts: Sequence[Mapping[str, Tensor]]
    ) -> Iterator[Gathered]:
        columns = zip(*(batch.arguments for batch in kept), strict=True)
        joined = [torch.cat(column) for column in columns]
        for name, value in self._calls.metrics(joined).items():
            yield Gathered(f"train/{name}", value, _sum(self._weights(name, kept, counts)))

    def _one_by_one(
        self, kept: Sequence[_Batch], counts: Sequence[Mapping[str, Tensor]]
    ) -> Iterator[Gathered]:
        rows = [self._calls.metrics(batch.arguments) for batch in kept]
        for name in rows[0]:
            weights = self._weights(name, kept, counts)
            mean, weight = _mean([row[name] for row in rows], weights)
            yield Gathered(f"train/{name}", mean, weight)

    def _weights(
        self, name: str, kept: Sequence[_Batch], counts: Sequence[Mapping[str, Tensor]]
    ) -> list[Tensor | int]:
        key = self._measured[name].over if name in self._measured else ""
        return [count.get(key, one.samples) for one, count in zip(kept, counts, strict=True)]

    def _losses(
        self, kept: Sequence[_Batch], counts: Sequence[Mapping[str, Tensor]]
    ) -> Iterator[Gathered]:
        if not self.keeps_losses:
            return
        means: dict[str, Tensor] = {}
        for objective in self._objectives:
            for loss in objective.loss_weights:
                key = key_of(objective, loss)
                weights = [
                    count.get(loss, one.samples) for one, count in zip(kept, counts, strict=True)
                ]
                mean, weight = _mean([one.losses[key] for one in kept], weights)
                if self.weighs_losses:
                    yield Gathered(key, mean, weight, shown=False)
                if loss not in means and loss in self._names:
                    yield Gathered(f"train/{self._names[loss]}", mean, weight)
                means.setdefault(loss, mean)
        for info in self._made:
            if info.loss in means:
                yield Gathered(f"train/{info.name}", means[info.loss].exp(), 0)


def key_of(objective: Objective, loss: str) -> str:
    """Return the name under which an objective's loss is gathered; no person sees it."""
    return f"{loss} of {objective.name}"


def _sum(weights: Sequence[Tensor | int]) -> Tensor | int:
    """Return the sum, made at once where a device has to add."""
    tensors = [weight for weight in weights if isinstance(weight, Tensor)]
    known = sum(weight for weight in weights if not isinstance(weight, Tensor))
    return torch.stack(tensors).sum() + known if tensors else known


def _mean(values: Sequence[Tensor], weights: Sequence[Tensor | int]) -> tuple[Tensor, Tensor]:
    """Return the weighed mean and its weight; what weighs nothing may be no number."""
    column = torch.stack([value.reshape(()) if value.ndim else value for value in values]).float()
    known = [weight for weight in weights if not isinstance(weight, Tensor)]
    if len(known) == len(weights):
        heavy = torch.tensor(known, dtype=torch.float32, device=column.device)
    else:
        heavy = torch.stack([torch.as_tensor(w, device=column.device) for w in weights]).float()
    total = heavy.sum()
    return torch.where(heavy > 0, column * heavy, 0.0).sum() / total, total


def measures_of(program: Program) -> tuple[Measure, ...]:
    """Return what is measured beside the losses."""
    told = [(one.name, one.unit, one.higher_is_better) for one in program.measured]
    told += [(one.name, one.unit, one.higher_is_better) for one in program.scores]
    return tuple(Measure(name=name, unit=unit, higher_is_better=up) for name, unit, up in told)
