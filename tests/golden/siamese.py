"""Siamese."""

# B = batch, D = features

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Tower(nn.Module):
    """Tower: x B×6 -> B×4."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(6, width)
        self.fc2 = nn.Linear(width, 4)

    def forward(self, x_BD: Tensor) -> Tensor:
        x_BD = self.fc1(x_BD)  # B×10
        x_BD = F.relu(x_BD)  # B×10
        fc2_BD = self.fc2(x_BD)  # B×4
        return fc2_BD


class Siamese(nn.Module):
    """vector1 B×6, vector2 B×6 -> fc1 B×2; 132 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.tower1 = Tower(width=10)
        self.fc1 = nn.Linear(8, 2)

    def forward(self, vector1_BD: Tensor, vector2_BD: Tensor) -> Tensor:
        tower1_BD = self.tower1(vector1_BD)  # B×4
        x_BD = self.tower1(vector2_BD)  # B×4
        x_BD = torch.cat([tower1_BD, x_BD], dim=1)  # B×8
        fc1_BD = self.fc1(x_BD)  # B×2
        return fc1_BD

    def losses(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(fc1_BD, target1_B)  # scalar
        return {"loss1": loss1}

    def metrics(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        return {
            "accuracy": (fc1_BD.argmax(-1) == target1_B).float().mean(),
        }
