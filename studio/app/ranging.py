"""Range tests: short runs on a copy that show which learning rate and which batch size fit.

Both are runs like any other with other settings, kept nowhere; what they tell is read here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from msgspec.structs import replace

from studio.core.errors import ParamError, RunError
from studio.core.params import Params
from studio.runs.commands import Start, Stop
from studio.runs.events import Ended, Event, Failed, Points, Progress, Started, StateChanged
from studio.runs.handle import Engine
from studio.runs.spec import Keeping, RunSpec, Watch
from studio.training.range_test import rising_factor

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 100
DIVERGED = 4.0
"""A loss so many times the least that came before ends the test."""

SMOOTHING = 0.8
FALL = 0.02
"""The share by which the loss has to fall for a rate to be suggested."""

ENOUGH = 0.9
"""The share of the best throughput with which the smallest batch is suggested."""

_WAIT_SECS = 0.5
_FACTOR = f"{rising_factor.__module__}:{rising_factor.__qualname__}"


@dataclass(frozen=True, slots=True)
class RatePoint:
    """One step of a test: its learning rate, the loss there, and a smooth one."""

    rate: float
    loss: float
    smooth: float


@dataclass(frozen=True, slots=True)
class RateTest:
    """What a test told; ``rate`` is the suggestion, None where the loss never fell."""

    points: tuple[RatePoint, ...]
    rate: float | None


@dataclass(frozen=True, slots=True)
class SizePoint:
    """How many samples a second a batch size trains; ``refusal`` says why it could not."""

    size: int
    samples_per_sec: float
    refusal: str = ""


def plan_rates(
    spec: RunSpec, *, lowest: float = LOWEST, highest: float = HIGHEST, steps: int = STEPS
) -> RunSpec:
    """Return the run whose rate rises from the lowest to the highest.

    Several objectives keep the proportion of their rates; the first has those asked for.

    Raises:
        ParamError: the rates do not rise, or there are too few steps.
    """
    if not 0 < lowest < highest or steps < 2:
        raise ParamError(
            f"expected rates that rise from above 0 in at least 2 steps, received {lowest:g} to "
            f"{highest:g} in {steps}"
        )
    first = spec.objectives[0].lr or 1.0
    params = {"steps": steps, "lowest": lowest / highest}
    objectives = tuple(
        replace(
            job, lr=highest * job.lr / first, schedule=_FACTOR, schedule_params=params, react=""
        )
        for job in spec.objectives
    )
    return replace(_short(spec, steps), objectives=objectives)


def plan_size(spec: RunSpec, size: int, *, steps: int) -> RunSpec:
    """Return the run that shows how fast batches of a size are."""
    return replace(_short(spec, steps), batch_size=size)


def find_rate(engine: Engine, planned: RunSpec) -> RateTest:
    """Run a planned test to its end or until the loss diverges.

    Raises:
        RunError: the run failed before there was anything to see.
    """
    given = Params(planned.objectives[0].schedule_params)
    steps = given.whole("steps")
    losses: dict[int, float] = {}
    failed = ""
    for event in _follow(engine, planned, steps):
        if isinstance(event, Points) and event.name == "train/loss":
            losses |= dict(zip(event.steps, event.values, strict=True))
            if _diverged(losses):
                engine.send(Stop())
        elif isinstance(event, Failed):
            failed = event.message
    if failed and len(losses) < 2:
        raise RunError(failed)
    top = planned.objectives[0].lr
    rates = {step: top * rising_factor(step - 1, steps, given) for step in losses}
    points = tuple(_smoothed([(rates[step], losses[step]) for step in sorted(losses)]))
    return RateTest(points, suggested(points))


def find_size(
    engine: Engine, spec: RunSpec, sizes: Iterable[int], *, steps: int
) -> Iterator[SizePoint]:
    """Yield how fast each size is, up to the first that fails or takes the whole part."""
    for size in sizes:
        speed, refusal, samples = 0.0, "", 0
        for event in _follow(engine, plan_size(spec, size, steps=steps), steps):
            if isinstance(event, Progress):
                speed = max(speed, event.samples_per_sec)
            elif isinstance(event, Failed):
                refusal = event.message
            elif isinstance(event, Started):
                samples = event.samples["train"]
        yield SizePoint(size, speed, refusal)
        if refusal or size >= samples:
            return


def suggested(points: Sequence[RatePoint]) -> float | None:
    """Return a tenth of the rate at which the smooth loss is least; None where it hardly fell.

    The least is where divergence sets in; a tenth of it learns fast and is safe for a whole run.
    """
    if not points:
        return None
    least = min(points, key=lambda point: point.smooth)
    before = [point.smooth for point in points if point.rate <= least.rate]
    return least.rate / 10 if least.smooth < (1 - FALL) * max(before) else None


def suggested_size(points: Sequence[SizePoint]) -> int | None:
    """Return the smallest size that is nearly as fast as the fastest."""
    able = [point for point in points if not point.refusal]
    best = max((point.samples_per_sec for point in able), default=0.0)
    fast = (point.size for point in able if best and point.samples_per_sec >= ENOUGH * best)
    return min(fast, default=None)


def _short(spec: RunSpec, steps: int) -> RunSpec:
    """Return a run that is kept nowhere and never looks at what is held out."""
    return replace(
        spec,
        epochs=steps,
        data=replace(spec.data, validation=0.0),
        folder="",
        keeping=Keeping(every_secs=0.0),
        watch=Watch(probes={}),
        early_stopping=0,
        restore_best=False,
        ema=0.0,
        adjustments=(),
    )


def _follow(engine: Engine, spec: RunSpec, steps: int) -> Iterator[Event]:
    """Yield what happens in so many steps of a run."""
    engine.send(Start(spec=spec, steps=steps))
    while True:
        alive = engine.alive  # asked first, so that no last words are missed
        for event in engine.wait(_WAIT_SECS):
            yield event
            if isinstance(event, StateChanged) and event.state == "paused":
                engine.send(Stop())
            if isinstance(event, Ended):
                return
        if not alive:
            return


def _diverged(losses: dict[int, float]) -> bool:
    values = [losses[step] for step in sorted(losses)]
    return not isfinite(values[-1]) or values[-1] > DIVERGED * max(min(values), values[0] / 2)


def _smoothed(pairs: Sequence[tuple[float, float]]) -> Iterator[RatePoint]:
    """Yield the points with the mean of the losses so far, later ones counting more."""
    mean, kept = 0.0, 1.0
    for rate, loss in pairs:
        if not isfinite(loss):
            return
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        kept *= SMOOTHING
        yield RatePoint(rate, loss, mean / (1 - kept))
