"""Schedules that react to the training: the rate falls where the loss no longer does."""

from collections.abc import Sequence
from math import inf

from studio.api import Param, Params, Schedule

from .schedules import constant_factor
from .warm_up import WARM_UP


def plateau_reaction(losses: Sequence[float], params: Params) -> float:
    """Return what is left of the rate after these epochs."""
    best, waited, resting, factor = inf, 0, 0, 1.0
    for loss in losses:
        better = loss < best * (1.0 - params.real("threshold"))
        best, waited = (loss, 0) if better else (best, waited + 1)
        if resting:
            resting, waited = resting - 1, 0
        if waited > params.whole("patience"):
            factor = max(factor * params.real("decay"), params.real("floor"))
            resting, waited = params.whole("cooldown"), 0
    return factor


PLATEAU = Schedule(
    id="plateau",
    title="Reduce on plateau",
    factor=constant_factor,
    react=plateau_reaction,
    params=(
        Param(
            "patience",
            5,
            low=0,
            high=10_000,
            unit="epochs",
            help="How many epochs without a better validation loss are borne before the rate falls",
        ),
        Param("decay", 0.1, low=0.0, high=1.0, help="What the rate is multiplied with then"),
        Param(
            "threshold",
            1e-4,
            low=0.0,
            high=1.0,
            log=True,
            help="By which share of the best loss a loss has to be smaller to be better",
        ),
        Param(
            "cooldown",
            0,
            low=0,
            high=10_000,
            unit="epochs",
            help="How many epochs after a fall do not count",
        ),
        Param("floor", 0.0, low=0.0, high=1.0, help="Share of the rate that is left at least"),
        *WARM_UP,
    ),
    formula="η ← γη after k epochs without a better loss",
    help="The learning rate falls whenever the validation loss stops falling; the curve shows what "
    "comes about where it never does",
)
