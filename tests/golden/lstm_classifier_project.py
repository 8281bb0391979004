"""LSTM classifier."""

# B = batch, T = steps, D = features, L = layers

import json
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file: the length of its header, the header as JSON, the numbers."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    kinds = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
    kinds |= {"I64": "int64", "I32": "int32", "U8": "uint8", "BOOL": "bool"}
    weights = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, last = (start + offset for offset in entry["data_offsets"])
            numbers = bytearray(content[first:last])
            kind = getattr(torch, kinds[entry["dtype"]])
            weights[name] = torch.frombuffer(numbers, dtype=kind).reshape(entry["shape"])
    return weights


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


def build() -> LSTMClassifier:
    """Return the network with the weights that lie beside this file."""
    model = LSTMClassifier()
    model.load_state_dict(read_weights(Path(__file__).with_name("weights.safetensors")))
    return model


if __name__ == "__main__":
    model = build().eval()
    tokens1_BT = torch.randint(0, 8, (2, 12))
    with torch.no_grad():
        fc1_BD = model(tokens1_BT)
    print(tuple(fc1_BD.shape))
