"""Estimate: roughly how much memory a training takes, before it is begun."""

from math import ceil, prod

from studio.core.check import Checked
from studio.core.experiment import TRAINING, Experiment
from studio.core.params import Params, complete

BYTES = 4
"""Of one number: the engine trains 32-bit floats."""

COPIES_OF_WEIGHTS = 4
"""A weight, its gradient, and the two moments that Adam keeps."""

COPIES_OF_VALUES = 2
"""Every block's output, and its gradient on the way back."""


def weight_bytes(checked: Checked) -> int:
    """Return the size of the weights alone, as a file holds them."""
    return checked.parameters * BYTES


def training_bytes(checked: Checked, experiment: Experiment) -> int:
    """Return what weights, optimiser and one batch of values, or a piece of it, take together.

    Of a batch of all samples one counts: how many there are is not known here.
    """
    settings = Params(complete(TRAINING, experiment.training.settings))
    batch = ceil(max(settings.whole("batch_size"), 1) / settings.whole("accumulate"))
    values = sum(
        prod(dim for dim in shape.dims if isinstance(dim, int))
        for facts in checked.blocks.values()
        for shape in facts.outputs.values()
    )
    return BYTES * (COPIES_OF_WEIGHTS * checked.parameters + COPIES_OF_VALUES * values * batch)
