"""A value that depends on no data."""

import torch
from torch import Tensor, nn


class Constant(nn.Module):
    """Gives the same numbers for every sample; they can be learned."""

    value: Tensor

    def __init__(self, sizes: tuple[int, ...], value: float, *, learned: bool = False) -> None:
        super().__init__()
        start = torch.full((1, *sizes), value)
        if learned:
            self.value = nn.Parameter(start)
        else:
            self.register_buffer("value", start, persistent=False)

    def forward(self) -> Tensor:
        """Return the value with a batch axis of size 1."""
        return self.value
