"""Balance: classes of which some are so rare that ignoring them costs next to nothing."""

from collections.abc import Iterator
from math import log

from studio.core.text import percent
from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.data_cures import weigh_classes
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom
from studio.runs.targets import TargetFacts

EVENNESS = 0.5
"""Entropy of the classes against that of even ones, below which it is worth a word."""


def _find(case: Case) -> Iterator[Symptom]:
    facts = _uneven(case)
    weighed = any(
        node.params.get("class_weights") or node.params.get("pos_weight", 1) != 1
        for node in case.experiment.graph.nodes.values()
        if node.kind.startswith("loss.")
    )
    if facts is None or weighed:
        return
    counts, total = facts.counts, sum(facts.counts)
    most, least = max(counts), min(counts)
    yield Symptom(
        says=f"{percent(most / total)} of the training samples are of class {counts.index(most)}, "
        f"and {percent(least / total, 1)} of class {counts.index(least)}: always naming the first "
        "is right as often",
        evidence=(
            Evidence(
                panel="accuracy",
                series="validation/accuracy",
                step=case.record.step,
                says=f"the classes' entropy is {percent(facts.entropy / log(facts.classes))} of "
                f"even ones', below {percent(EVENNESS)}",
            ),
        ),
    )


def _uneven(case: Case) -> TargetFacts | None:
    for facts in case.started.targets if case.started else ():
        if sum(facts.counts) and facts.entropy < EVENNESS * log(max(facts.classes, 2)):
            return facts
    return None


def _cures(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    facts = _uneven(case)
    if facts is not None:
        yield from weigh_classes(case, facts.counts)


IMBALANCE = Rule(
    id="balance.classes",
    title="Class imbalance",
    rank=65,
    why="The loss is a mean over samples, so that a rare class has hardly a say in it, and the "
    "gradient teaches what is common. An accuracy close to the share of the commonest class then "
    "looks good and is worth nothing.",
    paper="He, Garcia 2009: Learning from imbalanced data; Shannon evenness after TheDeepChecker's "
    "label perplexity, limit 0.5",
    find=_find,
    cures=_cures,
    level="hint",
)
