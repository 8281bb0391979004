"""Updates: how far a step really moved the weights of each block, against their size."""

from collections.abc import Sequence

import torch
from torch import Tensor

from studio.runs.events import Event

from .norms import Norms
from .probe import Probe, ProbeSpec, Sight

ROW = "update_ratio"
_SMALLEST = 1e-12


class UpdateProbe(Probe):
    """Tells ‖ΔW‖ / ‖W‖ of every block: what the optimiser did, with momentum, decay and clipping.

    A healthy one is near 1e-3 (Karpathy 2019: A recipe for training neural networks).
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        blocks = [weights for _, weights in sight.network.weights()]
        self._norms = Norms(blocks)
        self._weights = [weight for weights in blocks for weight in weights]
        self._before: list[Tensor] = []

    @property
    def blind(self) -> bool:
        """Whether there are no weights."""
        return not self._weights

    def before_step(self, step: int) -> Sequence[Event]:
        """Remember the weights."""
        self._before = [weight.detach().clone() for weight in self._weights]
        return ()

    def after_step(self, step: int) -> Sequence[Event]:
        """Tell how far they are from where they were."""
        before, self._before = self._before, []
        if before:
            with torch.no_grad():
                sizes = self._norms.of(before)
                moved = self._norms.of(torch._foreach_sub([*self._weights], before))
            self.sight.scalars.add_row(ROW, step, moved / sizes.clamp(min=_SMALLEST), total=False)
        return ()


SPEC = ProbeSpec(id="updates", title="The updates", make=UpdateProbe, at="step", per_sec=5.0)
