"""The classic networks of the benchmark as a practised person writes them."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LeNet(nn.Module):
    """LeNet-5 with ReLU and max pooling, for 1×28×28 images."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


class BasicBlock(nn.Module):
    """Two convolutions and a way around them, as in torchvision."""

    def __init__(self, given: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(given, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride > 1 or given != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(given, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet18(nn.Module):
    """ResNet-18 for ten classes, as in torchvision."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Attention(nn.Module):
    """Multi-head self-attention with one fused projection in and one out."""

    def __init__(self, d: int, heads: int, *, causal: bool, dropout: float) -> None:
        super().__init__()
        self.heads, self.causal, self.dropout = heads, causal, dropout
        self.project_in = nn.Linear(d, 3 * d)
        self.project_out = nn.Linear(d, d)

    def forward(self, x: Tensor) -> Tensor:
        b, t, d = x.shape
        parts = self.project_in(x).split(d, dim=2)
        q, k, v = (part.view(b, t, self.heads, d // self.heads).transpose(1, 2) for part in parts)
        p = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=p, is_causal=self.causal)
        return self.project_out(y.transpose(1, 2).reshape(b, t, d))


class Layer(nn.Module):
    """A pre-norm Transformer layer."""

    def __init__(
        self, d: int, heads: int, *, causal: bool, approximate: str, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(d)
        self.attention = Attention(d, heads, causal=causal, dropout=dropout)
        self.norm2 = nn.LayerNorm(d)
        self.up = nn.Linear(d, 4 * d)
        self.gelu = nn.GELU(approximate)
        self.down = nn.Linear(4 * d, d)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.dropout(self.down(self.gelu(self.up(self.norm2(x)))))


class Gpt(nn.Module):
    """GPT-2's layout with 4 layers of 128 features, for 64 of 96 tokens; the head is tied."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(96, 128)
        self.positions = nn.Embedding(64, 128)
        self.dropout = nn.Dropout(0.1)
        layer = {"causal": True, "approximate": "tanh", "dropout": 0.1}
        self.layers = nn.ModuleList(Layer(128, 4, **layer) for _ in range(4))
        self.norm = nn.LayerNorm(128)
        self.head = nn.Linear(128, 96, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, x: Tensor) -> Tensor:
        places = torch.arange(x.shape[1], device=x.device)
        x = self.dropout(self.tokens(x) + self.positions(places))
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))


class Vit(nn.Module):
    """The gallery's small ViT: patches of 1×28×28 images, a class token, pre-norm layers."""

    def __init__(self, patch: int = 7, d: int = 64, depth: int = 3) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, d, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, d))
        self.positions = nn.Parameter(torch.randn(1, (28 // patch) ** 2 + 1, d) * 0.02)
        self.layers = nn.Sequential(
            *(Layer(d, 4, causal=False, approximate="none") for _ in range(depth))
        )
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
        return self.head(self.norm(self.layers(x))[:, 0])
