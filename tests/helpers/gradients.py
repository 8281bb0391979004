"""Gradients of a module compared with finite differences, in double precision."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def expect_true_gradients(
    module: nn.Module,
    *inputs: Tensor,
    pick: Callable[..., tuple[Tensor, ...]] = lambda *given: given,
) -> None:
    """Compare the gradients by inputs and trainable weights; ``pick`` chooses among results."""
    module = module.double()
    floats = [x.double().requires_grad_() if x.is_floating_point() else x for x in inputs]
    names = [name for name, weight in module.named_parameters() if weight.requires_grad]
    weights = [module.get_parameter(name).detach().requires_grad_() for name in names]

    def forward(*values: Tensor) -> tuple[Tensor, ...]:
        given = dict(zip(names, values[len(floats) :], strict=True))
        result = torch.func.functional_call(module, given, values[: len(floats)])
        return pick(*(result if isinstance(result, tuple) else (result,)))

    assert torch.autograd.gradcheck(forward, (*floats, *weights))
