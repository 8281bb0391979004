"""Branching net."""

# B = batch, C = channels, H = height, W = width, D = features

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class BranchingNet(nn.Module):
    """image1 B×3×16×16 -> angle B×1, scores B×5; 1,186 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.conv3 = nn.Conv2d(8, 4, 3, stride=2, padding=1)
        self.angle = nn.Linear(12, 1)
        self.scores = nn.Linear(12, 5)

    def forward(self, image1_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        conv1_BCHW = self.conv1(image1_BCHW)  # B×8×16×16
        x_BCHW = self.bn1(conv1_BCHW)  # B×8×16×16
        x_BCHW = F.relu(x_BCHW)  # B×8×16×16
        x_BCHW = self.conv2(x_BCHW)  # B×8×16×16
        residual_BCHW = conv1_BCHW + x_BCHW  # B×8×16×16
        conv3_BCHW = self.conv3(residual_BCHW)  # B×4×8×8
        x_BCHW = F.max_pool2d(residual_BCHW, 2)  # B×8×8×8
        x_BCHW = torch.cat([x_BCHW, conv3_BCHW], dim=1)  # B×12×8×8
        gap1_BD = x_BCHW.mean(dim=(2, 3))  # B×12
        angle_BD = self.angle(gap1_BD)  # B×1
        scores_BD = self.scores(gap1_BD)  # B×5
        return angle_BD, scores_BD

    def losses(
        self,
        angle_BD: Tensor,
        scores_BD: Tensor,
        target1_B: Tensor,
        target2_BD: Tensor,
    ) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(scores_BD, target1_B)  # scalar
        loss2 = F.mse_loss(angle_BD, target2_BD)  # scalar
        return {"loss1": loss1, "loss2": loss2}

    def metrics(
        self,
        angle_BD: Tensor,
        scores_BD: Tensor,
        target1_B: Tensor,
        target2_BD: Tensor,
    ) -> dict[str, Tensor]:
        return {
            "accuracy": (scores_BD.argmax(-1) == target1_B).float().mean(),
            "mae": (angle_BD - target2_BD).abs().mean(),
        }
