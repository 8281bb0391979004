"""Warm-up: the first steps of many schedules, in which the rate rises evenly from near 0."""

from studio.api import Param, Params

WARM_UP = (
    Param(
        "warmup",
        0.0,
        title="warm-up share",
        low=0.0,
        high=1.0,
        help="Share of the steps in which the rate first rises evenly from near 0",
    ),
    Param(
        "warmup_steps",
        0,
        title="warm-up",
        low=0,
        high=1_000_000,
        unit="steps",
        help="The same counted in steps; the longer of the two counts",
    ),
)
FLOOR = Param(
    "floor",
    0.0,
    low=0.0,
    high=1.0,
    help="Share of the learning rate that is left at the last step",
)


def warm_up_steps(steps: int, params: Params) -> int:
    """Return how many steps the rate rises."""
    return max(params.whole("warmup_steps"), round(params.real("warmup") * steps))


def rise(step: int, rising: int) -> float:
    """Return the factor in the warm-up, 1 behind it."""
    return (step + 1) / rising if step < rising else 1.0


def share_after(step: int, steps: int, rising: int) -> float:
    """Return how much of the steps behind the warm-up is done: 0 at the first, 1 at the last."""
    return min((step - rising) / max(steps - 1 - rising, 1), 1.0)


def epochs_done(step: int, steps: int, params: Params) -> float:
    """Return how many epochs have passed, in fractions."""
    return step * params.whole("epochs") / max(steps, 1)
