"""Positions: what tells the first step of a sequence from the last."""

import math

import torch
from torch import Tensor, nn


class SinusoidalPosition(nn.Module):
    """Adds sines and cosines of the position, slow to fast, to the features of each step."""

    table_TD: Tensor

    def __init__(self, steps: int, features: int) -> None:
        super().__init__()
        position_T = torch.arange(steps, dtype=torch.get_default_dtype())
        even = torch.arange(0, features, 2)
        angle = position_T[:, None] * torch.exp(even * (-math.log(10000.0) / features))
        table_TD = torch.zeros(steps, features)
        table_TD[:, 0::2] = angle.sin()
        table_TD[:, 1::2] = angle.cos()[:, : features // 2]
        self.register_buffer("table_TD", table_TD, persistent=False)

    def forward(self, x_BTD: Tensor, start: int = 0) -> Tensor:
        """Return the features with their position in them, counted from ``start``."""
        return x_BTD + self.table_TD[start : start + x_BTD.shape[1]]
