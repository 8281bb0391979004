"""Evaluation: what a whole part says, everything counted once, in eval mode."""

from collections.abc import Generator

import torch
from torch import Tensor

from .data.split import Part
from .faults import MemoryFault
from .means import Means, measure, told
from .scoring import Scores
from .session import Session
from .written import Scored

BATCH = 256
"""Samples that are judged at once, where fewer are trained on: there are no gradients to keep."""


def judged(
    session: Session, *, part: Part, batch_size: int
) -> Generator[None, None, dict[str, float]]:
    """Return the loss and metrics of a part; yields after every batch, so it can be left.

    Where memory has no room for that many, the samples are judged in batches as they are trained
    on: a network that can be trained is never ended by being judged.

    Raises:
        Fault: naming the block to blame.
    """
    for size in (max(batch_size, BATCH), min(batch_size or BATCH, BATCH)):
        try:
            with session.network.blaming(batch_size=size):
                return (yield from evaluate(session, part=part, batch_size=size))
        except MemoryFault:
            if size <= (batch_size or BATCH):
                raise
    raise AssertionError  # the last size is no larger than what is trained on


def evaluate(
    session: Session, *, part: Part, batch_size: int
) -> Generator[None, None, dict[str, float]]:
    """Return the loss and metrics of a part; yields after every batch, so it can be left.

    How the part is cut into batches makes no difference: a mean over tokens is one over all the
    tokens of the part, and what is computed at once is computed over all that was kept.
    """
    program, written = session.spec.program, session.written
    means, scores = Means(program), Scores(written.jobs(part))
    for count, (inputs, targets) in session.samples.in_order(part, batch_size=batch_size):
        scored = _measure(session, (inputs, targets), count, means)
        yield
        scores.add((yield from written.answers(scored, inputs, part, session.averages)))
    return told(*means.result(), program, session.objectives) | scores.result()


def _measure(
    session: Session,
    batch: tuple[list[Tensor], list[Tensor]],
    count: int,
    means: Means,
) -> Scored:
    """Take what a batch tells; whatever happens, the network trains on afterwards."""
    module = session.network.module
    module.eval()
    try:
        with torch.no_grad(), session.averages.shown():
            arguments = session.calls.arguments(*batch)
            means.add(measure(session.calls, arguments, count))
            return session.calls.scored(arguments)
    finally:
        module.train()
