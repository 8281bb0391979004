"""Measures: what a program tells beside its losses, and of how much of a batch it is the mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from studio.core.blocks import Metric
from studio.runs.spec import MetricInfo, ScoreJob

from .plan import Call, Plan
from .template import expression

Entry: TypeAlias = tuple[Call, str]
"""The loss that declares it, and the expression."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The entries of ``metrics`` and ``counts`` by their keys, and what is known of each metric."""

    metrics: dict[str, Entry] = field(default_factory=dict)
    counts: dict[str, Entry] = field(default_factory=dict)
    infos: tuple[MetricInfo, ...] = ()
    scored: dict[str, Entry] = field(default_factory=dict)
    scores: tuple[ScoreJob, ...] = ()


def measures_of(plan: Plan) -> Measures:
    """Return what the losses of a plan declare."""
    found = list(_wanted(plan))
    names = [metric.name for _, metric, _ in found]
    overs = {call.node.id: (call, expression(call.spec.over, call)) for call in plan.losses}
    measures = Measures(counts={key: entry for key, entry in overs.items() if entry[1]})
    infos = []
    for call, metric, source in found:
        # The loss's title tells apart metrics of the same name.
        full = f"{metric.name} of {call.node.id}"
        name = full if names.count(metric.name) > 1 else metric.name
        over = expression(metric.over, call)
        if over:
            measures.counts[full] = call, over
        if metric.combine == "mean":
            measures.metrics[name] = call, source
        infos.append(_info(name, call, metric, full if over else ""))
    kept = {call.node.id: (call, f"({expression(call.spec.call, call)},)") for call in plan.metrics}
    jobs = tuple(_job(call, {info.name for info in infos}) for call in plan.metrics)
    return Measures(measures.metrics, measures.counts, tuple(infos), kept, jobs)


def _wanted(plan: Plan) -> Iterator[tuple[Call, Metric, str]]:
    for call in plan.losses:
        for metric in call.spec.metrics:
            source = expression(metric.source, call)
            if source:
                yield call, metric, source


def _job(call: Call, taken: set[str]) -> ScoreJob:
    scoring = call.spec.scoring
    assert scoring is not None, call.spec.id
    # The person's own name for it; a metric of a loss or the loss itself keeps theirs.
    title = call.node.title.replace("/", " ")
    name = f"{title} ({call.node.id})" if title in {*taken, "loss"} else title
    return ScoreJob(
        name=name,
        block=call.node.id,
        function=scoring.function,
        params=dict(call.params),
        unit=scoring.unit,
        higher_is_better=scoring.higher_is_better,
        requires=scoring.requires,
    )


def _info(name: str, call: Call, metric: Metric, over: str) -> MetricInfo:
    return MetricInfo(
        name=name,
        loss=call.node.id,
        unit=metric.unit,
        higher_is_better=metric.higher_is_better,
        combine=metric.combine,
        over=over,
        per_batch=metric.per_batch,
    )
