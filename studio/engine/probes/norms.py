"""Norms of gradients and weights by block: one multi-tensor kernel, one vector."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .probe import Probe, ProbeSpec, Sight


class Norms:
    """Measures the weights of each block, and their gradients."""

    def __init__(self, blocks: Sequence[Sequence[nn.Parameter]]) -> None:
        self._blocks = len(blocks)
        self._weights = [weight for weights in blocks for weight in weights]
        places = [place for place, weights in enumerate(blocks) for _ in weights]
        device = self._weights[0].device if self._weights else None
        self._places = torch.tensor(places, dtype=torch.long, device=device)

    def of_gradients(self) -> Tensor:
        """Return the L2 norm of every block's gradient; 0 where a block has none."""
        grads = [weight.grad for weight in self._weights]
        there = [grad for grad in grads if grad is not None]
        if len(there) == len(grads):
            return self._norms(there, self._places)
        has_grad = torch.tensor([grad is not None for grad in grads], device=self._places.device)
        return self._norms(there, self._places[has_grad])

    def of_weights(self) -> Tensor:
        """Return the L2 norm of every block's weights."""
        return self._norms([weight.detach() for weight in self._weights], self._places)

    def of(self, tensors: Sequence[Tensor]) -> Tensor:
        """Return the L2 norm by block of tensors that stand for the weights, in their order."""
        return self._norms([*tensors], self._places)

    def _norms(self, tensors: list[Tensor], places: Tensor) -> Tensor:
        sums = torch.zeros(self._blocks, device=places.device)
        if not tensors:
            return sums
        norms = torch.stack(torch._foreach_norm(tensors)).float()
        return sums.index_add_(0, places, norms.square()).sqrt_()


class NormProbe(Probe):
    """Tells the norms of the gradient and of the weights of every block as rows of a step."""

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._norms = Norms([weights for _, weights in sight.network.weights()])

    def after_backward(self, step: int) -> tuple[()]:
        """Take the norms, to be read when they are there."""
        self.sight.scalars.add_row("grad_norm", step, self._norms.of_gradients())
        self.sight.scalars.add_row("weight_norm", step, self._norms.of_weights())
        return ()


SPEC = ProbeSpec(id="gradients", title="The gradients", make=NormProbe, at="step", per_sec=10.0)
