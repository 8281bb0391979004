"""Feature maps and filters of one convolution, as pictures."""

# N = samples, O = channels out, C = channels in, H = height, W = width

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from studio.engine.build import parts_of, tensors_in
from studio.runs.events import Event, Snapshot

from .probe import Probe, ProbeSpec
from .tensors import array_of

MAPS, FILTERS = 64, 64
HELD = 64


class FeatureProbe(Probe):
    """Tells what a convolution looks for, and what it finds in one held sample.

    Options: ``block`` (id), ``sample`` (which of the held ones). Snapshots of kind ``features``:
    arrays ``maps`` (O×H×W), ``filters`` (O×C×H×W, colours where C is 3, else their mean over C) and
    ``input`` (C×H×W), all bytes; ``limits`` (low and high of each of the three).
    """

    @property
    def blind(self) -> bool:
        """Whether no block is chosen."""
        return not self.text("block")

    def between(self, step: int) -> Sequence[Event]:
        """Return the picture of now; nothing of a block that gives no images."""
        held, _ = self.sight.samples.held(HELD)
        at = min(self.whole("sample", 0), len(held[0]) - 1)
        inputs, block = [column[at : at + 1] for column in held], self.text("block")
        seen: list[Tensor] = []

        def tap(tapped: str, value: object) -> None:
            if tapped == block and not seen:
                seen.extend(tensors_in(value))

        self.sight.network.look(inputs, tap)
        if not seen or seen[0].ndim != 4:
            return []
        pictures = {"maps": seen[0][0, :MAPS], **self._filters(block), **_pictured(inputs)}
        arrays = dict.fromkeys(pictures, array_of(torch.empty(0)))
        limits: list[float] = []
        for name, picture in pictures.items():
            low, high = float(picture.min()), float(picture.max())
            shares = (picture.float() - low) / ((high - low) or 1.0)
            arrays[name] = array_of((shares * 255).round().to(torch.uint8))
            limits += [low, high]
        arrays["limits"] = array_of(torch.tensor(limits))
        notes = {"sample": str(at), "order": " ".join(pictures)}
        return [Snapshot(kind="features", block=block, step=step, arrays=arrays, notes=notes)]

    def _filters(self, block: str) -> dict[str, Tensor]:
        network = self.sight.network
        attribute = next((b.attribute for b in network.program.blocks if b.id == block), "")
        found = [w for w in parts_of(network.module, attribute) if w.ndim == 4]
        if not found or isinstance(found[0], nn.UninitializedParameter):
            return {}
        filters_OCHW = found[0].detach()[:FILTERS]
        if filters_OCHW.shape[1] != 3:
            filters_OCHW = filters_OCHW.mean(dim=1, keepdim=True)
        return {"filters": filters_OCHW}


def _pictured(inputs: Sequence[Tensor]) -> dict[str, Tensor]:
    images = [column[0] for column in inputs if column.ndim == 4 and column.shape[1] in {1, 3}]
    return {"input": images[0]} if images else {}


SPEC = ProbeSpec(id="features", title="The feature maps", make=FeatureProbe, per_sec=1.0)
