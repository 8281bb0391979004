"""Fitting: a network that learns its samples by heart, and one that is too small for them."""

from collections.abc import Iterator

import numpy as np

from studio.core.text import percent
from studio.runs.diagnosis.case import LOSS, Case
from studio.runs.diagnosis.cures import add_hidden, decay, drop_out, stop_early, widen
from studio.runs.diagnosis.figures import Floats
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

GAP, GAP_HIGH, HIGH = 0.10, 0.07, 0.9
"""Of the accuracies: 10 points, or 7 where training stands above 90 %: AutoTrainer."""

EPOCHS = 3
"""Epochs in a row that have to say the same; also Prechelt's UP₃."""

STRIP, QUOTIENT, LOST = 5, 0.75, 5.0
"""Prechelt's strip, his PQ, and the least generalisation loss in % that is worth a word."""

WELL = 0.5
"""Explained variance in training below which a gap to what is held out says little."""

POOR = 0.7
"""Training accuracy below which a settled network has not converged: AutoTrainer's Θ."""

UNEXPLAINED = 0.6
"""Share of the target's variance that is left, below which a regression fits."""

CHECKS, FALL = 5, 0.05
"""So many looks in which the loss falls by less than this share: it has settled."""


def _find_over(case: Case) -> Iterator[Symptom]:
    if not case.settled or len(case.record.epochs) < EPOCHS:
        return
    train, held = case.metric("train/accuracy"), case.metric("validation/accuracy")
    if np.isfinite(train).any() and np.isfinite(held).any():
        yield from _gap(case, train, held)
        return
    losses, held = case.metric(LOSS), case.metric("validation/loss")
    if case.expected is not None and case.expected.what == "values" and np.isfinite(held).all():
        yield from _unexplained(
            case, losses / case.expected.constant, held / case.expected.constant
        )
        return
    if len(losses) >= 2 * STRIP and np.isfinite(held).all() and (losses > 0).all():
        yield from _lost(case, losses, held)


def _gap(case: Case, train: Floats, held: Floats) -> Iterator[Symptom]:
    count = max(case.samples("validation"), 1)
    gaps = train - held
    limits = np.where(train > HIGH, GAP_HIGH, GAP)
    # Of few samples an accuracy is uncertain by this much.
    noise = 2 * np.sqrt(np.clip(held * (1 - held), 1 / count, None) / count)
    wide = gaps >= np.maximum(limits, noise)
    if not wide[-EPOCHS:].all():
        return
    first = int(np.argmax(wide))
    yield Symptom(
        says=f"It learns its samples by heart: {percent(train[-1])} right of those it trains on, "
        f"{percent(held[-1])} of those held out",
        evidence=(
            Evidence(
                panel="accuracy",
                series="validation/accuracy",
                step=int(case.steps_of_epochs[first]),
                says=f"{100 * gaps[-1]:.0f} points apart for {EPOCHS} epochs, above "
                f"{100 * limits[-1]:.0f}",
            ),
        ),
    )


def _unexplained(case: Case, train: Floats, held: Floats) -> Iterator[Symptom]:
    """Report a share of the target's variance that is explained of the one, not of the other."""
    count = max(case.samples("validation"), 2)
    # The variance of a mean of squares of so many samples, as of normal errors.
    limits = np.maximum(GAP, 2 * np.sqrt(2 / count) * held)
    wide = (held - train > limits) & (train < 1 - WELL)
    if not wide[-EPOCHS:].all():
        return
    first = int(np.argmax(wide))
    yield Symptom(
        says=f"It learns its samples by heart: {_share(train[-1])} of the variance explained where "
        f"it trains, {_share(held[-1])} where it does not",
        evidence=(
            Evidence(
                panel="loss",
                series="validation/loss",
                step=int(case.steps_of_epochs[first]),
                says=f"{100 * (held[-1] - train[-1]):.0f} points apart for {EPOCHS} epochs, above "
                f"{100 * limits[-1]:.0f}",
            ),
        ),
    )


def _share(left: float) -> str:
    return f"{percent(max(1 - left, 0))}"


