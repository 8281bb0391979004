"""Embedding: the output of one block for held samples, as a map on which points stay put."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.engine.build import tensors_in
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Event, Snapshot
from studio.runs.spec import Array

from .layouts import LAYOUTS, MOST, Aside, neighbours, trust
from .predictions import answers_of, form_of, probabilities, small
from .probe import Options, Probe, ProbeSpec, Sight
from .projection import Projection
from .tensors import array_of

SAMPLES = 512
WIDEST = 1024
"""Features of an output beyond which its positions or pixels are averaged first."""
THUMB_PX, THUMB_TOKENS = 32, 48
THUMBS_BYTES = 4_000_000

Floats = NDArray[np.float64]
Taken = tuple[int, dict[str, Array]]
"""The step at which values were taken, and what else is told of them."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found at a block: samples × features, and what the network says of each."""

    values: Floats
    arrays: dict[str, Array]


class EmbeddingProbe(Probe):
    """Tells where held samples lie at the output of a block.

    Options: ``block`` (id), ``samples`` (how many at most), ``method`` (``pca``, ``tsne``,
    ``umap``), ``dimensions`` (2 or 3, of the latter two). Snapshots of kind ``embedding``: arrays
    ``points`` (N×3 or N×2), ``rows`` (N: which samples of the data), ``labels``, ``predicted`` and
    ``loss`` (N, of a network that tells classes), ``neighbours`` (N×10 places, of the whole
    output), ``vectors`` (N×64 at most: the output itself), ``trust`` and ``explained``. What was
    put in comes once, as kind ``samples``.
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._projection = Projection()
        self._aside: Aside[Taken] | None = None
        self._points = 0
        self._shown = 0
        self._at_once = True

    def set(self, options: Options) -> None:
        """Look at this block from now on."""
        self._at_once = True  # somebody waits for it, or the run has ended
        if options.get("samples") != self.options.get("samples"):
            self._points = 0
        if options != self.options:
            self._projection = Projection()
            layout = LAYOUTS.get(str(options.get("method", "")))
            flat = 3 if options.get("dimensions") == 3 else 2
            self._aside = Aside(layout(flat)) if layout is not None else None
        super().set(options)

    @property
    def blind(self) -> bool:
        """Whether no block is chosen."""
        return not self.text("block")

    def between(self, step: int) -> list[Event]:
        """Return the picture of now; none of what is not finite, or not of samples."""
        if not self._points:
            self._points = self.affordable(self.whole("samples", SAMPLES))
        if self._aside is None:
            seen = self._look(self._points)
            return [] if seen is None else [self._projected(seen, step), *self._inputs(step)]
        return self._mapped(self._aside, step)

    def _projected(self, seen: _Seen, step: int) -> Snapshot:
        view = self._projection.view(seen.values)
        explained = np.array([view.explained], np.float32)
        notes = {"refitted": "yes"} if view.refitted else {}
        arrays = {"explained": array_from_numpy(explained), **seen.arrays}
        return self._snapshot(step, (seen.values, view.points), arrays, notes)

    def _mapped(self, aside: Aside[Taken], step: int) -> list[Event]:
        """Return the map that is ready, and begin the next; where somebody waits, make it now."""
        seen = self._look(min(self._points, MOST))
        if seen is None:
            return []
        notes = {"method": self.text("method")}
        taken = (step, seen.arrays)
        if self._at_once:
            self._at_once = False
            made = aside.now(seen.values, taken)
        else:
            made = aside.take()
            aside.begin(seen.values, taken)
        if made is None or made.points is None:
            return []
        then, arrays = made.of
        shown = self._snapshot(then, (made.values, made.points), arrays, notes)
        return [shown, *self._inputs(then)]

    def _snapshot(
        self,
        step: int,
        pair: tuple[Floats, Floats],
        arrays: dict[str, Array],
        notes: dict[str, str],
    ) -> Snapshot:
        values, points = pair
        told = {
            "points": array_from_numpy(points.astype(np.float32)),
            "vectors": array_from_numpy(self._projection.vectors(values)),
            "neighbours": array_from_numpy(neighbours(values)),
            "trust": array_from_numpy(np.array([trust(values, points[:, :2])], np.float32)),
        }
        return Snapshot(
            kind="embedding", block=self.text("block"), step=step,
            arrays={**told, **arrays}, notes=notes,
        )  # fmt: skip

    def _look(self, count: int) -> _Seen | None:
        """Return what is at the block for so many held samples; None of what is no map."""
        samples = self.sight.samples
        rows = samples.held_rows(count)
        inputs, targets = samples.batch(rows)
        _, classes = samples.held(count)
        block, found = self.text("block"), list[Tensor]()

        def tap(tapped: str, value: object) -> None:
            if tapped == block and not found:
                found.extend(tensors_in(value))

        given = self.sight.network.look(inputs, tap)
        if not found or found[0].ndim < 1 or len(found[0]) != len(inputs[0]) or len(rows) < 4:
            return None
        values = _features(found[0]).cpu().double().numpy()
        if not np.isfinite(values).all():
            return None
        arrays = {"rows": array_of(rows), **self._said(given, targets)}
        if classes is not None:
            arrays["labels"] = array_of(classes)
        return _Seen(values, arrays)

    def _said(self, given: object, targets: Sequence[Tensor]) -> dict[str, Array]:
        """Return the class that the network says, and its loss, for the first target of classes."""
        outputs = [*given] if isinstance(given, tuple) else [given]
        for answer in answers_of(self.sight, outputs, targets):
            output, target = outputs[answer.output], targets[answer.target]
            if isinstance(output, Tensor) and not target.is_floating_point():
                scores_NC = probabilities(output.float())
                right = scores_NC.gather(1, target.reshape(-1, 1).long()).squeeze(1)
                loss = -right.clamp(min=1e-12).log()
                return {"predicted": array_of(scores_NC.argmax(dim=1)), "loss": array_of(loss)}
        return {}

    def _inputs(self, step: int) -> list[Event]:
        """Return what was put in, small, the first time that so many samples are shown."""
        if self._shown == self._points:
            return []
        self._shown = self._points
        rows = self.sight.samples.held_rows(self._points)
        inputs, _ = self.sight.samples.batch(rows)
        if not inputs:
            return []
        form = form_of(inputs[0])
        shown = small(inputs[0], form)
        if form == "images":
            size = max(shown.shape[-2:])
            if size > THUMB_PX:
                scaled = torch.nn.functional.adaptive_avg_pool2d(shown.float(), THUMB_PX)
                shown = scaled.round().to(torch.uint8)
        elif shown.ndim > 1:
            shown = shown.reshape(len(shown), -1)[:, :THUMB_TOKENS]
        if shown.numel() * shown.element_size() > THUMBS_BYTES:
            return []
        arrays = {"rows": array_of(rows), "inputs": array_of(shown)}
        notes = {"as": form, "inputs": self.sight.samples.columns[0].name}
        return [Snapshot(kind="samples", block="", step=step, arrays=arrays, notes=notes)]


def _features(value: Tensor) -> Tensor:
    """Return samples × features: flattened, large ones averaged over positions or pixels."""
    value = value.float()
    if value[0].numel() > WIDEST and value.ndim == 4:
        return value.mean(dim=(2, 3))
    if value[0].numel() > WIDEST and value.ndim == 3:
        return value.mean(dim=1)
    return value.reshape(len(value), -1)


SPEC = ProbeSpec(id="embedding", title="The embedding", make=EmbeddingProbe)
