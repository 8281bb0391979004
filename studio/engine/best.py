"""The best weights so far, by validation loss, and whether to go on without a better one."""

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from .packing import State


class Best:
    """Keeps a copy of the weights of the best epoch in the memory of their device."""

    def __init__(self, module: nn.Module, *, keep: bool) -> None:
        self._module = module
        self._keep = keep
        self._state: dict[str, Tensor] = {}
        self._loss = math.inf
        self.epochs_since = 0
        self.metrics: dict[str, dict[str, float]] = {}
        """The metrics of the best epoch, by part."""

    def offer(self, loss: float, metrics: dict[str, dict[str, float]]) -> bool:
        """Return whether this epoch is the best yet, and keep its weights if so."""
        if not loss < self._loss:
            self.epochs_since += 1
            return False
        self._loss = loss
        self.epochs_since = 0
        self.metrics = metrics
        if self._keep:
            self._copy()
        return True

    def restore(self) -> bool:
        """Put the best weights back; false when none were kept."""
        if self._state:
            self._module.load_state_dict(self._state)
        return bool(self._state)

    def state(self) -> State:
        """Return what is known of the best."""
        return {
            "weights": self._state,
            "loss": self._loss,
            "epochs_since": self.epochs_since,
            "metrics": self.metrics,
        }

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Know again what was known."""
        device = {name: value.device for name, value in self._module.state_dict().items()}
        self._state = {name: value.to(device[name]) for name, value in state["weights"].items()}
        self._loss, self.epochs_since = state["loss"], state["epochs_since"]
        self.metrics = state["metrics"]

    def _copy(self) -> None:
        state = self._module.state_dict()
        if not self._state:
            self._state = {name: value.detach().clone() for name, value in state.items()}
        else:
            for name, value in state.items():
                self._state[name].copy_(value)
