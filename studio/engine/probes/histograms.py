"""Histograms of weights, gradients and activations in fixed logarithmic bins.

Decision: bins are the same for every tensor, step and run, eight a factor of ten to either side of
zero, so that nothing is ever binned anew: what moves in the picture has moved in the network.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from studio.engine.build import tensors_in
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Event, Snapshot
from studio.runs.histograms import BINS, LOWEST_POWER, POWERS

from .probe import Probe, ProbeSpec, Sight

SAMPLES = 64
_PER_POWER = BINS // POWERS


def counts_of(values: Tensor) -> Tensor:
    """Return how many of the values lie in each bin (``studio.runs.histograms``).

    The last number counts those that are not finite.
    """
    flat = values.detach().reshape(-1).float()
    finite = flat.isfinite()
    good = flat[finite]
    power = (good.abs().clamp(min=1e-38).log10() - LOWEST_POWER) * _PER_POWER
    place = power.floor().clamp(-1, BINS - 1).long() + 1  # 0: nearer to zero than all bins
    bins = torch.where(good < 0, BINS - place, BINS + place)
    counts = torch.bincount(bins, minlength=2 * BINS + 1)
    return torch.cat([counts, (~finite).sum().reshape(1)])


class _Histograms(Probe):
    """Tells snapshots of kind ``histogram-<of>``, array ``counts``. Options: ``block``."""

    def snapshot(
        self, of: str, block: str, step: int, tensors: Iterable[Tensor]
    ) -> Snapshot | None:
        """Return the histogram of some tensors as one; None where there are no values."""
        counts = [counts_of(one) for one in tensors if one.numel()]
        if not counts:
            return None
        total = torch.stack(counts).sum(dim=0).cpu().numpy().astype(np.int64)
        arrays = {"counts": array_from_numpy(total)}
        return Snapshot(kind=f"histogram-{of}", block=block, step=step, arrays=arrays)


class WeightHistograms(_Histograms):
    """Those of the weights of every block, and of their gradients."""

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._blocks = list(sight.network.weights())

    def after_backward(self, step: int) -> Sequence[Event]:
        """Look at weights and gradients of one step."""
        wanted, found = self.text("block"), list[Event]()
        for block, weights in self._blocks:
            if wanted and block != wanted:
                continue
            grads = [weight.grad for weight in weights if weight.grad is not None]
            both = (
                self.snapshot("weights", block, step, weights),
                self.snapshot("gradients", block, step, grads),
            )
            found += [one for one in both if one is not None]
        return found


class ActivationHistograms(_Histograms):
    """Those of the output of every block, or of one, for held samples."""

    def between(self, step: int) -> Sequence[Event]:
        """Look at the outputs."""
        inputs, _ = self.sight.samples.held(SAMPLES)
        wanted, found = self.text("block"), dict[str, Snapshot]()

        def tap(block: str, value: object) -> None:
            if wanted and block != wanted:
                return
            floats = [one for one in tensors_in(value) if one.is_floating_point()]
            made = self.snapshot("activations", block, step, floats[:1])
            if made is not None:
                found[block] = made

        self.sight.network.look(inputs, tap)
        return list(found.values())


WEIGHTS = ProbeSpec(
    id="weight-histograms",
    title="The spread of weights and gradients",
    make=WeightHistograms,
    at="step",
    per_sec=1.0,
)
ACTIVATIONS = ProbeSpec(
    id="activation-histograms",
    title="The spread of activations",
    make=ActivationHistograms,
    per_sec=1.0,
)
