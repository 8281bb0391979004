"""Images as they are made: what some blocks give for held samples and held noise, as pictures."""

# N = samples shown, C = channels, H = height, W = width

from collections.abc import Sequence
from math import isqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.engine.build import tensors_in
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Snapshot
from studio.runs.spec import Array

from .probe import Probe, ProbeSpec, Sight

SHOWN = 24
_CHANNELS = {1, 3}


class ImageProbe(Probe):
    """Tells the outputs of blocks that are images. Options: ``blocks`` (their ids).

    An output that has the shape of an input shares its scale of grey, and stands beside it where it
    depends on it: a reconstruction. A flat one is an image if it has the input's pixels, or is
    square.
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._depends: dict[str, bool] = {}

    @property
    def blind(self) -> bool:
        """Whether no block is chosen."""
        return not self.names("blocks")

    def between(self, step: int) -> list[Snapshot]:
        """Return what these blocks give now, those that give images."""
        inputs, _ = self.sight.samples.held(SHOWN)
        seen = self._outputs(self.names("blocks"), inputs)
        found = []
        for block, value in seen.items():
            beside = _beside(value, inputs)
            images = _images(value, beside)
            if images is None or not bool(torch.isfinite(images).all()):
                continue
            low, high = _limits(images if beside is None else beside)
            arrays = {"images": _pixels(images, low, high)}
            if beside is not None and self._depends_on_inputs(block, value, inputs):
                arrays["inputs"] = _pixels(beside, low, high)
            notes = {"low": f"{low:.4g}", "high": f"{high:.4g}"}
            found.append(
                Snapshot(kind="images", block=block, step=step, arrays=arrays, notes=notes)
            )
        return found

    def _outputs(self, blocks: Sequence[str], inputs: Sequence[Tensor]) -> dict[str, Tensor]:
        seen: dict[str, Tensor] = {}

        def tap(block: str, value: object) -> None:
            if block in blocks:
                seen.setdefault(block, next(tensors_in(value)))

        torch.manual_seed(0)  # what is drawn while looking is the same at every look
        self.sight.network.look(inputs, tap)
        return {block: seen[block] for block in blocks if block in seen}

    def _depends_on_inputs(self, block: str, value: Tensor, inputs: Sequence[Tensor]) -> bool:
        """Tell, once for each block, whether other inputs give other images."""
        if block not in self._depends:
            others = [column.roll(1, 0) for column in inputs]
            other = self._outputs([block], others)[block]
            self._depends[block] = not torch.equal(other, value)
        return self._depends[block]


def _beside(value: Tensor, inputs: Sequence[Tensor]) -> Tensor | None:
    """Return the input images of which a value has the pixels; None where there is none."""
    for column in inputs:
        known = _images(column, None)
        if known is not None and known[0].numel() == value[0].numel() and len(known) == len(value):
            return known
    return None


def _images(value: Tensor, like: Tensor | None) -> Tensor | None:
    """Return N×C×H×W; None where there are no images."""
    if not value.is_floating_point() or value.ndim < 2 or not len(value):
        return None
    if value.ndim == 4:
        return value.float() if value.shape[1] in _CHANNELS else None
    if like is not None:
        return value.float().reshape(like.shape)
    side = isqrt(value.shape[1]) if value.ndim == 2 else 0
    if side < 4 or side * side != value.shape[1]:
        return None
    return value.float().reshape(len(value), 1, side, side)


def _limits(images: Tensor) -> tuple[float, float]:
    low, high = float(images.min()), float(images.max())
    return low, high if high > low else low + 1.0


def _pixels(images: Tensor, low: float, high: float) -> Array:
    """Return bytes from 0 for the low to 255 for the high; what lies beyond is cut off."""
    shares = ((images - low) / (high - low)).clamp(0, 1) * 255
    pixels: NDArray[np.uint8] = shares.round().to(torch.uint8).cpu().numpy()
    return array_from_numpy(pixels)


SPEC = ProbeSpec(id="images", title="What the network makes", make=ImageProbe, per_sec=1.0)