def _lost(case: Case, losses: Floats, held: Floats) -> Iterator[Symptom]:
    quotients, lost = _progress_quotients(losses, held)
    best = int(np.argmin(held))
    if len(held) - best <= EPOCHS:
        return
    rises = np.convolve(np.diff(held[best:]) > 0, np.ones(EPOCHS), "valid")
    risen = bool((rises >= EPOCHS).any())
    if not (risen and (quotients[-EPOCHS:] > QUOTIENT).all() and (lost[-EPOCHS:] > LOST).all()):
        return
    yield Symptom(
        says=f"It learns its samples by heart: the validation loss was {held[best]:.3g} after "
        f"epoch {best + 1} and is {held[-1]:.3g}, while the training loss falls",
        evidence=(
            Evidence(
                panel="loss",
                series="validation/loss",
                step=int(case.steps_of_epochs[best]),
                says=f"{lost[-1]:.0f} % above its least, rising for {EPOCHS} epochs (PQ "
                f"{quotients[-1]:.2g}, above {QUOTIENT:g})",
            ),
        ),
    )


def _progress_quotients(losses: Floats, held: Floats) -> tuple[Floats, Floats]:
    """Return Prechelt's PQ = GL / P and GL for each epoch; 0 before there is a strip."""
    lost = 100 * (held / np.minimum.accumulate(held) - 1)
    quotients = np.zeros(len(losses))
    for end in range(STRIP, len(losses) + 1):
        strip = losses[end - STRIP : end]
        progress = 1000 * (strip.mean() / strip.min() - 1)
        quotients[end - 1] = lost[end - 1] / max(progress, 1e-9)
    return quotients, lost


def _cure_over(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from drop_out(case)
    yield from decay(case, 0.1)
    if not case.settings.whole("early_stopping"):
        yield stop_early(case, 5)


def _find_under(case: Case) -> Iterator[Symptom]:
    expected, losses = case.expected, case.losses
    if expected is None or expected.what not in {"classes", "values"} or len(losses) <= CHECKS:
        return
    done = case.record.ended is not None or len(case.record.epochs) * 2 >= case.epochs_planned
    if not done or losses.fall(CHECKS) >= FALL or any(_find_over(case)):
        return
    train = case.metric("train/accuracy")
    if expected.what == "classes" and np.isfinite(train).any():
        poor = float(np.nanmax(train)) < POOR
        says = f"only {percent(float(np.nanmax(train)))} of the samples it trains on are right"
    else:
        left = losses.least / expected.constant
        poor, says = left > UNEXPLAINED, f"{percent(left)} of the target's variance is left"
    if poor:
        yield Symptom(
            says=f"It cannot fit its own samples: the loss has settled, and {says}",
            evidence=(
                Evidence(
                    panel="loss",
                    series=LOSS,
                    step=int(losses.steps[-CHECKS - 1]),
                    says=f"less than {percent(FALL)} lower in {CHECKS} looks",
                ),
            ),
        )


def _cure_under(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from add_hidden(case)
    yield from widen(case)


OVERFITTING = Rule(
    id="fitting.over",
    title="Overfitting",
    rank=70,
    why="A network with room to spare learns what its samples have by chance, too, and that is "
    "worth nothing on others. Less room, noise, more samples, or an earlier end help.",
    paper="Prechelt 1998: Early stopping, but when?; Zhang et al. 2021: AutoTrainer; Srivastava et "
    "al. 2014: Dropout",
    find=_find_over,
    cures=_cure_over,
)

UNDERFITTING = Rule(
    id="fitting.under",
    title="Underfitting",
    rank=60,
    why="A network that cannot even fit the samples it trains on has too few units or layers, or "
    "no non-linearity where the classes need one. Or the inputs do not say enough, "
    "or labels are wrong: overfitting a few samples on purpose tells which.",
    paper="Goodfellow, Bengio, Courville 2016: Deep Learning, chapter 5.2; limit: AutoTrainer, Θ",
    find=_find_under,
    cures=_cure_under,
    level="hint",
)
