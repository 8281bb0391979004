"""Codes inside a network: vectors become the nearest of a few."""

# B = batch, P = vectors of the whole batch, D = features, C = codes

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class VectorQuantizer(nn.Module):
    """Replaces each vector by the nearest one of a learned codebook.

    The gradient of the result is given to the input as it is (straight-through). The second result
    is what pulls codes to the vectors and, ``beta`` times as strong, the vectors to their codes.
    """

    def __init__(self, codes: int, features: int, *, beta: float = 0.25) -> None:
        super().__init__()
        self.beta = beta
        self.codebook = nn.Parameter(torch.empty(codes, features).uniform_(-1 / codes, 1 / codes))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the codes' vectors in the shape of ``x``, …×D, the loss and the codes' numbers."""
        x_PD = x.flatten(0, -2)
        squares_PC = (
            x_PD.square().sum(dim=1, keepdim=True)
            - 2 * x_PD @ self.codebook.t()
            + self.codebook.square().sum(dim=1)
        )
        code_P = squares_PC.argmin(dim=1)
        near = F.embedding(code_P, self.codebook).view_as(x)
        loss = F.mse_loss(near, x.detach()) + self.beta * F.mse_loss(x, near.detach())
        return x + (near - x).detach(), loss, code_P.view(x.shape[:-1])
