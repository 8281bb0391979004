"""Tensors as what travels in a snapshot."""

import torch
from torch import Tensor

from studio.runs.arrays import array_from_numpy
from studio.runs.spec import Array


def array_of(value: Tensor) -> Array:
    """Return a copy of a tensor, of its own dtype, on the CPU."""
    return array_from_numpy(torch.as_tensor(value).detach().cpu().numpy())
