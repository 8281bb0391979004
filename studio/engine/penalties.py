"""Penalties: what an objective asks of the weights themselves, whatever the data say.

Their gradients are added by hand: that of λ·Σw² is 2λw and that of λ·Σ|w| is λ·sign w, to the last
bit what autograd finds, at a small part of its cost.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from studio.runs.spec import ObjectiveJob


class Penalties:
    """L1, L2 and max-norm over the weights of two and more axes: no biases, no norms."""

    def __init__(self, job: ObjectiveJob, weights: Sequence[nn.Parameter]) -> None:
        self._l1, self._l2, self._max_norm = job.l1, job.l2, job.max_norm
        wanted = job.l1 or job.l2 or job.max_norm
        self._weights = [weight for weight in weights if weight.ndim > 1] if wanted else []

    def add_gradients(self) -> None:
        """Add what the penalties ask for to the gradients of the losses."""
        if not self._weights or not (self._l1 or self._l2):
            return
        with torch.no_grad():
            weights: list[Tensor] = [*self._weights]
            grads = [_gradient(weight) for weight in self._weights]
            if self._l1:
                signs = [weight.sign() for weight in weights]
                torch._foreach_add_(grads, torch._foreach_mul(signs, self._l1))
            if self._l2:
                torch._foreach_add_(grads, torch._foreach_mul(weights, 2 * self._l2))

    def bound(self) -> None:
        """Scale down what points into a unit where it is longer than the largest norm."""
        if self._max_norm:
            with torch.no_grad():
                for weight in self._weights:
                    weight.renorm_(2, 0, self._max_norm)


def _gradient(weight: nn.Parameter) -> Tensor:
    """Return the gradient; a weight that no loss looked at is penalised all the same."""
    if weight.grad is None:
        weight.grad = torch.zeros_like(weight)
    return weight.grad
