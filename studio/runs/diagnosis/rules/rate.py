"""Learning rates: steps that overshoot, and steps that lead nowhere."""

from collections.abc import Iterator

import numpy as np

from studio.core.text import percent
from studio.runs.diagnosis.case import LOSS, Case
from studio.runs.diagnosis.cures import clip_to, rate_to, slower, usual_rate
from studio.runs.diagnosis.figures import nice
from studio.runs.diagnosis.steps import first_updates, update_ratios
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

DIVERGED, WINDOW = 2.0, 5
"""The loss so many times the least before, for so many looks in a row: TheDeepChecker."""

LARGE, SMALL = 1e-1, 1e-4
"""Sensible updates against the weights lie between: TheDeepChecker, around 10⁻³."""

MOSTLY = 0.9
"""The share of all looks in which updates have to be small."""

HIGH = 0.7
"""Of the loss of ignorance: above it a small update is no sign that all is learnt."""

NOTHING = 0.95
"""Of the loss of ignorance: whoever stays above it has learnt nothing."""

LATE = 3
"""Looks whose mean tells where the loss stands now."""


def _find_high(case: Case) -> Iterator[Symptom]:
    losses = case.losses
    if len(losses) < WINDOW:
        return
    least = np.minimum.accumulate(losses.values)
    worse = losses.values[-WINDOW:] >= DIVERGED * least[-WINDOW:]
    level = case.ignorance
    # On the floor a loss may double and mean nothing.
    high = level is not None and losses.latest > HIGH * level
    if len(losses) > WINDOW and worse.all() and losses.least > 0 and high:
        yield _diverging(case, int(np.argmin(losses.values)))
        return
    yield from _overshot(case)


def _overshot(case: Case) -> Iterator[Symptom]:
    """Report first steps that led away, where the loss now stands no better than guessing."""
    first, level = case.first_loss, case.ignorance
    if first is None or not level or float(case.losses.values[-LATE:].mean()) < NOTHING * level:
        return
    early = case.record.series[LOSS].values[1 : max(20, case.steps_planned // 20)]
    early = early[np.isfinite(early)]
    worst = float(early.max()) if len(early) else first
    long = first_updates(case)
    if worst > DIVERGED * first or long > LARGE:
        what = (
            f"from {first:.3g} the loss rose to {worst:.3g}"
            if worst > first
            else (f"the first changed the weights by {percent(long)} of their size")
        )
        yield Symptom(
            says=f"Steps overshoot: {what}, and it now stands no better than guessing",
            evidence=(
                Evidence(
                    panel="loss",
                    series=LOSS,
                    step=2 + int(np.argmax(early)) if len(early) else 1,
                    says=f"{worst:.3g} at a rate of {case.rate:g}",
                ),
            ),
        )


def _diverging(case: Case, best: int) -> Symptom:
    losses = case.losses
    return Symptom(
        says=f"The training loss rises again: {losses.latest:.3g} after it had been "
        f"{losses.least:.3g}",
        evidence=(
            Evidence(
                panel="loss",
                series=LOSS,
                step=int(losses.steps[best]),
                says=f"at least {DIVERGED:g} times the least for {WINDOW} looks",
            ),
        ),
    )


def _cure_high(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from slower(case)
    yield clip_to(1.0)


def _find_low(case: Case) -> Iterator[Symptom]:
    if len(case.losses) < WINDOW or not case.ignorant(HIGH):
        return
    ratios = update_ratios(case)
    first = case.first_loss
    if not len(ratios) or first is None or case.losses.least > first * 1.05:
        return
    # Over all of it: a schedule may well end with steps of nothing.
    usual = np.quantile(ratios, MOSTLY, axis=0)
    if (usual < SMALL).all():
        level = case.ignorance or first
        yield Symptom(
            says=f"Steps lead nowhere: each changes the weights by {usual.max():.1g} of their size "
            f"at most, and the loss is still {case.losses.latest:.3g}",
            evidence=(
                Evidence(
                    panel="loss",
                    series=LOSS,
                    step=int(case.losses.steps[-1]),
                    says=f"updates below {SMALL:g} of the weights in every layer, the loss above "
                    f"{HIGH:g} of {level:.3g}",
                ),
            ),
        )


def _cure_low(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    ratios = update_ratios(case)
    if case.rate and len(ratios):
        typical = usual_rate(case)
        wanted = case.rate * 1e-3 / max(float(np.median(ratios[-WINDOW:])), 1e-12)
        if typical and typical > case.rate:
            yield rate_to(case, typical, "the optimiser's usual one")
        yield rate_to(case, nice(min(wanted, 1e4 * case.rate)), "takes updates to 10⁻³")


TOO_HIGH = Rule(
    id="rate.too-high",
    title="Learning rate too high",
    rank=34,
    why="A step along the gradient is right only as far as the loss is nearly straight there: with "
    "a rate above 2 divided by the curvature, each step lands higher on the other side of the "
    "valley. The loss then jumps, grows, or stays where guessing is.",
    paper="LeCun et al. 1998: Efficient BackProp; Cohen et al. 2021: Gradient descent typically "
    "occurs at the edge of stability; window: TheDeepChecker",
    find=_find_high,
    cures=_cure_high,
    explains=("learning.none", "units.dead", "units.saturated", "fitting.under",
              "gradients.vanishing", "gradients.spikes"),
)  # fmt: skip

TOO_LOW = Rule(
    id="rate.too-low",
    title="Learning rate too low",
    rank=45,
    why="Weights change most usefully by about a thousandth of their size a step. Where every "
    "layer changes by less than a ten-thousandth while the loss is still high, the run ends long "
    "before it gets anywhere.",
    paper="Karpathy 2015: CS231n, ratio of updates to weights; limits: TheDeepChecker",
    find=_find_low,
    cures=_cure_low,
    explains=("learning.none", "fitting.under"),
)
