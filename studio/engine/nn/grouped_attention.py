"""Attention as in today's language models: keys shared by groups of heads, positions as turns."""

# B = batch, T = steps, S = steps that are looked at, D = features, N = heads,
# G = heads of keys and values, K = features of one head

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class RotaryPosition(nn.Module):
    """Turns pairs of features by an angle that grows with the position, fast to slow.

    The pairs are feature i and i + K/2, as in the weights of Hugging Face; ``interleaved`` takes
    neighbours, 2i and 2i + 1, as the paper does.
    """

    cos_TK: Tensor
    sin_TK: Tensor

    def __init__(
        self, steps: int, features: int, *, base: float = 10000.0, interleaved: bool = False
    ) -> None:
        super().__init__()
        self.interleaved = interleaved
        rates = base ** (-torch.arange(0, features, 2, dtype=torch.float64) / features)
        angles = torch.arange(steps, dtype=torch.float64)[:, None] * rates
        angles_TK = angles.repeat_interleave(2, 1) if interleaved else angles.repeat(1, 2)
        kind = torch.get_default_dtype()
        self.register_buffer("cos_TK", angles_TK.cos().to(kind), persistent=False)
        self.register_buffer("sin_TK", angles_TK.sin().to(kind), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Return queries or keys, …×T×K, turned by their position, counted from ``start``."""
        if self.interleaved:
            turned = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).flatten(-2)
        else:
            first, second = x.chunk(2, dim=-1)
            turned = torch.cat([-second, first], dim=-1)
        here = slice(start, start + x.shape[-2])
        return x * self.cos_TK[here] + turned * self.sin_TK[here]


class GroupedQueryAttention(nn.Module):
    """Multi-head self-attention whose heads share keys and values in groups.

    As many key heads as heads is ordinary attention, one is multi-query attention. ``rope`` is
    what turns queries and keys by their position.
    """

    def __init__(
        self,
        features: int,
        heads: int,
        kv_heads: int,
        *,
        causal: bool = False,
        bias: bool = False,
        rope: nn.Module | None = None,
    ) -> None:
        super().__init__()
        width = features // heads
        self.heads, self.kv_heads, self.causal = heads, kv_heads, causal
        self.q_proj = nn.Linear(features, heads * width, bias=bias)
        self.k_proj = nn.Linear(features, kv_heads * width, bias=bias)
        self.v_proj = nn.Linear(features, kv_heads * width, bias=bias)
        self.o_proj = nn.Linear(heads * width, features, bias=bias)
        self.rope = rope or nn.Identity()

    def forward(self, x_BTD: Tensor, mask_BT: Tensor | None = None) -> Tensor:
        """Return what every step takes from the others; a mask is true where there is a step."""
        return self.attend(*self.project(x_BTD), mask_BT)

    def project(self, x_BTD: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, B×N×T×K, and keys and values, B×G×T×K, turned by their position."""
        q_BNTK = self.rope(self.q_proj(x_BTD).unflatten(2, (self.heads, -1)).transpose(1, 2))
        k_BGTK = self.rope(self.k_proj(x_BTD).unflatten(2, (self.kv_heads, -1)).transpose(1, 2))
        v_BGTK = self.v_proj(x_BTD).unflatten(2, (self.kv_heads, -1)).transpose(1, 2)
        return q_BNTK, k_BGTK, v_BGTK

    def attend(
        self, q_BNTK: Tensor, k_BGSK: Tensor, v_BGSK: Tensor, mask_BS: Tensor | None = None
    ) -> Tensor:
        """Return what the last T of S steps take from all of them, B×T×D."""
        shared = self.heads // self.kv_heads
        if shared > 1:
            k_BGSK, v_BGSK = (part.repeat_interleave(shared, dim=1) for part in (k_BGSK, v_BGSK))
        asking, known = q_BNTK.shape[2], k_BGSK.shape[2]
        mask = self._mask(mask_BS, asking, known)
        y_BNTK = F.scaled_dot_product_attention(
            q_BNTK,
            k_BGSK,
            v_BGSK,
            attn_mask=mask,
            is_causal=self.causal and mask is None and asking == known,
        )
        y_BTD: Tensor = self.o_proj(y_BNTK.transpose(1, 2).flatten(2))
        return y_BTD

    def _mask(self, mask_BS: Tensor | None, asking: int, known: int) -> Tensor | None:
        """Return which steps may be looked at, B×1×T×S, or None where all or the kernel knows."""
        if mask_BS is None:
            if not self.causal or asking in (1, known):
                return None
            mask_BS = self.q_proj.weight.new_ones(1, known, dtype=torch.bool)
        seen_B1TS = mask_BS[:, None, None].expand(-1, 1, asking, -1)
        return seen_B1TS.tril(known - asking) if self.causal else seen_B1TS
