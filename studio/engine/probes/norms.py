"""Norms of gradients and weights by block: one multi-tensor kernel, one vector."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Norms:
    """Measures the weights of each block, and their gradients."""

    def __init__(self, blocks: Sequence[Sequence[nn.Parameter]]) -> None:
        self._blocks = len(blocks)
        self._weights = [weight for weights in blocks for weight in weights]
        self._block_of = [place for place, weights in enumerate(blocks) for _ in weights]

    def of_gradients(self) -> Tensor:
        """Return the L2 norm of every block's gradient; 0 where a block has none."""
        pairs = [
            (weight.grad, place)
            for weight, place in zip(self._weights, self._block_of, strict=True)
            if weight.grad is not None
        ]
        return self._norms([grad for grad, _ in pairs], [place for _, place in pairs])

    def of_weights(self) -> Tensor:
        """Return the L2 norm of every block's weights."""
        return self._norms([weight.detach() for weight in self._weights], self._block_of)

    def _norms(self, tensors: list[Tensor], places: list[int]) -> Tensor:
        device = self._weights[0].device
        sums = torch.zeros(self._blocks, device=device)
        if not tensors:
            return sums
        norms = torch.stack(torch._foreach_norm(tensors)).float()
        return sums.index_add_(0, torch.tensor(places, device=device), norms.square()).sqrt_()
