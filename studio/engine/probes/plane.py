"""What a network of one or two numbers says everywhere: a line, or a plane."""

# N samples, C classes, K numbers, G points a side

from collections.abc import Sequence

import torch
from torch import Tensor, nn

POINTS, SIDE = 256, 64
_ROOM = 0.12
"""So much of the range of the samples is looked at beyond it, on each side."""


def everywhere(module: nn.Module, inputs: Sequence[Tensor], output: int) -> dict[str, Tensor]:
    """Return the output over the whole range of inputs that are one or two numbers; else nothing.

    ``points`` (N×1 or N×2) are the samples, ``line_x`` (G) and ``line`` (G×K) the output along one
    number, ``limits`` (2×2, low and high of each) and ``plane`` (G×G×K, rows of the second number)
    that over two.
    """
    if len(inputs) != 1 or inputs[0].ndim != 2 or not inputs[0].is_floating_point():
        return {}
    x_NF = inputs[0]
    low_F, high_F = x_NF.amin(dim=0), x_NF.amax(dim=0)
    room_F = (high_F - low_F).clamp(min=1e-6) * _ROOM
    low_F, high_F = low_F - room_F, high_F + room_F
    if x_NF.shape[1] == 1:
        line_G1 = _between(low_F[0], high_F[0], POINTS)[:, None]
        said = _said(module, line_G1, output)
        return {"points": x_NF, "line_x": line_G1[:, 0], "line": said}
    if x_NF.shape[1] != 2:
        return {}
    across, up = (_between(low_F[at], high_F[at], SIDE) for at in (0, 1))
    grid = torch.stack(torch.meshgrid(across, up, indexing="xy"), dim=2).reshape(-1, 2)
    said = _said(module, grid, output)
    limits = torch.stack([low_F, high_F], dim=1)
    return {"points": x_NF, "limits": limits, "plane": said.reshape(SIDE, SIDE, -1)}


def _between(low: Tensor, high: Tensor, count: int) -> Tensor:
    shares = torch.linspace(0, 1, count, device=low.device, dtype=low.dtype)
    return low + (high - low) * shares


def _said(module: nn.Module, x: Tensor, output: int) -> Tensor:
    given = module(x)
    value: Tensor = given[output] if isinstance(given, tuple) else given
    return value.float().reshape(len(x), -1)
