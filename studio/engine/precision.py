"""Precision: in which numbers the network computes; weights and losses stay 32-bit floats."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}

Casting = Callable[[], AbstractContextManager[Any]]


def casting_for(precision: str, device: torch.device) -> Casting | None:
    """Return what to compute within, None where nothing is to be cast."""
    dtype = _TYPES.get(precision)
    if dtype is None:
        return None
    return lambda: torch.autocast(device.type, dtype=dtype)


def scaler_for(precision: str, device: torch.device) -> torch.amp.GradScaler | None:
    """Return what keeps small gradients from vanishing; only 16-bit floats need one."""
    return torch.amp.GradScaler(device.type) if precision == "float16" else None


def in_full(value: object) -> object:
    """Return a value, or a tuple of them, with 16-bit floats made 32-bit ones."""
    if isinstance(value, tuple):
        return tuple(in_full(part) for part in value)
    if isinstance(value, Tensor) and value.dtype in _TYPES.values():
        return value.float()
    return value
