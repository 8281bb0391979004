"""Looking without a trace: generators, modes and gradients are as they were afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def quietly(module: nn.Module, device: torch.device) -> Iterator[None]:
    """Run what is inside in eval mode, without gradients, and put everything back.

    In eval mode batch norm leaves its buffers alone. Attention's fused fast path is off, since it
    never shows its weights.
    """
    training = [part for part in module.modules() if part.training]
    fast = torch.backends.mha.get_fastpath_enabled()
    on_device = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(on_device, device_type="cuda"), torch.no_grad():
        torch.backends.mha.set_fastpath_enabled(False)
        module.eval()
        try:
            yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fast)
            for part in training:
                part.training = True
