"""Expected: what a loss is while a network knows nothing, by what is drawn and what the data are.

Guessing all classes alike costs ln C with cross-entropy; always saying the mean costs the variance
with squared error.
"""

from dataclasses import dataclass
from math import log
from typing import Literal, TypeAlias

from studio.core.check import Checked
from studio.core.experiment import Experiment
from studio.runs.targets import TargetFacts

What: TypeAlias = Literal["classes", "tokens", "labels", "values"]

_CLASSES = frozenset({"loss.cross_entropy", "loss.nll", "loss.soft_cross_entropy"})
_LABELS = frozenset({"loss.bce_with_logits", "loss.bce"})
_SQUARES = frozenset({"loss.mse"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What the loss is to be at the first step, and what it is for the best constant answer."""

    what: What
    first: float
    constant: float
    words: str
    """Where ``first`` comes from, such as ``ln 10``."""
    classes: int = 0


def expected_loss(
    experiment: Experiment,
    checked: Checked,
    targets: tuple[TargetFacts, ...],
) -> Expected | None:
    """Return it where one loss is minimised and is of a kind whose theory is known; else None."""
    losses = [id_ for id_, node in experiment.graph.nodes.items() if node.kind.startswith("loss.")]
    losses = [id_ for id_ in losses if not checked.blocks[id_].absent]
    objectives = experiment.training.objectives
    if len(losses) != 1 or len(objectives) != 1 or objectives[0].warm_ups:
        return None
    (loss,) = losses
    weight = dict(objectives[0].losses).get(loss, 1.0)
    node = experiment.graph.nodes[loss]
    if weight != 1.0 or node.params.get("class_weights") or node.params.get("pos_weight", 1) != 1:
        return None
    facts = _facts_of(experiment, loss, targets)
    if node.kind in _CLASSES:
        return _of_classes(checked, loss, facts)
    if node.kind in _LABELS:
        return _of_labels(facts)
    return _of_values(facts) if node.kind in _SQUARES else None


def _of_classes(checked: Checked, loss: str, facts: TargetFacts | None) -> Expected | None:
    shapes = checked.blocks[loss].inputs
    scores = next((shape for port, shape in shapes.items() if port != "target"), None)
    count = scores.dims[-1] if scores is not None and scores.dims else None
    if scores is None or not isinstance(count, int) or count < 2:
        return None
    known = facts is not None and facts.entropy > 0 and facts.classes <= count
    constant = min(facts.entropy, log(count)) if facts is not None and known else log(count)
    what: What = "classes" if len(scores.dims) == 2 else "tokens"
    return Expected(what, log(count), constant, f"ln {count}", count)


def _of_labels(facts: TargetFacts | None) -> Expected:
    entropy = facts.entropy if facts is not None and 0 < facts.entropy <= log(2) else log(2)
    return Expected("labels", log(2), entropy, "ln 2", 2)


def _of_values(facts: TargetFacts | None) -> Expected | None:
    if facts is None or facts.variance <= 0:
        return None
    words = "the variance of the target"
    return Expected("values", facts.variance, facts.variance, words)


def _facts_of(
    experiment: Experiment, loss: str, targets: tuple[TargetFacts, ...]
) -> TargetFacts | None:
    """Return what is known of the column that a loss compares with."""
    source = experiment.graph.inputs_of[loss].get("target")
    if source is None or experiment.graph.nodes[source.node].kind != "io.target":
        return None
    column = str(experiment.graph.nodes[source.node].params.get("column", ""))
    named = [facts for facts in targets if facts.column == column]
    found = named or list(targets)
    return found[0] if len(found) == 1 else None
