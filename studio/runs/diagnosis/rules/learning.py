"""Learning that does not happen: a loss that stays where knowing nothing is."""

from collections.abc import Iterator

from studio.core.text import percent
from studio.runs.diagnosis.anatomy import spots
from studio.runs.diagnosis.case import LOSS, Case
from studio.runs.diagnosis.cures import first_weights, normalise, rate_to, slower
from studio.runs.diagnosis.figures import nice
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

CHECKS, FALL = 5, 0.05
"""So many looks in which the loss falls by less than this share: TheDeepChecker."""

FLOOR = 0.95
"""Of the loss of ignorance: below it something was learnt, and the rule says nothing."""


def _find(case: Case) -> Iterator[Symptom]:
    losses = case.losses
    if len(losses) <= CHECKS or not case.plain_learning or not case.ignorant(FLOOR):
        return
    if losses.fall(CHECKS) < FALL:
        level = case.ignorance or losses.least
        words = case.expected.words if case.expected else "the first loss"
        yield Symptom(
            says=f"Nothing is learnt: the loss stays at {losses.latest:.3g}, where the best "
            f"constant answer costs {level:.3g}",
            evidence=(
                Evidence(
                    panel="loss",
                    series=LOSS,
                    step=int(losses.steps[-CHECKS - 1]),
                    says=f"less than {percent(FALL)} lower in {CHECKS} looks, and never below "
                    f"{FLOOR:g} of {level:.3g} (from {words})",
                ),
            ),
        )


def _cures(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    found = spots(case.experiment, {layer.kind for layer in case.layers})
    yield from first_weights(case, found)
    if case.rate:
        yield rate_to(case, nice(case.rate * 10))
    yield from slower(case)
    yield from normalise(case)


NO_LEARNING = Rule(
    id="learning.none",
    title="No learning",
    rank=50,
    why="A network that has found anything out beats the best answer that looks at no input, which "
    "costs the entropy of the classes or the variance of the target. Where it does not, the rate "
    "does not fit, no gradient arrives, or inputs and targets do not belong together.",
    paper="Karpathy 2019: A recipe for training neural networks; limits: TheDeepChecker, 5 % in 5 "
    "checks",
    find=_find,
    cures=_cures,
    explains=("fitting.under",),
)
