"""Recurrent cells that show their gates, and the first form of the GRU."""

# B = batch, T = steps, D = features, H = hidden features

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LSTMWithGates(nn.LSTM):
    """An LSTM of one layer that also gives input, forget, cell and output gate of every step.

    The state comes from torch's fused kernel; with it all gates follow from one product.
    """

    weight_ih_l0: Tensor
    weight_hh_l0: Tensor
    bias_ih_l0: Tensor
    bias_hh_l0: Tensor

    def __init__(self, features: int, hidden: int, *, bias: bool = True) -> None:
        super().__init__(features, hidden, bias=bias, batch_first=True)

    def forward(self, x_BTD: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]  # gates, not the last state
        """Return the states, B×T×H, and the gates i, f, g, o side by side, B×T×4H."""
        y_BTH, _ = super().forward(x_BTD)
        before_BTH = F.pad(y_BTH[:, :-1], (0, 0, 1, 0))
        from_x = F.linear(x_BTD, self.weight_ih_l0, self.bias_ih_l0 if self.bias else None)
        from_h = F.linear(before_BTH, self.weight_hh_l0, self.bias_hh_l0 if self.bias else None)
        i, f, g, o = (from_x + from_h).chunk(4, dim=2)
        return y_BTH, torch.cat([i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()], dim=2)


class GRUWithGates(nn.GRU):
    """A GRU of one layer that also gives reset gate, update gate and new state of every step.

    The state comes from torch's fused kernel; with it all gates follow from one product.
    """

    weight_ih_l0: Tensor
    weight_hh_l0: Tensor
    bias_ih_l0: Tensor
    bias_hh_l0: Tensor

    def __init__(self, features: int, hidden: int, *, bias: bool = True) -> None:
        super().__init__(features, hidden, bias=bias, batch_first=True)

    def forward(self, x_BTD: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]  # gates, not the last state
        """Return the states, B×T×H, and the gates r, z, n side by side, B×T×3H."""
        y_BTH, _ = super().forward(x_BTD)
        before_BTH = F.pad(y_BTH[:, :-1], (0, 0, 1, 0))
        from_x = F.linear(x_BTD, self.weight_ih_l0, self.bias_ih_l0 if self.bias else None)
        from_h = F.linear(before_BTH, self.weight_hh_l0, self.bias_hh_l0 if self.bias else None)
        x_r, x_z, x_n = from_x.chunk(3, dim=2)
        h_r, h_z, h_n = from_h.chunk(3, dim=2)
        r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
        return y_BTH, torch.cat([r, z, torch.tanh(x_n + r * h_n)], dim=2)


class GRUResetBefore(nn.Module):
    """The GRU of the paper: the reset gate acts on the state before the matrix, with one bias."""

    def __init__(self, features: int, hidden: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(3 * hidden, features))
        self.weight_hh_l0 = nn.Parameter(torch.empty(3 * hidden, hidden))
        self.bias_l0 = nn.Parameter(torch.empty(3 * hidden)) if bias else None
        for weight in self.parameters():
            nn.init.uniform_(weight, -(hidden**-0.5), hidden**-0.5)

    def forward(self, x_BTD: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states, B×T×H, and the gates r, z, n side by side, B×T×3H."""
        hidden = self.weight_hh_l0.shape[1]
        from_x = F.linear(x_BTD, self.weight_ih_l0, self.bias_l0)
        both, new = self.weight_hh_l0[: 2 * hidden], self.weight_hh_l0[2 * hidden :]
        h_BH = x_BTD.new_zeros(x_BTD.shape[0], hidden)
        states, gates = [], []
        for sums_BH in from_x.unbind(dim=1):
            r, z = (sums_BH[:, : 2 * hidden] + F.linear(h_BH, both)).sigmoid().chunk(2, dim=1)
            n = torch.tanh(sums_BH[:, 2 * hidden :] + F.linear(r * h_BH, new))
            h_BH = (1 - z) * n + z * h_BH
            states.append(h_BH)
            gates.append(torch.cat([r, z, n], dim=1))
        return torch.stack(states, dim=1), torch.stack(gates, dim=1)
