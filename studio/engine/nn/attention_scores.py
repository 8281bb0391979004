"""Attention by a learned score: an answer looks over a memory, as in the first translators."""

# B = batch, T = steps that ask, S = steps of the memory, D = features of a question,
# M = features of the memory, H = hidden features

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class AdditiveAttention(nn.Module):
    """Bahdanau's attention: a small network scores every step of the memory for every question."""

    def __init__(self, features: int, memory_features: int, hidden: int) -> None:
        super().__init__()
        self.query_proj = nn.Linear(features, hidden, bias=False)
        self.memory_proj = nn.Linear(memory_features, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)

    def forward(
        self, query_BTD: Tensor, memory_BSM: Tensor, mask_BS: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return what is read from the memory, and how much of each step; a mask is true where
        there is something to read.
        """
        asked_BT1H = self.query_proj(query_BTD)[:, :, None]
        offered_B1SH = self.memory_proj(memory_BSM)[:, None]
        scores_BTS = self.score(torch.tanh(asked_BT1H + offered_B1SH)).squeeze(3)
        if mask_BS is not None:
            scores_BTS = scores_BTS.masked_fill(~mask_BS[:, None], -math.inf)
        weights_BTS = scores_BTS.softmax(dim=2)
        return weights_BTS @ memory_BSM, weights_BTS


class MultiplicativeAttention(nn.Module):
    """Luong's attention: a matrix makes questions and memory comparable, a product scores them."""

    def __init__(self, features: int, memory_features: int) -> None:
        super().__init__()
        self.query_proj = nn.Linear(features, memory_features, bias=False)

    def forward(
        self, query_BTD: Tensor, memory_BSM: Tensor, mask_BS: Tensor | None = None
    ) -> Tensor:
        """Return what is read from the memory; a mask is true where there is something to read."""
        mask_B11S = None if mask_BS is None else mask_BS[:, None, None]
        asked_B1TM, memory_B1SM = self.query_proj(query_BTD)[:, None], memory_BSM[:, None]
        return F.scaled_dot_product_attention(
            asked_B1TM, memory_B1SM, memory_B1SM, attn_mask=mask_B11S, scale=1.0
        )[:, 0]
