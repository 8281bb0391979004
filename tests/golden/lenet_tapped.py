"""LeNet."""

# B = batch, C = channels, H = height, W = width, D = features

from torch import Tensor, nn
from torch.nn import functional as F


class LeNet(nn.Module):
    """image1 B×1×8×8 -> fc3 B×10; 19,850 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 3, padding=1)
        self.fc1 = nn.Linear(64, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, image1_BCHW: Tensor) -> Tensor:
        tap("image1", image1_BCHW)
        x_BCHW = self.conv1(image1_BCHW)  # B×6×8×8
        tap("conv1", x_BCHW)
        x_BCHW = F.relu(x_BCHW)  # B×6×8×8
        tap("relu1", x_BCHW)
        x_BCHW = F.max_pool2d(x_BCHW, 2)  # B×6×4×4
        tap("pool1", x_BCHW)
        x_BCHW = self.conv2(x_BCHW)  # B×16×4×4
        tap("conv2", x_BCHW)
        x_BCHW = F.relu(x_BCHW)  # B×16×4×4
        tap("relu2", x_BCHW)
        x_BCHW = F.max_pool2d(x_BCHW, 2)  # B×16×2×2
        tap("pool2", x_BCHW)
        x_BD = x_BCHW.flatten(1)  # B×64
        tap("flatten1", x_BD)
        x_BD = self.fc1(x_BD)  # B×120
        tap("fc1", x_BD)
        x_BD = F.relu(x_BD)  # B×120
        tap("relu3", x_BD)
        x_BD = self.fc2(x_BD)  # B×84
        tap("fc2", x_BD)
        x_BD = F.relu(x_BD)  # B×84
        tap("relu4", x_BD)
        fc3_BD = self.fc3(x_BD)  # B×10
        tap("fc3", fc3_BD)
        return fc3_BD

    def losses(self, fc3_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(fc3_BD, target1_B)  # scalar
        return {"loss1": loss1}

    def metrics(self, fc3_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        return {
            "accuracy": (fc3_BD.argmax(-1) == target1_B).float().mean(),
        }
