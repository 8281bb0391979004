"""Residual net."""

# B = batch, C = channels, H = height, W = width, D = features

from torch import Tensor, nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    """Residual block: input B×C×H×W -> B×C×H×W."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, input_BCHW: Tensor) -> Tensor:
        x_BCHW = self.conv1(input_BCHW)  # B×C×H×W
        x_BCHW = self.bn1(x_BCHW)  # B×C×H×W
        x_BCHW = F.relu(x_BCHW)  # B×C×H×W
        x_BCHW = self.conv2(x_BCHW)  # B×C×H×W
        x_BCHW = self.bn2(x_BCHW)  # B×C×H×W
        x_BCHW = input_BCHW + x_BCHW  # B×C×H×W
        relu2_BCHW = F.relu(x_BCHW)  # B×C×H×W
        return relu2_BCHW


class ResidualNet(nn.Module):
    """image1 B×3×16×16 -> fc1 B×5; 6,173 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.stage_1 = nn.Sequential(*(ResidualBlock(channels=8) for _ in range(2)))
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.stage_2 = ResidualBlock(channels=12)
        self.fc1 = nn.Linear(12, 5)

    def forward(self, image1_BCHW: Tensor) -> Tensor:
        x_BCHW = self.conv1(image1_BCHW)  # B×8×16×16
        x_BCHW = self.stage_1(x_BCHW)  # B×8×16×16
        x_BCHW = self.conv2(x_BCHW)  # B×12×8×8
        x_BCHW = self.stage_2(x_BCHW)  # B×12×8×8
        x_BD = x_BCHW.mean(dim=(2, 3))  # B×12
        fc1_BD = self.fc1(x_BD)  # B×5
        return fc1_BD

    def losses(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(fc1_BD, target1_B)  # scalar
        return {"loss1": loss1}

    def metrics(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        return {
            "accuracy": (fc1_BD.argmax(-1) == target1_B).float().mean(),
        }
