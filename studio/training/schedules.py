"""Schedules: how the learning rate changes from the first step to the last.

Each factor is a pure function of the step, the planned number of steps and the settings, so that
the curve is drawn before training and the engine asks for it by name.
"""

from math import cos, pi

from studio.api import Param, Params, Schedule

_WARM_UP = (
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


def constant_factor(step: int, steps: int, params: Params) -> float:
    """Return 1 after the warm-up."""
    return _rise(step, _warm_up_steps(steps, params))


def step_factor(step: int, steps: int, params: Params) -> float:
    """Return ``decay`` to the power of how many times ``every`` epochs have passed."""
    rising = _warm_up_steps(steps, params)
    if step < rising:
        return _rise(step, rising)
    epochs_done = step * params.whole("epochs") // max(steps, 1)
    return float(params.real("decay") ** (epochs_done // params.whole("every")))


def cosine_factor(step: int, steps: int, params: Params) -> float:
    """Return half a cosine from 1 after the warm-up down to ``floor`` at the last step."""
    rising = _warm_up_steps(steps, params)
    if step < rising:
        return _rise(step, rising)
    floor = params.real("floor")
    share = min((step - rising) / max(steps - 1 - rising, 1), 1.0)
    return floor + (1.0 - floor) * 0.5 * (1.0 + cos(pi * share))


def _warm_up_steps(steps: int, params: Params) -> int:
    return max(params.whole("warmup_steps"), round(params.real("warmup") * steps))


def _rise(step: int, rising: int) -> float:
    return (step + 1) / rising if step < rising else 1.0


CONSTANT = Schedule(
    id="constant",
    title="Constant",
    factor=constant_factor,
    params=_WARM_UP,
    formula="η(t) = η",
    help="The same learning rate from the first step to the last, after an optional warm-up",
)

STEP = Schedule(
    id="step",
    title="Steps",
    factor=step_factor,
    params=(
        Param(
            "every",
            10,
            low=1,
            high=100_000,
            unit="epochs",
            help="How long the rate stays before it drops again",
        ),
        Param("decay", 0.1, low=0.0, high=1.0, help="What the rate is multiplied with at a drop"),
        *_WARM_UP,
    ),
    formula="η(t) = η · γ^⌊epoch / k⌋",
    help="The learning rate drops by a factor every so many epochs",
    paper="He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016, "
    "arXiv:1512.03385",
)

COSINE = Schedule(
    id="cosine",
    title="Cosine",
    factor=cosine_factor,
    params=(
        *_WARM_UP,
        Param(
            "floor",
            0.0,
            low=0.0,
            high=1.0,
            help="Share of the learning rate that is left at the last step",
        ),
    ),
    formula="η(t) = η · (f + (1−f) · ½(1 + cos πt))",
    help="The learning rate falls along half a cosine: slowly, then fast, then slowly again",
    paper="Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, "
    "arXiv:1608.03983",
)
