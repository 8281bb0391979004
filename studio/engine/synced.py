"""Batch normalisation over all processes: the mean and variance of a batch, not of its shares.

Decision: not ``nn.SyncBatchNorm``, which refuses the CPU. The sums of a batch are added up over all
processes, going forward and going backward, in whatever way they talk; what comes out is what one
process computes of the whole batch, but for the rounding of sums.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .distributed import Team


class _Summed(torch.autograd.Function):
    """The sum of a tensor over all processes; so is the gradient of one."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, team: Team) -> Tensor:
        """Add up."""
        ctx.team = team
        return team.summed(value)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        """Add up the gradients: what each process made of the sum."""
        return _summed(grads[0], ctx.team), None


def _summed(value: Tensor, team: Team) -> Tensor:
    return cast("Tensor", _Summed.apply(value, team))  # type: ignore[no-untyped-call]


def sync_norms(module: nn.Module, team: Team) -> int:
    """Let every layer that normalises batches do so over all processes; return how many there are.

    The layers stay what they are, with their weights and names: between the steps, and in one whose
    batch is too small to be shared, they normalise by themselves.
    """
    layers = [layer for layer in module.modules() if isinstance(layer, _BatchNorm)]
    for layer in layers:
        layer.forward = partial(_normalised, layer, team, layer.forward)  # type: ignore[method-assign]
    return len(layers)


def _normalised(
    layer: _BatchNorm, team: Team, alone: Callable[[Tensor], Tensor], x: Tensor
) -> Tensor:
    if not (team.shares_all and layer.training):
        return alone(x)
    axes = [0, *range(2, x.dim())]
    numbers = x.float() if x.dtype in {torch.float16, torch.bfloat16} else x
    count = numbers.new_full((1,), numbers.numel() / numbers.shape[1])
    sums = _summed(torch.cat([numbers.sum(axes), count]), team)
    mean_C, count = sums[:-1] / sums[-1], sums[-1]
    apart = numbers - _along(mean_C, x)
    variance_C = _summed(apart.square().sum(axes), team) / count
    _remember(layer, mean_C.detach(), variance_C.detach(), count.detach())
    normal = apart * torch.rsqrt(_along(variance_C, x) + layer.eps)
    if layer.affine:
        normal = torch.addcmul(_along(layer.bias, x), normal, _along(layer.weight, x))
    return normal.to(x.dtype)


def _along(values_C: Tensor, x: Tensor) -> Tensor:
    """Return a value a channel in a shape that goes with those of a batch."""
    return values_C.view(1, -1, *[1] * (x.dim() - 2))


def _remember(layer: _BatchNorm, mean_C: Tensor, variance_C: Tensor, count: Tensor) -> None:
    """Take the batch into the running figures, as the layer by itself does."""
    if not layer.track_running_stats or layer.running_mean is None or layer.running_var is None:
        return
    if layer.num_batches_tracked is not None:
        layer.num_batches_tracked.add_(1)
    share = layer.momentum
    if share is None:
        share = 1.0 / float(layer.num_batches_tracked or 1)
    layer.running_mean.lerp_(mean_C.to(layer.running_mean.dtype), share)
    unbiased = variance_C * count / (count - 1.0).clamp(min=1.0)
    layer.running_var.lerp_(unbiased.to(layer.running_var.dtype), share)
