"""What is added to a sequence: where its steps stand, and a step that stands for all."""

import torch
from torch import Tensor, nn


class LearnedPosition(nn.Module):
    """Adds a learned vector for each position to the features of each step."""

    def __init__(self, steps: int, features: int, *, std: float = 0.02) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(steps, features).normal_(std=std))

    def forward(self, x_BTD: Tensor, start: int = 0) -> Tensor:
        """Return the features with their position in them, counted from ``start``."""
        return x_BTD + self.weight[start : start + x_BTD.shape[1]]


class ClassToken(nn.Module):
    """Puts one learned step before a sequence; it gathers what is to be said of the whole."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, features))

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Return a sequence that is one step longer."""
        return torch.cat([self.token.expand(x_BTD.shape[0], -1, -1), x_BTD], dim=1)
