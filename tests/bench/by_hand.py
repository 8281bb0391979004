"""The networks of the benchmark as a practised person writes them, and the plain training loop."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.bench.classics import Gpt, LeNet, ResNet18, Vit


class Mlp(nn.Module):
    """64 → 128 → 128 → 10."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 128)
        self.fc3 = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


class Cnn(nn.Module):
    """Two convolutions with pooling, for 1×28×28 images."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc1 = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc1(torch.flatten(x, 1))


class Lstm(nn.Module):
    """Tokens → embedding → LSTM → the last state → class scores."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(9, 32)
        self.lstm1 = nn.LSTM(32, 128, batch_first=True)
        self.fc1 = nn.Linear(128, 8)

    def forward(self, x: Tensor) -> Tensor:
        y, _ = self.lstm1(self.embedding1(x))
        return self.fc1(y[:, -1])


class Attention(nn.Module):
    """Causal self-attention over d features, one fused projection in and one out."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.project_in = nn.Linear(d, 3 * d)
        self.project_out = nn.Linear(d, d)

    def forward(self, x: Tensor) -> Tensor:
        b, t, d = x.shape
        q, k, v = (
            self.project_in(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.project_out(y.transpose(1, 2).reshape(b, t, d))


class Layer(nn.Module):
    """A pre-norm Transformer layer."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(d)
        self.attention = Attention(d, heads)
        self.norm2 = nn.LayerNorm(d)
        self.up = nn.Linear(d, 4 * d)
        self.down = nn.Linear(4 * d, d)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    """A small GPT: two causal layers over 64 features, 32 tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(9, 64)
        place = torch.arange(32).unsqueeze(1)
        rate = torch.exp(torch.arange(0, 64, 2) * (-math.log(10000.0) / 64))
        table = torch.zeros(32, 64)
        table[:, 0::2] = torch.sin(place * rate)
        table[:, 1::2] = torch.cos(place * rate)
        self.register_buffer("table", table, persistent=False)
        self.layers = nn.ModuleList(Layer(64, 4) for _ in range(2))
        self.fc1 = nn.Linear(64, 9)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embedding1(x) + self.table
        for layer in self.layers:
            x = layer(x)
        return self.fc1(x)


@dataclass(frozen=True)
class Task:
    """One network of the benchmark and the samples it learns from."""

    name: str
    make: Callable[[], nn.Module]
    x: Tensor
    y: Tensor
    batch_size: int


def tasks() -> list[Task]:
    """Return the tasks; random samples, as speed does not depend on them."""
    torch.manual_seed(0)
    tokens = torch.randint(0, 9, (1024, 32))
    clothes, classes = torch.rand(2048, 1, 28, 28), torch.randint(0, 10, (2048,))
    text = torch.randint(0, 96, (512, 64))
    return [
        Task("MLP", Mlp, torch.rand(4096, 64), torch.randint(0, 10, (4096,)), 64),
        Task("CNN", Cnn, clothes, classes, 64),
        Task("LSTM", Lstm, tokens, torch.randint(0, 8, (1024,)), 32),
        Task("Transformer", Transformer, tokens, tokens.roll(-1, 1), 32),
        Task("LeNet", LeNet, clothes, classes, 64),
        Task("ResNet-18", ResNet18, torch.rand(512, 3, 32, 32), classes[:512], 16),
        Task("GPT", Gpt, text, text.roll(-1, 1), 16),
        Task("ViT", Vit, clothes, classes, 64),
    ]


class HandLoop:
    """The training loop of a practised person: gathered batches, fused AdamW, no logging."""

    def __init__(self, task: Task) -> None:
        torch.manual_seed(0)
        self._task = task
        self.model = task.make().train()
        self._optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, fused=True)
        self._order = torch.randperm(len(task.x))
        self._at = 0
        self.loss = torch.zeros(())

    def run(self, steps: int) -> None:
        """Take so many steps."""
        size = self._task.batch_size
        for _ in range(steps):
            if self._at + size > len(self._order):
                self._order, self._at = torch.randperm(len(self._order)), 0
            rows = self._order[self._at : self._at + size]
            self._at += size
            x, y = self._task.x[rows], self._task.y[rows]
            self._optimizer.zero_grad(set_to_none=True)
            scores = self.model(x)
            loss = F.cross_entropy(scores.flatten(0, -2), y.flatten())
            loss.backward()
            self._optimizer.step()
            self.loss = loss.detach()
