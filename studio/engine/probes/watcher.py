"""Watcher: all probes of a run, each under its governor, none of which changes a loss by a bit."""

from collections.abc import Sequence
from time import perf_counter, thread_time

import numpy as np
import torch
from torch import Tensor

from studio.engine.build import Network, tensors_in
from studio.engine.data.batches import Samples
from studio.engine.faults import sentence
from studio.engine.scalars import Scalars
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Array, Event, Note, Snapshot
from studio.runs.spec import Watch

from .attention import attention_maps
from .governor import Governor
from .images import ImageProbe
from .norms import Norms
from .projection import Projection
from .quiet import quietly
from .text import TextProbe

NORMS_PER_SEC = 10.0
LOOKS_PER_SEC = 2.0
TEXTS_PER_SEC = 0.5
IMAGES_PER_SEC = 1.0
PICTURE_SECS = 4.0
CALIBRATION, FEWEST = 16, 128
WIDEST = 1024
"""Features of an output beyond which its positions or pixels are averaged first."""


class Watcher:
    """Looks at the norms of a step, and at attention and embeddings between steps."""

    def __init__(self, network: Network, samples: Samples, scalars: Scalars, watch: Watch) -> None:
        self._network = network
        self._samples = samples
        self._scalars = scalars
        self._norms = Norms([weights for _, weights in network.weights()])
        self._began = thread_time()
        self._spent_before = 0.0
        self._projection = Projection()
        self._points = 0
        self._writes = TextProbe(network.module, samples)
        self._pictures = ImageProbe(network, samples)
        self._set(watch)

    def look(self, watch: Watch, step: int) -> Sequence[Event]:
        """Watch this instead, and return what can be seen of it at once."""
        self._spent_before += self._spent()
        if watch.embedding != self._watch.embedding:
            self._projection = Projection()
        if watch.samples != self._watch.samples:
            self._projection, self._points = Projection(), 0
        self._set(watch)
        return self.between(step)

    def look_again(self, step: int) -> Sequence[Event]:
        """Return what is watched as it is now, whatever was seen a moment ago."""
        return self.look(self._watch, step)

    def after_backward(self, step: int) -> None:
        """Take the norms of a step, while its gradients are there."""
        if self._watch.gradients and self._gradients.due(perf_counter()):
            with self._gradients.look(step):
                self._scalars.add_row("grad_norm", step, self._norms.of_gradients())
                self._scalars.add_row("weight_norm", step, self._norms.of_weights())

    def due(self) -> bool:
        """Whether there is something to look at between two steps."""
        now = perf_counter()
        return (
            (self._watch.attention and self._attention.due(now))
            or (bool(self._watch.embedding) and self._embedding.due(now))
            or (self._writing and self._text.due(now))
            or (bool(self._watch.images) and self._images.due(now))
        )

    def between(self, step: int) -> list[Event]:
        """Return attention maps, embedding, text and images, those that are due."""
        now = perf_counter()
        events: list[Event] = []
        try:
            if self._watch.attention and self._attention.due(now):
                with self._attention.look(step):
                    events += self._attention_events(step)
            if self._watch.embedding and self._embedding.due(now):
                with self._embedding.look(step):
                    events += self._embedding_events(step)
            if self._watch.text:
                events += self._writes.refusal(step)
            if self._writing and self._text.due(now):
                with self._text.look(step):
                    events += self._text_events(step)
            if self._watch.images and self._images.due(now):
                with self._images.look(step), quietly(self._network.module, self._samples.device):
                    events += self._pictures.look(self._watch.images, step)
        except Exception as error:  # noqa: BLE001 - a look must never end a run
            self._set(Watch(gradients=self._watch.gradients, attention=False, embedding=""))
            what = "Attention, embedding, text and samples"
            message = f"{what} are no longer watched: {sentence(error)}"
            events.append(Note(message=message, level="warning"))
        return events

    def share(self) -> float:
        """Return the share of the thread's time that went into watching."""
        return (self._spent_before + self._spent()) / max(thread_time() - self._began, 1e-9)

    def _set(self, watch: Watch) -> None:
        self._watch = watch
        self._writes.prompt = watch.prompt
        attends = watch.attention and bool(self._network.attentions())
        looks = (watch.gradients, attends, watch.embedding, self._writing, watch.images)
        active = sum(map(bool, looks))
        self._share = share = watch.budget / max(active, 1)
        self._gradients = Governor(per_sec=NORMS_PER_SEC, share=share)
        self._attention = Governor(per_sec=LOOKS_PER_SEC, share=share if attends else 0.0)
        self._embedding = Governor(per_sec=LOOKS_PER_SEC, share=share)
        self._text = Governor(per_sec=TEXTS_PER_SEC, share=share if self._writing else 0.0)
        self._images = Governor(per_sec=IMAGES_PER_SEC, share=share if watch.images else 0.0)
        looking = (self._gradients, self._attention, self._embedding)
        self._governors = (*looking, self._text, self._images)

    @property
    def _writing(self) -> bool:
        return self._watch.text and not self._writes.refused

    def _spent(self) -> float:
        return sum(governor.spent_secs for governor in self._governors)

    def _attention_events(self, step: int) -> list[Event]:
        inputs, _ = self._samples.held(1)
        with quietly(self._network.module, self._samples.device):
            maps = attention_maps(self._network, inputs)
        known = {block for block, _ in self._network.attentions()}
        tokens = [c for c in inputs if c.ndim == 2 and not c.is_floating_point()]
        # Of two sentences it is not known here which one a map looks from, and which one at.
        extra = {"tokens": _array(tokens[0][0])} if len(tokens) == 1 else {}
        return [
            Snapshot(
                kind="attention", block=block, step=step, arrays={"weights": _array(map_), **extra}
            )
            for block, map_ in maps.items()
            if block in known
        ]

    def _embedding_events(self, step: int) -> list[Event]:
        block = self._watch.embedding
        if not self._points:
            self._points = self._affordable(self._watch.samples)
        inputs, classes = self._samples.held(self._points)
        seen: list[Tensor] = []

        def tap(tapped: str, value: object) -> None:
            if tapped == block and not seen:
                seen.extend(tensors_in(value))

        with quietly(self._network.module, self._samples.device):
            self._network.look(inputs, tap)
        if not seen or seen[0].ndim < 1 or len(seen[0]) != len(inputs[0]):
            return []
        values = _features(seen[0]).cpu().double().numpy()
        if not np.isfinite(values).all():
            return []
        view = self._projection.view(values)
        arrays = {
            "points": array_from_numpy(view.points.astype(np.float32)),
            "explained": array_from_numpy(np.array([view.explained], np.float32)),
        }
        if classes is not None:
            arrays["labels"] = _array(classes)
        notes = {"refitted": "yes"} if view.refitted else {}
        return [Snapshot(kind="embedding", block=block, step=step, arrays=arrays, notes=notes)]

    def _text_events(self, step: int) -> list[Event]:
        with quietly(self._network.module, self._samples.device):
            return [*self._writes.look(step)]

    def _affordable(self, most: int) -> int:
        """Return how many samples to project so that the picture moves every few seconds.

        Measured once on a few: later looks must show the same samples.
        """
        inputs, _ = self._samples.held(CALIBRATION)
        with quietly(self._network.module, self._samples.device):
            self._network.look(inputs, _ignore)
            before = thread_time()
            self._network.look(inputs, _ignore)
            cost = (thread_time() - before) / len(inputs[0])
        affordable = int(self._share * PICTURE_SECS / max(cost, 1e-9))
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


def _array(value: Tensor) -> Array:
    return array_from_numpy(torch.as_tensor(value).detach().cpu().numpy())
