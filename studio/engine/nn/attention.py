"""Self-attention: every step looks at every other one and takes what it finds there."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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
