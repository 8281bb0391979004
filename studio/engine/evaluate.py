"""Evaluation: the means over a part of the data, every sample counted once, in eval mode."""

from collections.abc import Generator

import torch
from torch import Tensor

from .data.split import Part
from .session import Session


def evaluate(
    session: Session, *, part: Part, batch_size: int
) -> Generator[None, None, dict[str, float]]:
    """Return the mean loss and metrics of a part; yields after every batch, so it can be left."""
    names: list[str] = []
    rows: list[Tensor] = []
    counts: list[int] = []
    for count, (inputs, targets) in session.samples.in_order(part, batch_size=batch_size):
        values = _values(session, inputs, targets)
        names = list(values)
        rows.append(torch.stack([value.float().reshape(()) for value in values.values()]))
        counts.append(count)
        yield
    weights = torch.tensor(counts, dtype=torch.float64)
    means = (torch.stack(rows).cpu().double() * weights[:, None]).sum(0) / weights.sum()
    return dict(zip(names, means.tolist(), strict=True))


def _values(session: Session, inputs: list[Tensor], targets: list[Tensor]) -> dict[str, Tensor]:
    """Return loss and metrics of a batch; whatever happens, the network trains on afterwards."""
    module = session.network.module
    module.eval()
    try:
        with torch.no_grad():
            arguments = session.calls.arguments(inputs, targets)
            losses = session.calls.losses(arguments)
            totals = torch.stack([item.total(losses) for item in session.objectives])
            return {"loss": totals.sum(), **session.calls.metrics(arguments)}
    finally:
        module.train()
