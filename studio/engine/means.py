"""Means: figures of several batches put together, each weighed by what it is the mean of."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.runs.spec import MetricInfo, Program

from .calls import Calls
from .objectives import Objective


@dataclass(frozen=True, slots=True)
class Measured:
    """Losses by block and metrics by name of one batch, and of how much they are means."""

    losses: Mapping[str, Tensor]
    metrics: Mapping[str, Tensor]
    counts: Mapping[str, Tensor]
    samples: int


class Means:
    """Gathers batches without making an accelerator wait; ``result`` reads them all."""

    def __init__(self, program: Program) -> None:
        self._over = {info.name: info.over for info in program.measured}
        self._rows: list[Tensor] = []
        self._weights: list[Tensor] = []
        self._losses: list[str] = []
        self._metrics: list[str] = []

    def add(self, batch: Measured) -> None:
        """Take a batch."""
        self._losses, self._metrics = list(batch.losses), list(batch.metrics)
        values = [*batch.losses.values(), *batch.metrics.values()]
        whole = torch.tensor(float(batch.samples), device=values[0].device)
        keys = [*self._losses, *(self._over.get(name, "") for name in self._metrics)]
        weights = [batch.counts.get(key, whole) for key in keys]
        self._rows.append(torch.stack([value.detach().float().reshape(()) for value in values]))
        self._weights.append(torch.stack([weight.float() for weight in weights]))

    def result(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return the means of the losses by block and of the metrics by name.

        Raises:
            IndexError: there was no batch.
        """
        rows = torch.stack(self._rows).cpu().double()
        weights = torch.stack(self._weights).cpu().double()
        # A batch in which nothing counts has no mean: torch says 0/0.
        sums = torch.where(weights > 0, rows * weights, 0.0).sum(0)
        means = (sums / weights.sum(0)).tolist()
        losses = dict(zip(self._losses, means, strict=False))
        return losses, dict(zip(self._metrics, means[len(losses) :], strict=True))


def told(
    losses: Mapping[str, float],
    metrics: Mapping[str, float],
    program: Program,
    objectives: Sequence[Objective],
) -> dict[str, float]:
    """Return loss and metrics as they are shown, those that are made of a mean loss included.

    Where several losses make up the loss, each is there by itself, before its weight.
    """
    measured: Sequence[MetricInfo] = program.measured
    total = math.fsum(total_of(objective, losses) for objective in objectives)
    made = {info.name: exponential(losses[info.loss]) for info in measured if info.combine == "exp"}
    order = [info.name for info in measured] or list(metrics)
    shown = {**metrics, **made}
    apart = {
        name: losses[loss] for loss, name in loss_names(program, losses_of(objectives)).items()
    }
    return {"loss": total, **apart, **{name: shown[name] for name in order if name in shown}}


def losses_of(objectives: Sequence[Objective]) -> list[str]:
    """Return the ids of all losses that are minimised, each once."""
    return list(dict.fromkeys(loss for one in objectives for loss in one.loss_weights))


def loss_names(program: Program, losses: Sequence[str]) -> dict[str, str]:
    """Return what each loss is called beside their sum: ``loss/`` and its title; of one, nothing.

    A title that several have gets the id behind it.
    """
    if len(losses) < 2:
        return {}
    titles = {block.id: block.title for block in program.blocks}
    known = Counter(titles.get(loss) or loss for loss in losses)
    named = {loss: titles.get(loss) or loss for loss in losses}
    return {
        loss: f"loss/{title}" if known[title] == 1 else f"loss/{title} ({loss})"
        for loss, title in named.items()
    }


def total_of(objective: Objective, losses: Mapping[str, float]) -> float:
    """Return what an objective makes of mean losses."""
    return math.fsum(losses[name] * weight for name, weight in objective.loss_weights.items())


def exponential(loss: float) -> float:
    """Return e to the loss; beyond what a number holds, infinity."""
    try:
        return math.exp(loss)
    except OverflowError:
        return math.inf


def measure(calls: Calls, arguments: Sequence[Tensor], samples: int) -> Measured:
    """Compute all that a batch tells."""
    with torch.no_grad():
        return Measured(
            calls.losses(arguments), calls.metrics(arguments), calls.counts(arguments), samples
        )
