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
        q_BNTK, k_BNSK, v_BNSK = self._project(x_BTD, memory_BSM)
        mask_B11S = None if mask_BS is None else mask_BS[:, None, None]
        dropout = self.dropout if self.training else 0.0
        y_BNTK = F.scaled_dot_product_attention(
            q_BNTK, k_BNSK, v_BNSK, attn_mask=mask_B11S, dropout_p=dropout
        )
        y_BTD: Tensor = self.out_proj(y_BNTK.transpose(1, 2).flatten(2))
        return y_BTD

    def _project(self, x_BTD: Tensor, memory_BSM: Tensor) -> list[Tensor]:
        """Return queries, keys and values, each B×N×steps×K."""
        if hasattr(self, "in_proj_weight"):
            matrices: tuple[Tensor, ...] = self.in_proj_weight.chunk(3)
        else:
            matrices = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        sources = (x_BTD, memory_BSM, memory_BSM)
        parts = (
            F.linear(source, matrix, bias)
            for source, matrix, bias in zip(sources, matrices, biases, strict=True)
        )
        return [part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts]
