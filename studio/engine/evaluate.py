"""Evaluation: the means over a part of the data, everything counted once, in eval mode."""

from collections.abc import Generator

import torch
from torch import Tensor

from .data.split import Part
from .means import Means, Measured, measure, told
from .session import Session


def evaluate(
    session: Session, *, part: Part, batch_size: int
) -> Generator[None, None, dict[str, float]]:
    """Return the mean loss and metrics of a part; yields after every batch, so it can be left.

    How the part is cut into batches makes no difference: a mean over tokens is one over all the
    tokens of the part.
    """
    program = session.spec.program
    means = Means(program)
    for count, (inputs, targets) in session.samples.in_order(part, batch_size=batch_size):
        means.add(_measured(session, inputs, targets, count))
        yield
    return told(*means.result(), program.measured, session.objectives)


def _measured(
    session: Session, inputs: list[Tensor], targets: list[Tensor], count: int
) -> Measured:
    """Return what a batch tells; whatever happens, the network trains on afterwards."""
    module = session.network.module
    module.eval()
    try:
        with torch.no_grad():
            return measure(session.calls, session.calls.arguments(inputs, targets), count)
    finally:
        module.train()
