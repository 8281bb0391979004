"""Position-wise networks: what every step does by itself between two looks at the others."""

# B = batch, T = steps, D = features, H = hidden features, E = experts, K = experts of one step,
# P = steps of the whole batch

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class FeedForward(nn.Module):
    """Two linear maps with a bend between them, the same at every step."""

    def __init__(
        self,
        features: int,
        hidden: int,
        *,
        activation: str = "relu",
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        bends: dict[str, nn.Module] = {
            "relu": nn.ReLU(),
            "gelu": nn.GELU(),
            "gelu_tanh": nn.GELU(approximate="tanh"),
            "silu": nn.SiLU(),
        }
        self.up_proj = nn.Linear(features, hidden, bias=bias)
        self.bend = bends[activation]
        self.dropout = nn.Dropout(dropout)
        self.down_proj = nn.Linear(hidden, features, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the new features of every step, in the same shape."""
        y: Tensor = self.down_proj(self.dropout(self.bend(self.up_proj(x))))
        return y


class SwiGLU(nn.Module):
    """A feed-forward network whose hidden features are gated by a second projection."""

    def __init__(self, features: int, hidden: int, *, bias: bool = False) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(features, hidden, bias=bias)
        self.up_proj = nn.Linear(features, hidden, bias=bias)
        self.down_proj = nn.Linear(hidden, features, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the new features of every step, in the same shape."""
        y: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return y


class MixtureOfExperts(nn.Module):
    """Several SwiGLU networks of which a router asks the best few for every step.

    The second result is the load-balance loss of Switch Transformers: E·Σ share·probability, 1
    where all experts are asked equally often.
    """

    def __init__(self, features: int, hidden: int, *, experts: int, top_k: int) -> None:
        super().__init__()
        self.experts, self.top_k = experts, top_k
        self.router = nn.Linear(features, experts, bias=False)
        self.gate_proj = nn.Parameter(torch.empty(experts, hidden, features))
        self.up_proj = nn.Parameter(torch.empty(experts, hidden, features))
        self.down_proj = nn.Parameter(torch.empty(experts, features, hidden))
        for matrices in (self.gate_proj, self.up_proj, self.down_proj):
            bound = matrices.shape[2] ** -0.5
            nn.init.uniform_(matrices, -bound, bound)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the new features of every step, and how uneven the experts are loaded."""
        x_PD = x.flatten(0, -2)
        probabilities_PE = self.router(x_PD).softmax(dim=1)
        weights_PK, chosen_PK = probabilities_PE.topk(self.top_k, dim=1)
        weights_PK = weights_PK / weights_PK.sum(dim=1, keepdim=True)
        y_PD = torch.zeros_like(x_PD)
        for expert in range(self.experts):
            step, rank = (chosen_PK == expert).nonzero(as_tuple=True)
            said = self._ask(expert, x_PD[step]) * weights_PK[step, rank][:, None]
            y_PD = y_PD.index_add(0, step, said.to(y_PD.dtype))
        share_E = F.one_hot(chosen_PK, self.experts).flatten(0, 1).to(x.dtype).mean(dim=0)
        loss = self.experts * (share_E * probabilities_PE.mean(dim=0)).sum()
        return y_PD.view_as(x), loss

    def _ask(self, expert: int, x_PD: Tensor) -> Tensor:
        """Return what one expert says of some steps."""
        gate_PH = F.silu(F.linear(x_PD, self.gate_proj[expert]))
        hidden_PH = gate_PH * F.linear(x_PD, self.up_proj[expert])
        return F.linear(hidden_PH, self.down_proj[expert])
