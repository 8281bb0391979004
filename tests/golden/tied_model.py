"""Tied model."""

# B = batch, T = steps, D = features

from torch import Tensor, nn
from torch.nn import functional as F


class TiedModel(nn.Module):
    """tokens1 B×6 -> unembedding1 B×6×11; 160 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(11, 8)
        self.fc1 = nn.Linear(8, 8)

    def forward(self, tokens1_BT: Tensor) -> Tensor:
        x_BTD = self.embedding1(tokens1_BT)  # B×6×8
        x_BTD = self.fc1(x_BTD)  # B×6×8
        x_BTD = F.gelu(x_BTD)  # B×6×8
        unembedding1_BTD = F.linear(x_BTD, self.embedding1.weight)  # B×6×11
        return unembedding1_BTD

    def losses(self, unembedding1_BTD: Tensor, target1_BT: Tensor) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(unembedding1_BTD.flatten(0, -2), target1_BT.flatten())  # scalar
        return {"loss1": loss1}

    def metrics(self, unembedding1_BTD: Tensor, target1_BT: Tensor) -> dict[str, Tensor]:
        return {
            "accuracy": (unembedding1_BTD.argmax(-1) == target1_BT).float().mean(),
        }
