"""The block of this plug-in: an ordinary module of PyTorch."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def spline_basis(x: Tensor, knots: Tensor, degree: int) -> Tensor:
    """Return the B-splines over these knots at every number: … × knots - degree - 1."""
    x = x.unsqueeze(-1)
    bases = ((x >= knots[:-1]) & (x < knots[1:])).to(x.dtype)
    for k in range(1, degree + 1):
        left = (x - knots[: -k - 1]) / (knots[k:-1] - knots[: -k - 1])
        right = (knots[k + 1 :] - x) / (knots[k + 1 :] - knots[1:-k])
        bases = left * bases[..., :-1] + right * bases[..., 1:]
    return bases


class KANLayer(nn.Module):
    """Every connection has a curve of its own, learned as a sum of smooth humps over a grid.

    A Linear multiplies each input with a number and bends only the sum; here each input is bent on
    its own way to each output, so that fewer and narrower layers do. Outside the span of the grid
    only the silu is left, so keep inputs within it, as behind a normalisation.

    Args:
        out_features: Number of outputs
        grid: Pieces of each curve within the span
        degree: How smooth the pieces join; 3 are cubic splines
        span: The curves lie between minus this and this
    """

    knots: Tensor

    def __init__(
        self,
        in_features: int,
        out_features: int = 16,
        grid: int = 5,
        degree: int = 3,
        span: float = 2.0,
    ) -> None:
        super().__init__()
        self.degree = degree
        step = 2.0 * span / grid
        self.register_buffer("knots", torch.arange(-degree, grid + degree + 1) * step - span)
        self.base = nn.Parameter(torch.empty(out_features, in_features))
        self.curves = nn.Parameter(torch.empty(out_features, in_features, grid + degree))
        nn.init.kaiming_uniform_(self.base, a=5**0.5)
        nn.init.normal_(self.curves, std=0.1 / in_features**0.5)

    def forward(self, x: Tensor) -> Tensor:
        humps = spline_basis(x, self.knots, self.degree)
        return F.linear(F.silu(x), self.base) + F.linear(humps.flatten(-2), self.curves.flatten(1))
