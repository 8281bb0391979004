"""Embedding: the output of one block for held samples, projected so that points stay put."""

from collections.abc import Sequence
from time import thread_time

import numpy as np
from torch import Tensor

from studio.engine.build import tensors_in
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Snapshot

from .probe import Options, Probe, ProbeSpec, Sight
from .projection import Projection
from .tensors import array_of

SAMPLES = 512
PICTURE_SECS = 4.0
CALIBRATION, FEWEST = 16, 128
WIDEST = 1024
"""Features of an output beyond which its positions or pixels are averaged first."""


class EmbeddingProbe(Probe):
    """Tells where held samples lie at the output of a block.

    Options: ``block`` (id), ``samples`` (how many at most).
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._projection = Projection()
        self._points = 0

    def set(self, options: Options) -> None:
        """Look at this block from now on."""
        if options.get("samples") != self.options.get("samples"):
            self._points = 0
        if options != self.options:
            self._projection = Projection()
        super().set(options)

    @property
    def blind(self) -> bool:
        """Whether no block is chosen."""
        return not self.text("block")

    def between(self, step: int) -> list[Snapshot]:
        """Return the picture of now; none of what is not finite, or not of samples."""
        if not self._points:
            self._points = self._affordable(self.whole("samples", SAMPLES))
        inputs, classes = self.sight.samples.held(self._points)
        block = self.text("block")
        value = self._output(block, inputs)
        if value is None or value.ndim < 1 or len(value) != len(inputs[0]):
            return []
        values = _features(value).cpu().double().numpy()
        if not np.isfinite(values).all():
            return []
        view = self._projection.view(values)
        arrays = {
            "points": array_from_numpy(view.points.astype(np.float32)),
            "explained": array_from_numpy(np.array([view.explained], np.float32)),
        }
        if classes is not None:
            arrays["labels"] = array_of(classes)
        notes = {"refitted": "yes"} if view.refitted else {}
        return [Snapshot(kind="embedding", block=block, step=step, arrays=arrays, notes=notes)]

    def _output(self, block: str, inputs: Sequence[Tensor]) -> Tensor | None:
        seen: list[Tensor] = []

        def tap(tapped: str, value: object) -> None:
            if tapped == block and not seen:
                seen.extend(tensors_in(value))

        self.sight.network.look(inputs, tap)
        return seen[0] if seen else None

    def _affordable(self, most: int) -> int:
        """Return how many samples to project so that the picture moves every few seconds.

        Measured once on a few: later looks must show the same samples.
        """
        inputs, _ = self.sight.samples.held(CALIBRATION)
        self.sight.network.look(inputs, _ignore)
        before = thread_time()
        self.sight.network.look(inputs, _ignore)
        cost = (thread_time() - before) / len(inputs[0])
        affordable = int(self.share * PICTURE_SECS / max(cost, 1e-9))
        return min(most, max(FEWEST, affordable))


def _ignore(block: str, value: object) -> None:
    pass


def _features(value: Tensor) -> Tensor:
    """Return samples × features: flattened, large ones averaged over positions or pixels."""
    value = value.float()
    if value[0].numel() > WIDEST and value.ndim == 4:
        return value.mean(dim=(2, 3))
    if value[0].numel() > WIDEST and value.ndim == 3:
        return value.mean(dim=1)
    return value.reshape(len(value), -1)


SPEC = ProbeSpec(id="embedding", title="The embedding", make=EmbeddingProbe)
