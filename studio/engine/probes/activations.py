"""Activations: mean, spread, saturation and dead units at the output of every block."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from studio.engine.build import tensors_in
from studio.runs.events import Event

from .probe import Probe, ProbeSpec, Sight

SAMPLES, FEWEST = 64, 16
NEAR = 0.025
"""The share of its range in which a bounded output counts as saturated: there a sigmoid's slope is
a tenth of its greatest."""

_RANGES: Mapping[str, tuple[float, float]] = {"nn.sigmoid": (0.0, 1.0), "nn.tanh": (-1.0, 1.0)}
_RECTIFIERS = frozenset({"nn.relu"})

Rows = dict[str, list[tuple[str, Tensor]]]


class ActivationProbe(Probe):
    """Tells rows of held samples: ``activation_mean`` and ``activation_std`` of every block that
    gives numbers, ``saturated`` (share of values) of bounded ones, ``dead`` (share of units that
    are zero for all samples) of rectifiers.
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._count = 0
        self._kinds = {block.id: block.kind for block in sight.network.program.blocks}

    def between(self, step: int) -> Sequence[Event]:
        """Look once at all of them."""
        if not self._count:
            self._count = self.affordable(SAMPLES, fewest=FEWEST)
        inputs, _ = self.sight.samples.held(self._count)
        rows: Rows = {}

        def tap(block: str, value: object) -> None:
            first = next(tensors_in(value), None)
            if first is not None and first.is_floating_point() and first.ndim > 1:
                self._measure(rows, block, first.float())

        self.sight.network.look(inputs, tap)
        titles = self.sight.network.titles
        for name, found in rows.items():
            # Of a block that is passed several times the last time counts.
            last = dict(found)
            layers = tuple((block, titles.get(block, block)) for block in last)
            values = torch.stack([*last.values()])
            self.sight.scalars.add_row(name, step, values, layers=layers, total=False)
        return ()

    def _measure(self, rows: Rows, block: str, value: Tensor) -> None:
        kind = self._kinds.get(block, "")
        measured = {"activation_mean": value.mean(), "activation_std": value.std(correction=0)}
        if kind in _RANGES:
            measured["saturated"] = _saturated(value, *_RANGES[kind])
        if kind in _RECTIFIERS:
            measured["dead"] = _dead(value)
        for name, one in measured.items():
            rows.setdefault(name, []).append((block, one))


def _saturated(value: Tensor, low: float, high: float) -> Tensor:
    """Return the share of values that lie near an end of their range."""
    near = NEAR * (high - low)
    return ((value < low + near) | (value > high - near)).float().mean()


def _dead(value: Tensor) -> Tensor:
    """Return the share of units that are zero for every sample and at every place."""
    # A unit is a channel of an image, else a feature.
    axis = 1 if value.ndim == 4 else value.ndim - 1
    others = [other for other in range(value.ndim) if other != axis]
    return (value.abs().amax(dim=others) == 0).float().mean()


SPEC = ProbeSpec(id="activations", title="The activations", make=ActivationProbe, per_sec=2.0)
