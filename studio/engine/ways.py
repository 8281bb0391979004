"""Ways: how a run computes its steps, where several come to the same but for the last bits."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from studio.core.text import plural
from studio.runs.spec import Ways

from .device import thread_count


def threads_of(ways: Ways | None) -> int:
    """Return with how many threads to compute."""
    return (ways.threads if ways else 0) or thread_count()


def place(module: nn.Module, ways: Ways | None, device: torch.device) -> None:
    """Move a network to its device and lay its kernels out, before anything is made of them."""
    module.to(device)
    if ways and ways.channels_last:
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.ndim == 4:
                # Unlike contiguous(), this also tells torch so of kernels over a single channel.
                tensor.data = tensor.data.clone(memory_format=torch.channels_last)


def laid_out(value: Tensor, like: Tensor) -> Tensor:
    """Return a value with its numbers in the order in memory that those of another one have.

    What was read from a file lies row by row. A fused optimiser goes through weights and what it
    remembers of them side by side, without asking how they lie.
    """
    if value.shape != like.shape or value.stride() == like.stride():
        return value
    return torch.empty_like(like, dtype=value.dtype).copy_(value)


def words(ways: Ways) -> str:
    """Return in what a way differs from the steady one, to be read."""
    parts = [plural(ways.threads, "thread")] if ways.threads else []
    parts += ["channels last"] if ways.channels_last else []
    parts += ["compiled"] if ways.compiled else []
    return ", ".join(parts)


def changes(module: nn.Module, device: torch.device) -> list[Mapping[str, Any]]:
    """Return what may make a step of this network faster, to be tried one after the other."""
    most = thread_count()
    fewer = sorted({1, most // 2} - {0, most}, reverse=True) if device.type == "cpu" else []
    found: list[Mapping[str, Any]] = [{"threads": number} for number in fewer]
    if any(weight.ndim == 4 for weight in module.parameters()):
        found.append({"channels_last": True})
    return found
