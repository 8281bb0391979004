"""Codes inside a network: drawn at random, or the nearest of a few."""

# B = batch, P = vectors of the whole batch, D = features, C = codes

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Noise(nn.Module):
    """Gives numbers drawn from N(0, 1), one row for each sample of what it is given.

    In training every call draws anew; in eval mode the rows are always the same (and repeat after
    1024), so that what a network makes of them can be compared from step to step, and held-out
    figures do not waver.
    """

    rows: Tensor

    def __init__(self, features: int, *, seed: int = 0, held: bool = True) -> None:
        super().__init__()
        self.features, self.held = features, held
        rows = torch.randn(1024, features, generator=torch.Generator().manual_seed(seed))
        self.register_buffer("rows", rows, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return B×D noise for anything of batch size B."""
        if self.training or not self.held:
            return torch.randn(x.shape[0], self.features, device=x.device)
        return self.rows[torch.arange(x.shape[0], device=x.device) % 1024]


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
