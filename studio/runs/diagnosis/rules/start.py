"""The start: a first loss that is worse than guessing."""

from collections.abc import Iterator

from studio.runs.diagnosis.anatomy import spots
from studio.runs.diagnosis.case import LOSS, Case
from studio.runs.diagnosis.cures import first_weights, normalise
from studio.runs.diagnosis.data_cures import standardise
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

DEVIATION = 1.0
"""(first − expected) / expected beyond which it is wrong; TheDeepChecker's ``dev_ratio``."""

FEWEST = 8
"""Samples of a batch below which a first loss says little."""


def _find(case: Case) -> Iterator[Symptom]:
    first, expected = case.first_loss, case.expected
    batch = case.settings.whole("batch_size") or case.samples("train")
    if first is None or expected is None or min(batch, case.samples("train")) < FEWEST:
        return
    # Whoever soon knows more than nothing has undone it: deep residual networks begin like that.
    if len(case.losses) and case.losses.least < expected.first:
        return
    if (first - expected.first) / expected.first > DEVIATION:
        blocks = tuple(layer.path for layer in case.layers[-1:])
        yield Symptom(
            says=f"The first loss is {first:.3g}, where knowing nothing costs "
            f"{expected.first:.3g} ({expected.words})",
            blocks=blocks,
            evidence=(
                Evidence(
                    panel="loss",
                    series=LOSS,
                    step=1,
                    says=f"{first:.3g} at step 1, more than twice {expected.first:.3g}",
                ),
            ),
        )


def _cures(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from first_weights(case, spots(case.experiment, {layer.kind for layer in case.layers}))
    yield from standardise(case)
    yield from normalise(case)


WRONG_LOSS = Rule(
    id="start.loss",
    title="Wrong initial loss",
    rank=20,
    why="A network that knows nothing ought to guess: with cross-entropy over K classes that costs "
    "ln K, with squared error the variance of the target. A larger first loss means that first "
    "weights, biases or inputs are too large, and the first steps are spent on undoing them.",
    paper="Karpathy 2019: A recipe for training neural networks; Ben Braiek, Khomh 2022: Testing "
    "feedforward neural networks training programs (TheDeepChecker), dev_ratio 1",
    find=_find,
    cures=_cures,
)
