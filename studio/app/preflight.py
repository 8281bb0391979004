"""Preflight: what is looked at before a training is worth its time, each with a way out."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Literal, TypeAlias

from studio.core.catalog import Catalog
from studio.core.check import Checked, check
from studio.core.errors import CompileError, RunError
from studio.core.experiment import Experiment
from studio.core.text import memory, plural
from studio.runs.diagnosis.expected import Expected, expected_loss
from studio.runs.handle import Engine
from studio.runs.rehearsal import Rehearse, Rehearsed
from studio.runs.spec import RunSpec

from .estimate import training_bytes
from .ranging import RateTest, find_rate, plan_rates

Verdict: TypeAlias = Literal["passed", "failed", "unsure"]

DEVIATION = 1.0
"""As the diagnosis has it: a first loss more than twice what is expected (TheDeepChecker)."""

LEARNT = 0.1
"""Of the first loss, to which a network must bring a few samples that it sees again and again."""

DUPLICATES = 0.05
"""Share of held-out samples that may be trained on too (deepchecks)."""

FULL = 0.9
"""Share of the memory beyond which it is a matter of luck."""

SLOW = 1e-3
"""Of the rate that was found to fit: below it a run takes for ever."""

FALL = 0.1
"""Of the loss in the test of rates: less may be chance."""

WAIT_SECS = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was looked at: what was seen, and what to do where it is not well."""

    id: str
    title: str
    verdict: Verdict
    says: str
    way_out: str = ""
    block: str = ""


def preflight(engine: Engine, experiment: Experiment, catalog: Catalog) -> Iterator[Row]:
    """Yield what is found, one by one; what cannot be tried after a failure is left out."""
    from studio.compile.run import plan_run

    checked = check(experiment, catalog)
    yield _shapes(checked)
    if checked.errors:
        return
    try:
        spec = plan_run(experiment, catalog, run_id="preflight")
    except CompileError as error:
        yield Row("shapes", "Program", "failed", str(error), "Complete the drawing first")
        return
    seen = _rehearsed(engine, spec)
    if seen.error:
        yield Row("batch", "First batch", "failed", seen.error, seen.hint, seen.block)
        return
    yield _first_loss(seen, expected_loss(experiment, checked, seen.targets))
    yield _gradient(seen)
    yield _by_heart(seen, spec)
    yield _leakage(seen)
    yield _memory(seen, training_bytes(checked, experiment))
    yield _rate(engine, spec)


def _rehearsed(engine: Engine, spec: RunSpec) -> Rehearsed:
    engine.send(Rehearse(request=1, spec=spec))
    while True:
        alive = engine.alive  # asked first, so that no last words are missed
        for event in engine.wait(WAIT_SECS):
            if isinstance(event, Rehearsed):
                return event
        if not alive:
            return Rehearsed(request=1, error="The engine ended", hint="Try again")


def _shapes(checked: Checked) -> Row:
    errors = checked.errors
    if errors:
        first = errors[0]
        return Row("shapes", "Shapes", "failed", first.message, first.hint, first.node or "")
    count = plural(checked.parameters, "parameter")
    return Row("shapes", "Shapes", "passed", f"Every block fits the next; {count}")


def _first_loss(seen: Rehearsed, expected: Expected | None) -> Row:
    losses = seen.first_losses
    mean = sum(losses) / len(losses) if losses else float("nan")
    title = "Initial loss"
    if not isfinite(mean):
        way = "Scale the inputs, and take the usual first weights"
        return Row("loss", title, "failed", "The first loss is no number", way)
    if expected is None:
        return Row("loss", title, "unsure", f"It begins at {mean:.3g}; no theory says what it ought"
                   " to be here")  # fmt: skip
    told = f"It begins at {mean:.3g}; knowing nothing costs {expected.first:.3g} ({expected.words})"
    if (mean - expected.first) / expected.first > DEVIATION:
        way = "Take the usual first weights, bring the inputs to one scale, or insert a norm"
        return Row("loss", title, "failed", told, way)
    return Row("loss", title, "passed", told)


