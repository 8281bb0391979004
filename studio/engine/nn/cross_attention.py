"""Cross-attention: the steps of one sequence look at those of another."""

# B = batch, T = steps that ask, S = steps of the memory, D = features, M = features of the memory,
# N = heads, K = features of one head

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CrossAttention(nn.Module):
    """Multi-head attention to a memory, with the weights of ``nn.MultiheadAttention``."""

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        memory_features: int | None = None,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        if memory_features in (None, features):
            self.in_proj_weight = nn.Parameter(torch.empty(3 * features, features))
            matrices = [self.in_proj_weight]
        else:
            self.q_proj_weight = nn.Parameter(torch.empty(features, features))
            self.k_proj_weight = nn.Parameter(torch.empty(features, memory_features))
            self.v_proj_weight = nn.Parameter(torch.empty(features, memory_features))
            matrices = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * features)) if bias else None
        self.out_proj = nn.Linear(features, features, bias=bias)
        for matrix in matrices:
            nn.init.xavier_uniform_(matrix)
        if bias:
            nn.init.zeros_(self.out_proj.bias)

    def forward(self, x_BTD: Tensor, memory_BSM: Tensor, mask_BS: Tensor | None = None) -> Tensor:
        """Return what every step takes from the memory; a mask is true where there is something."""
        return self.attend(self.queries(x_BTD), *self.keys_and_values(memory_BSM), mask_BS)

    def queries(self, x_BTD: Tensor) -> Tensor:
        """Return what every step asks, B×N×T×K."""
        return self._project(x_BTD, 0)

    def keys_and_values(self, memory_BSM: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the memory offers, each B×N×S×K."""
        return self._project(memory_BSM, 1), self._project(memory_BSM, 2)

    def attend(
        self, q_BNTK: Tensor, k_BNSK: Tensor, v_BNSK: Tensor, mask_BS: Tensor | None = None
    ) -> Tensor:
        """Return what the steps that ask take from the memory, B×T×D."""
        mask_B11S = None if mask_BS is None else mask_BS[:, None, None]
        dropout = self.dropout if self.training else 0.0
        y_BNTK = F.scaled_dot_product_attention(
            q_BNTK, k_BNSK, v_BNSK, attn_mask=mask_B11S, dropout_p=dropout
        )
        y_BTD: Tensor = self.out_proj(y_BNTK.transpose(1, 2).flatten(2))
        return y_BTD

    def _project(self, source: Tensor, which: int) -> Tensor:
        """Return queries (0), keys (1) or values (2), B×N×steps×K."""
        if hasattr(self, "in_proj_weight"):
            matrix: Tensor = self.in_proj_weight.chunk(3)[which]
        else:
            matrix = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)[which]
        bias = None if self.in_proj_bias is None else self.in_proj_bias.chunk(3)[which]
        parts: Tensor = F.linear(source, matrix, bias).unflatten(2, (self.heads, -1))
        return parts.transpose(1, 2)
