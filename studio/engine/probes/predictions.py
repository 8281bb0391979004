"""Predictions: what the network says of held samples, beside what is right.

Classes come as probabilities, numbers as they are. What a panel makes of them (confusion,
calibration, worst samples) is computed where it is shown.
"""

# N samples, C classes, K numbers

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.engine.calls import Calls
from studio.runs.events import Event, Snapshot

from .plane import everywhere
from .probe import Probe, ProbeSpec, Sight
from .tensors import array_of

SAMPLES = 1000
MOST_CLASSES = 256
MOST_NUMBERS = 8
SHOWN = 24
_NEAR = 1e-3


@dataclass(frozen=True, slots=True)
class _Answer:
    """One output that answers one target: their places, and the column of the data."""

    output: int
    target: int
    column: str


class PredictionProbe(Probe):
    """Tells probabilities or numbers for held samples.

    Options: ``samples`` (how many at most). Snapshots of kind ``predictions``, whose block is the
    target column. Of classes: arrays ``classes`` (N, what is right), ``scores`` (N×C,
    probabilities), and of numbers ``values`` and ``wanted`` (N×K); both with ``rows`` (N, which
    samples of the data they are) and, for the samples that are worst, least certain or changed
    since the last look, ``shown`` (their places) and ``inputs`` (what was put in: bytes for
    images, tokens, or numbers; notes ``inputs`` names their column, ``as`` says which). Where one
    or two numbers are put in, what is said everywhere comes too (``plane``).
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._calls = Calls(sight.network)
        self._answers: list[_Answer] | None = None
        self._before: dict[str, Tensor] = {}
        self._count = 0

    @property
    def blind(self) -> bool:
        """Whether no output was found that answers a target."""
        return self._answers == []

    def between(self, step: int) -> Sequence[Event]:
        """Return a snapshot for every target that is answered."""
        samples = self.sight.samples
        if not self._count:
            self._count = self.affordable(self.whole("samples", SAMPLES))
        rows = samples.held_rows(self._count)
        inputs, targets = samples.batch(rows)
        given = self.sight.network.module(*inputs)
        outputs = [*given] if isinstance(given, tuple) else [given]
        if self._answers is None:
            self._answers = [*answers_of(self.sight, outputs, targets)]
        return [
            self._snapshot(answer, step, rows, inputs, (outputs[answer.output], targets))
            for answer in self._answers
        ]

    def _snapshot(
        self,
        answer: _Answer,
        step: int,
        rows: Tensor,
        inputs: Sequence[Tensor],
        told: tuple[Tensor, Sequence[Tensor]],
    ) -> Snapshot:
        output, target = told[0].float(), told[1][answer.target]
        if target.is_floating_point():
            values = output.reshape(len(output), -1)
            wanted = target.reshape(len(target), -1).float()
            arrays = {"values": values, "wanted": wanted}
            shown = (values - wanted).abs().amax(dim=1).argsort(descending=True)[:SHOWN]
        else:
            scores = probabilities(output)
            arrays = {"scores": scores, "classes": target.reshape(-1).long()}
            shown = self._interesting(answer.column, scores, arrays["classes"])
        arrays |= {"rows": rows, "shown": shown, **self._everywhere(answer, inputs, target)}
        notes: dict[str, str] = {}
        if inputs:
            name = self.sight.samples.columns[0].name
            notes = {"inputs": name, "as": form_of(inputs[0])}
            arrays["inputs"] = small(inputs[0][shown], notes["as"])
        return Snapshot(
            kind="predictions",
            block=answer.column,
            step=step,
            arrays={name: array_of(value) for name, value in arrays.items()},
            notes=notes,
        )

    def _everywhere(
        self, answer: _Answer, inputs: Sequence[Tensor], target: Tensor
    ) -> dict[str, Tensor]:
        """Return what is said over the whole range of one or two numbers, if that is put in."""
        found = everywhere(self.sight.network.module, inputs, answer.output)
        if "plane" in found and not target.is_floating_point():
            side = len(found["plane"])
            scores = probabilities(found["plane"].reshape(side * side, -1))
            found["plane"] = scores.reshape(side, side, -1)
        return found

    def _interesting(self, column: str, scores_NC: Tensor, classes_N: Tensor) -> Tensor:
        """Return the places of the worst, the least certain and the changed samples."""
        right = scores_NC.gather(1, classes_N[:, None]).squeeze(1)
        said = scores_NC.argmax(dim=1)
        entropy = -(scores_NC * scores_NC.clamp(min=1e-12).log()).sum(dim=1)
        before = self._before.get(column)
        self._before[column] = said
        found = [right.argsort()[:SHOWN], entropy.argsort(descending=True)[:SHOWN]]
        if before is not None:
            found.append((said != before).nonzero().squeeze(1)[:SHOWN])
        places: Tensor = torch.cat(found).unique()
        return places


def probabilities(output: Tensor) -> Tensor:
    """Return N×C probabilities of what may be logits, probabilities or their logarithms.

    One number a sample is the score of the second of two classes.
    """
    if output.ndim == 1 or output.shape[1] == 1:
        second = output.reshape(-1)
        inside = bool(((second >= 0) & (second <= 1)).all())
        second = second if inside and _varied(second) else second.sigmoid()
        return torch.stack([1 - second, second], dim=1)
    sums = output.sum(dim=1)
    if bool((output >= 0).all()) and bool(((sums - 1).abs() < _NEAR).all()):
        return output
    return output.softmax(dim=1)  # of logarithms of probabilities, it gives those back


def _varied(value: Tensor) -> bool:
    """Tell numbers that were squashed between 0 and 1 from scores that happen to lie there."""
    return bool(value.max() - value.min() > _NEAR) or bool(((value - 0.5).abs() > 0.25).any())


def answers_of(
    sight: Sight, outputs: Sequence[object], targets: Sequence[Tensor]
) -> Iterator[_Answer]:
    """Find for every target of classes or numbers the first output of a fitting shape."""
    columns = sight.samples.target_columns
    free = [at for at, output in enumerate(outputs) if isinstance(output, Tensor)]
    for place, (column, target) in enumerate(zip(columns, targets, strict=True)):
        fits = (at for at in free if _fits(outputs[at], target, column.limit))
        found = next(fits, None)
        if found is not None:
            yield _Answer(found, place, column.name)


def _fits(output: object, target: Tensor, limit: int | None) -> bool:
    if not isinstance(output, Tensor) or not output.is_floating_point():
        return False
    if target.is_floating_point():
        numbers = target[0].numel()
        return output.shape == target.shape and numbers <= MOST_NUMBERS
    if target.ndim != 1 or len(output) != len(target):
        return False
    classes = limit or (2 if target.dtype == torch.bool else 0)
    single = output.ndim == 1 or (output.ndim == 2 and output.shape[1] == 1)
    if classes == 2 and single:
        return True
    return output.ndim == 2 and 1 < output.shape[1] == classes <= MOST_CLASSES


def form_of(column: Tensor) -> str:
    """Return what samples of a column are to be shown as: images, numbers or tokens."""
    if column.ndim == 4 and column.shape[1] in {1, 3}:
        return "images"
    return "numbers" if column.is_floating_point() else "tokens"


def small(inputs: Tensor, form: str) -> Tensor:
    """Return images as bytes, each from its darkest to its brightest; anything else as it is."""
    if form != "images":
        return inputs
    low = inputs.amin(dim=(1, 2, 3), keepdim=True)
    high = inputs.amax(dim=(1, 2, 3), keepdim=True)
    shares = (inputs - low) / (high - low).clamp(min=1e-12)
    return (shares * 255).round().to(torch.uint8)


SPEC = ProbeSpec(id="predictions", title="The predictions", make=PredictionProbe, per_sec=1.0)
