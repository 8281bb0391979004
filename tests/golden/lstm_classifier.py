"""LSTM classifier."""

# B = batch, T = steps, D = features, L = layers

from torch import Tensor, nn
from torch.nn import functional as F


class LSTMClassifier(nn.Module):
    """tokens1 B×12 -> fc1 B×8; 4,360 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(8, 16)
        self.lstm1 = nn.LSTM(16, 24, batch_first=True)
        self.fc1 = nn.Linear(24, 8)

    def forward(self, tokens1_BT: Tensor) -> Tensor:
        x_BTD = self.embedding1(tokens1_BT)  # B×12×16
        _, (h_LBD, _) = self.lstm1(x_BTD)
        x_BD = h_LBD[-1]  # B×24
        fc1_BD = self.fc1(x_BD)  # B×8
        return fc1_BD

    def losses(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(fc1_BD, target1_B)  # scalar
        return {"loss1": loss1}

    def metrics(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        return {
            "accuracy": (fc1_BD.argmax(-1) == target1_B).float().mean(),
        }
