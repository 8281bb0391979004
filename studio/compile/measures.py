"""Measures: what a program tells beside its losses, and of how much of a batch it is the mean."""

import ast
from collections.abc import Iterator, Sequence
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
    kept = {call.node.id: (call, _tuple(expression(call.spec.call, call))) for call in plan.metrics}
    taken = [*(info.name for info in infos), "loss", *(_titled(call) for call in plan.metrics)]
    jobs = tuple(_job(call, taken) for call in plan.metrics)
    return Measures(measures.metrics, measures.counts, tuple(infos), kept, jobs)


def _wanted(plan: Plan) -> Iterator[tuple[Call, Metric, str]]:
    for call in plan.losses:
        for metric in call.spec.metrics:
            source = expression(metric.source, call)
            if source:
                yield call, metric, source


def _titled(call: Call) -> str:
    """Return what a metric is called: as the person named it, else as its kind is."""
    named = call.node.title != call.node.id
    return (call.node.title if named else call.spec.title).replace("/", " ")


def _tuple(source: str) -> str:
    several = isinstance(ast.parse(source, mode="eval").body, ast.Tuple)
    return f"({source})" if several else f"({source},)"


def _job(call: Call, taken: Sequence[str]) -> ScoreJob:
    scoring = call.spec.scoring
    assert scoring is not None, call.spec.id
    title = _titled(call)
    return ScoreJob(
        name=f"{title} of {call.node.id}" if taken.count(title) > 1 else title,
        block=call.node.id,
        function=scoring.function,
        params=dict(call.params),
        unit=scoring.unit,
        higher_is_better=scoring.higher_is_better,
        requires=scoring.requires,
        written=bool(scoring.writes) and call.params.flag(scoring.writes),
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
