"""Settings that several optimisers share; the words are the same wherever they stand."""

from studio.api import Param

LR_HELP = "Length of a step; the schedule multiplies it"
BETA1 = Param(
    "beta1",
    0.9,
    title="β₁",
    low=0.0,
    high=0.9999,
    help="How much of the mean gradient is kept from step to step",
)
BETA2 = Param(
    "beta2",
    0.999,
    title="β₂",
    low=0.0,
    high=0.99999,
    help="How much of the mean squared gradient is kept from step to step",
)
AMSGRAD = Param(
    "amsgrad",
    False,
    title="AMSGrad",
    help="Divide by the largest mean squared gradient so far, so that steps never grow again",
)
COUPLED_DECAY = Param(
    "weight_decay",
    0.0,
    low=0.0,
    high=10.0,
    log=True,
    help="Pulls weights towards 0, as a part of the gradient",
)


def rate(default: float, high: float = 10.0) -> Param:
    """Return the learning rate with its usual value for an optimiser."""
    return Param("lr", default, title="learning rate", low=0.0, high=high, log=True, help=LR_HELP)


def safety(default: float = 1e-8) -> Param:
    """Return the ε in a denominator."""
    return Param(
        "eps",
        default,
        title="ε",
        low=1e-30,
        high=1.0,
        log=True,
        help="Keeps the division safe where gradients vanish",
    )


def decoupled_decay(default: float) -> Param:
    """Return a weight decay that stands apart from the gradient."""
    return Param(
        "weight_decay",
        default,
        low=0.0,
        high=10.0,
        log=True,
        help="Shrinks weights at every step, apart from the gradient",
    )
