"""Schedules: how the learning rate changes from the first step to the last.

Each factor is a pure function of the step, the planned number of steps and the settings, so that
the curve is drawn before training and the engine asks for it by name.
"""

from math import cos, pi

from studio.api import Param, Params, Schedule

from .warm_up import FLOOR, WARM_UP, rise, share_after, warm_up_steps


def constant_factor(step: int, steps: int, params: Params) -> float:
    """Return 1 after the warm-up."""
    return rise(step, warm_up_steps(steps, params))


def step_factor(step: int, steps: int, params: Params) -> float:
    """Return ``decay`` to the power of how many times ``every`` epochs have passed."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    epochs_done = step * params.whole("epochs") // max(steps, 1)
    return float(params.real("decay") ** (epochs_done // params.whole("every")))


def cosine_factor(step: int, steps: int, params: Params) -> float:
    """Return half a cosine from 1 after the warm-up down to ``floor`` at the last step."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    floor = params.real("floor")
    share = share_after(step, steps, rising)
    return floor + (1.0 - floor) * 0.5 * (1.0 + cos(pi * share))


CONSTANT = Schedule(
    id="constant",
    title="Constant",
    factor=constant_factor,
    params=WARM_UP,
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
        *WARM_UP,
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
        *WARM_UP,
        FLOOR,
    ),
    formula="η(t) = η · (f + (1−f) · ½(1 + cos πt))",
    help="The learning rate falls along half a cosine: slowly, then fast, then slowly again",
    paper="Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, "
    "arXiv:1608.03983",
)
