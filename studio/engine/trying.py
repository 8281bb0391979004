"""Trying: an optimiser is made and used, a source is loaded twice, and both held to what they
say.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import torch
from torch import nn

from studio.runs.spec import DataJob, ObjectiveJob

from .data.load import load
from .optim import make_optimizer

_STEPS = 60


def optimize(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return what does not hold of an optimiser: that a loss falls, and that it can go on."""
    job = msgspec.convert(question["objective"], ObjectiveJob, strict=False)
    found: list[list[str]] = []
    first, last, state = _used(job)
    if not last < first:
        found.append(["learning", f"the loss of a simple line did not fall: {first:g}, {last:g}"])
    whole, halves = _used(job)[1], _used(job, broken_at=_STEPS // 2)[1]
    if whole != halves:
        found.append(
            ["save and load", "another loss after its state was saved and read: keep all in state"]
        )
    if not state:
        return {"found": found}
    odd = [name for name in state if not isinstance(name, str)]
    if odd:
        found.append(["save and load", "expected names for all that it keeps of a weight"])
    return {"found": found}


def load_twice(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return what does not hold of a source: that it gives what it declares, the same each time."""
    job = msgspec.convert(
        {name: question[name] for name in ("source", "load", "params", "columns")}, DataJob
    )
    once, again = load(job), load(job)
    same = all(np.array_equal(once[name], again[name]) for name in once)
    return {"found": [] if same else [["chance", "the same seed gives other samples"]]}


def _used(job: ObjectiveJob, *, broken_at: int = 0) -> tuple[float, float, list[Any]]:
    """Return the first and the last loss of a small fit, and the names of what is kept."""
    torch.manual_seed(0)
    x, module = torch.randn(64, 3), nn.Linear(3, 2)
    wanted = x @ torch.tensor([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]])
    optimizer = make_optimizer(job, list(module.parameters()))
    losses: list[float] = []
    for step in range(_STEPS):
        if broken_at and step == broken_at:
            kept = optimizer.state_dict()
            optimizer = make_optimizer(job, list(module.parameters()))
            optimizer.load_state_dict(kept)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(module(x), wanted)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    names = [name for state in optimizer.state.values() for name in state]
    return losses[0], losses[-1], names
