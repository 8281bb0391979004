"""Rehearsing: first losses, gradients, one batch by heart, leaks and memory, on a copy of a run."""

import math
from collections.abc import Iterator
from time import monotonic

import psutil
import torch
from msgspec.structs import replace
from torch import Tensor, nn

from studio.runs.events import Points
from studio.runs.rehearsal import Rehearse, Rehearsed
from studio.runs.spec import Keeping, RunSpec, Watch

from .data.load import Load
from .data.split import Part
from .faults import Fault
from .memory import in_use
from .scalars import LOSS
from .session import Session

BATCHES = 4
"""So many batches tell the first loss."""

LEARNT = 0.02
"""Of the first loss: below it a batch is known by heart, and the rest of the steps not needed."""

MOST = 200_000
"""Samples of a part whose inputs are compared."""

EVERY = 10
"""Steps between looks at the loss."""


def rehearse(question: Rehearse, load: Load) -> Rehearsed:
    """Return what a run would do at its beginning; what ends it is told, with the block."""
    try:
        return _rehearsed(question, load)
    except Fault as fault:
        return Rehearsed(
            request=question.request, error=str(fault), block=fault.block, hint=fault.hint
        )


def _rehearsed(question: Rehearse, load: Load) -> Rehearsed:
    session = Session(_plain(question.spec), load)
    losses, unreached, learnable = _first_look(session)
    memory, free = _memory(session.samples.device)
    by_heart, failed = _by_heart(session, question)
    counts = session.samples.counts
    return Rehearsed(
        request=question.request,
        first_losses=tuple(losses),
        batch=min(session.batch_size, counts["train"]),
        targets=session.samples.targets(),
        unreached=tuple(unreached),
        learnable=learnable,
        one_batch=tuple(by_heart),
        one_batch_of=min(question.samples, session.batch_size, counts["train"]),
        one_batch_failed=failed,
        samples=counts,
        leaked=dict(_leaked(session)),
        memory=memory,
        free=free,
    )


def _plain(spec: RunSpec) -> RunSpec:
    """Return the run without record, schedule, warm-up and looks."""
    objectives = tuple(
        replace(job, schedule="", react="", schedule_params={}, warm_ups={})
        for job in spec.objectives
    )
    return replace(
        spec,
        objectives=objectives,
        folder="",
        keeping=Keeping(every_secs=0.0),
        watch=Watch(probes={}),
        restore_best=False,
        early_stopping=0,
        ema=0.0,
        adjustments=(),
    )


def _first_look(session: Session) -> tuple[list[float], list[tuple[str, str]], int]:
    """Return the losses of some batches, and which weights no gradient reaches in any of them."""
    reached: set[Tensor] = set()
    losses = []
    for rows in [*session.batches()][:BATCHES]:
        batch = session.samples.to_train(rows, 1)
        with session.network.blaming(batch_size=len(rows)):
            values = session.calls.losses(session.calls.arguments(*batch))
            totals = [objective.total(values) for objective in session.objectives]
            losses.append(sum(float(total.detach()) for total in totals))
            for objective, total in zip(session.objectives, totals, strict=True):
                reached |= _reached(total, objective.weights)
    wanted = {weight for objective in session.objectives for weight in objective.weights}
    names = {weight: name for name, weight in session.network.module.named_parameters()}
    unreached = [
        (block, names[weight].rpartition(".")[2])
        for block, weights in session.network.weights()
        for weight in weights
        if weight in wanted and weight.requires_grad and weight not in reached
    ]
    return losses, unreached, len(wanted)


def _reached(loss: Tensor, weights: list[nn.Parameter]) -> set[Tensor]:
    there = [weight for weight in weights if weight.requires_grad]
    if not loss.requires_grad:
        return set()
    grads = torch.autograd.grad(
        loss, there, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return {weight for weight, grad in zip(there, grads, strict=True) if bool((grad != 0).any())}


def _by_heart(session: Session, question: Rehearse) -> tuple[list[float], str]:
    """Return the loss while a few samples are trained on again and again, and what ended it."""
    rows = session.batches()[0][: question.samples]
    losses: list[float] = []
    until = monotonic() + question.seconds
    try:
        for step in range(1, question.steps + 1):
            session.make_step(rows)
            if step % EVERY == 0 or step == 1:
                losses += _told(session)
                if _known_by_heart(losses) or monotonic() > until:
                    break
    except Fault as fault:
        return losses, str(fault)
    return losses, ""


def _told(session: Session) -> list[float]:
    events = session.known(wait=True)
    told = (event for event in events if isinstance(event, Points) and event.name == LOSS)
    return [value for event in told for value in event.values]


def _known_by_heart(losses: list[float]) -> bool:
    return math.isfinite(losses[-1]) and abs(losses[-1]) < LEARNT * abs(losses[0])


def _leaked(session: Session) -> Iterator[tuple[str, int]]:
    """Yield, for each held-out part, how many of its samples have inputs that are trained on."""
    trained = set(_inputs(session, "train"))
    parts: tuple[Part, ...] = ("validation", "test")
    for part in parts:
        found = sum(one in trained for one in _inputs(session, part))
        if found:
            yield part, found


def _inputs(session: Session, part: Part) -> Iterator[int]:
    """Yield a number for the inputs of each sample, the same for the same inputs."""
    seen = 0
    for count, (inputs, _) in session.samples.in_order(part, batch_size=1024):
        rows = [column.reshape(count, -1).cpu().contiguous().numpy() for column in inputs]
        for row in range(count):
            yield hash(b"".join(column[row].tobytes() for column in rows))
        seen += count
        if seen >= MOST:
            return


def _memory(device: torch.device) -> tuple[int, int]:
    told = in_use(device)
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return told.get("device_peak", 0), int(free)
    return told["memory"], int(psutil.virtual_memory().available)