def _gradient(seen: Rehearsed) -> Row:
    title = "Gradient"
    if not seen.unreached:
        tensors = plural(seen.learnable, "tensor")
        return Row("gradient", title, "passed", f"It reaches each of {tensors} to be learnt")
    block, name = seen.unreached[0]
    more = len(seen.unreached) - 1
    rest = f" and {plural(more, 'other')}" if more else ""
    says = f"None reaches {name} of {block}{rest}"
    way = "Wire the block to a loss, or look for dead units and stopped gradients behind it"
    return Row("gradient", title, "failed", says, way, block)


def _by_heart(seen: Rehearsed, spec: RunSpec) -> Row:
    title = "One batch by heart"
    if len(spec.objectives) > 1:
        return Row("batch", title, "unsure", "Objectives that work against each other have no one "
                   "loss to bring down")  # fmt: skip
    losses = seen.one_batch
    if seen.one_batch_failed or not losses:
        way = "Lower the learning rate, or clip the gradient norm"
        return Row("batch", title, "failed", seen.one_batch_failed or "No step could be made", way)
    first, least = losses[0], min(losses)
    steps = plural(len(losses), "step")
    says = (
        f"The loss of {plural(seen.one_batch_of, 'sample')} goes from {first:.3g} to {least:.3g} "
        f"in {steps}"
    )
    if least <= LEARNT * first:
        return Row("batch", title, "passed", says)
    way = "Look at the learning rate below, make the network larger, or see whether the targets fit"
    return Row("batch", title, "failed", says, way)


def _leakage(seen: Rehearsed) -> Row:
    title = "Leakage"
    if not seen.leaked:
        held = sum(count for part, count in seen.samples.items() if part != "train")
        return Row("leakage", title, "passed", f"None of {plural(held, 'held-out sample')} is "
                   "trained on")  # fmt: skip
    parts = [
        f"{count:,} of {seen.samples[part]:,} in {part}" for part, count in seen.leaked.items()
    ]
    says = f"Inputs that are trained on stand in what is held out: {', '.join(parts)}"
    most = max(count / max(seen.samples[part], 1) for part, count in seen.leaked.items())
    way = "Drop repeated samples, or divide by groups"
    return Row("leakage", title, "failed" if most > DUPLICATES else "unsure", says, way)


def _memory(seen: Rehearsed, forecast: int) -> Row:
    title = "Memory"
    whole = seen.memory + seen.free
    says = (
        f"A batch takes about {memory(forecast)}; the engine has {memory(seen.memory)} after one, "
        f"and {memory(seen.free)} are free"
    )
    if seen.memory > FULL * whole:
        return Row("memory", title, "failed", says, "Lower the batch size, or compute it in pieces")
    return Row("memory", title, "passed", says)


def _fall(found: RateTest) -> float:
    """Return the share by which the smooth loss fell."""
    smooth = [point.smooth for point in found.points]
    least = smooth.index(min(smooth))
    return 1 - smooth[least] / max(smooth[: least + 1])


def _rate(engine: Engine, spec: RunSpec) -> Row:
    title = "Learning rate"
    now = spec.objectives[0].lr
    try:
        found = find_rate(engine, plan_rates(spec))
    except RunError as error:
        return Row("rate", title, "unsure", str(error))
    if found.rate is None or _fall(found) < FALL:
        says = f"No rate brings the loss down by much in {len(found.points)} steps"
        return Row("rate", title, "unsure", says, "Train longer, or look at the other rows")
    says = f"{now:g} is set; about {found.rate:.2g} fits"
    if now > 10 * found.rate:
        way = f"Lower it: beyond {10 * found.rate:.2g} the loss grows"
        return Row("rate", title, "failed", says, way)
    if now < SLOW * found.rate:
        return Row("rate", title, "failed", says, "Raise it: a thousand steps would do one's work")
    return Row("rate", title, "passed", says)
