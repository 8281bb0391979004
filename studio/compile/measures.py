"""Measures: what a program tells beside its losses, and of how much of a batch it is the mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from studio.core.blocks import Metric
from studio.runs.spec import MetricInfo

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
    return Measures(measures.metrics, measures.counts, tuple(infos))


def _wanted(plan: Plan) -> Iterator[tuple[Call, Metric, str]]:
    for call in plan.losses:
        for metric in call.spec.metrics:
            source = expression(metric.source, call)
            if source:
                yield call, metric, source


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
