"""Attention classifier."""

# B = batch, T = steps, D = features

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SinusoidalPosition(nn.Module):
    """Adds sines and cosines of the position, slow to fast, to the features of each step."""

    table_TD: Tensor

    def __init__(self, steps: int, features: int) -> None:
        super().__init__()
        position_T = torch.arange(steps, dtype=torch.get_default_dtype())
        even = torch.arange(0, features, 2)
        angle = position_T[:, None] * torch.exp(even * (-math.log(10000.0) / features))
        table_TD = torch.zeros(steps, features)
        table_TD[:, 0::2] = angle.sin()
        table_TD[:, 1::2] = angle.cos()[:, : features // 2]
        self.register_buffer("table_TD", table_TD, persistent=False)

    def forward(self, x_BTD: Tensor, start: int = 0) -> Tensor:
        """Return the features with their position in them, counted from ``start``."""
        return x_BTD + self.table_TD[start : start + x_BTD.shape[1]]


class SelfAttention(nn.Module):
    """Multi-head self-attention, with the weights of ``nn.MultiheadAttention``.

    N = heads, K = features of one head, S = steps that are looked at.
    """

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        causal: bool = False,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads, self.causal, self.dropout = heads, causal, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * features, features))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * features)) if bias else None
        self.out_proj = nn.Linear(features, features, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if bias:
            nn.init.zeros_(self.out_proj.bias)

    def forward(self, x_BTD: Tensor, mask_BS: Tensor | None = None) -> Tensor:
        """Return what every step takes from the others; a mask is true where there is a step."""
        return self.attend(*self.project(x_BTD), mask_BS)

    def project(self, x_BTD: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values, each B×N×T×K."""
        qkv = F.linear(x_BTD, self.in_proj_weight, self.in_proj_bias)
        parts = (part.unflatten(2, (self.heads, -1)) for part in qkv.chunk(3, dim=2))
        q_BNTK, k_BNTK, v_BNTK = (part.transpose(1, 2) for part in parts)
        return q_BNTK, k_BNTK, v_BNTK

    def attend(
        self, q_BNTK: Tensor, k_BNSK: Tensor, v_BNSK: Tensor, mask_BS: Tensor | None = None
    ) -> Tensor:
        """Return what the last T of S steps take from all of them, B×T×D."""
        asking, known = q_BNTK.shape[2], k_BNSK.shape[2]
        mask = self._mask(mask_BS, asking, known)
        y_BNTK = F.scaled_dot_product_attention(
            q_BNTK,
            k_BNSK,
            v_BNSK,
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=self.causal and mask is None and asking == known,
        )
        y_BTD: Tensor = self.out_proj(y_BNTK.transpose(1, 2).flatten(2))
        return y_BTD

    def weights(self, x_BTD: Tensor) -> Tensor:
        """Return how much each step looks at each other one, B×N×T×S, to be shown."""
        q_BNTK, k_BNSK, _ = self.project(x_BTD)
        scores_BNTS = q_BNTK @ k_BNSK.transpose(2, 3) / math.sqrt(q_BNTK.shape[3])
        if self.causal:
            later_TS = torch.ones_like(scores_BNTS[0, 0], dtype=torch.bool).triu(1)
            scores_BNTS = scores_BNTS.masked_fill(later_TS, -math.inf)
        return scores_BNTS.softmax(dim=3)

    def _mask(self, mask_BS: Tensor | None, asking: int, known: int) -> Tensor | None:
        """Return which steps may be looked at, B×1×T×S, or None where all or the kernel knows."""
        if mask_BS is None:
            if not self.causal or asking in (1, known):
                return None
            mask_BS = self.in_proj_weight.new_ones(1, known, dtype=torch.bool)
        seen_B1TS = mask_BS[:, None, None].expand(-1, 1, asking, -1)
        return seen_B1TS.tril(known - asking) if self.causal else seen_B1TS


class AttentionClassifier(nn.Module):
    """tokens1 B×12 -> fc1 B×8; 1,384 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(8, 16)
        self.position1 = SinusoidalPosition(12, 16)
        self.norm1 = nn.LayerNorm(16)
        self.attention1 = SelfAttention(16, 2)
        self.fc1 = nn.Linear(16, 8)

    def forward(self, tokens1_BT: Tensor) -> Tensor:
        x_BTD = self.embedding1(tokens1_BT)  # B×12×16
        position1_BTD = self.position1(x_BTD)  # B×12×16
        x_BTD = self.norm1(position1_BTD)  # B×12×16
        x_BTD = self.attention1(x_BTD)  # B×12×16
        x_BTD = position1_BTD + x_BTD  # B×12×16
        x_BD = x_BTD.mean(dim=1)  # B×16
        fc1_BD = self.fc1(x_BD)  # B×8
        return fc1_BD

    def losses(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        loss1 = F.cross_entropy(fc1_BD, target1_B)  # scalar
        return {"loss1": loss1}

    def metrics(self, fc1_BD: Tensor, target1_B: Tensor) -> dict[str, Tensor]:
        return {
            "accuracy": (fc1_BD.argmax(-1) == target1_B).float().mean(),
        }
