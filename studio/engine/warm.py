"""Warming up: what torch loads when it is first used is loaded before the first run."""

import torch

from studio.runs.events import Ready

from .device import choose, devices, prepare


def warm_up() -> Ready:
    """Make one step of an optimiser and return what there is to train on.

    Building an optimiser loads torch's compiler, a second's work that would else delay the first
    Train. The generator is left as it was.
    """
    device, _ = choose("auto")
    prepare(device)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        layer = torch.nn.Linear(8, 8, device=device)
        optimizer = torch.optim.AdamW(layer.parameters(), fused=True)
        layer(torch.ones(4, 8, device=device)).square().mean().backward()
        optimizer.step()
    return Ready(devices=devices(), default=device.type, torch=str(torch.__version__))
