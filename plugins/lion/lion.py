"""Lion (Chen et al. 2023), algorithm 2; the text of the class is told to the engine."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class Lion(torch.optim.Optimizer):
    """Steps by the sign of a mix of the running mean and the new gradient."""

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Move every weight that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["mean"] = torch.zeros_like(weight)
                weight.mul_(1.0 - group["lr"] * group["weight_decay"])
                sign = state["mean"].lerp(weight.grad, 1.0 - beta1).sign_()
                weight.add_(sign, alpha=-group["lr"])
                state["mean"].lerp_(weight.grad, 1.0 - beta2)
        return loss
