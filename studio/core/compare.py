"""Comparing: what differs between two versions of an experiment, as data and in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from .compare_marks import SIGNS, MarkDifference, as_named, marks_between
from .document import diff
from .experiment import Choice, Dashboard, Experiment, Objective
from .graph import Graph, Node, NodeId, Wire
from .params import Value, show
from .text import plural


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the same: its name, and how it reads before and after."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before or 'none'} → {self.after or 'none'}"


@dataclass(frozen=True, slots=True)
class GraphDifferences:
    """What differs in one graph; ``where`` is the composite's id, empty for the experiment's own.

    ``moved`` are blocks of which nothing but the place is different.
    """

    where: str
    title: str
    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: Mapping[NodeId, tuple[Difference, ...]] | None = None
    moved: tuple[NodeId, ...] = ()
    connected: tuple[Wire, ...] = ()
    disconnected: tuple[Wire, ...] = ()
    marks: tuple[MarkDifference, ...] = ()

    def __bool__(self) -> bool:
        parts = (self.added, self.removed, self.changed, self.connected, self.disconnected)
        return any(parts) or bool(self.moved or self.marks)


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two experiments."""

    graphs: tuple[GraphDifferences, ...]
    settings: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.graphs or self.settings)

    def lines(self) -> Iterator[str]:
        """Yield the differences in words, one a line."""
        for graph in self.graphs:
            yield from _lines(graph)
        for difference in self.settings:
            yield f"~ {difference}"


def compare(before: Experiment, after: Experiment) -> Differences:
    """Return what leads from one experiment to another."""
    wheres = ["", *sorted({*before.composites, *after.composites})]
    graphs = (_graphs(before, after, where) for where in wheres)
    return Differences(tuple(graph for graph in graphs if graph), tuple(_settings(before, after)))


def _graphs(before: Experiment, after: Experiment, where: str) -> GraphDifferences:
    change = diff(before, after, where)
    old, new = _graph(before, where), _graph(after, where)
    known = after.composites.get(where) or before.composites.get(where)
    changed = {id_: _changes(old.nodes[id_], new.nodes[id_]) for id_ in sorted(change.changed)}
    return GraphDifferences(
        where,
        known.title if known else "",
        tuple(new.nodes[id_] for id_ in sorted(change.added)),
        tuple(old.nodes[id_] for id_ in sorted(change.removed)),
        {id_: found for id_, found in changed.items() if found},
        tuple(id_ for id_ in changed if _stands(old, id_) != _stands(new, id_)),
        tuple(sorted(change.connected)),
        tuple(sorted(change.disconnected)),
        tuple(marks_between(old, new)),
    )


def _graph(experiment: Experiment, where: str) -> Graph:
    if not where:
        return experiment.graph
    return experiment.composites[where].graph if where in experiment.composites else Graph()


def _stands(graph: Graph, id_: NodeId) -> tuple[float, float]:
    return graph.nodes[id_].x, graph.nodes[id_].y


def _changes(old: Node, new: Node) -> tuple[Difference, ...]:
    plain = ("title", "kind", "mode", "shares", "repeat")
    found = [
        Difference(name, str(getattr(old, name)), str(getattr(new, name)))
        for name in plain
        if getattr(old, name) != getattr(new, name)
    ]
    values = _values("", old.params, new.params), _values("weights.", old.weights, new.weights)
    return (*found, *values[0], *values[1])


def _settings(before: Experiment, after: Experiment) -> Iterator[Difference]:
    if before.title != after.title:
        yield Difference("title", before.title, after.title)
    if before.notes != after.notes:
        yield Difference(
            "notes",
            plural(len(before.notes.splitlines()), "line"),
            plural(len(after.notes.splitlines()), "line"),
        )
    yield from _composites(before, after)
    yield from _choice("data.source", before.data.source, after.data.source)
    yield from _values("data.", before.data.split, after.data.split)
    yield from _values("training.", before.training.settings, after.training.settings)
    yield from _objectives(before.training.objectives, after.training.objectives)
    yield from _dashboard(before.dashboard, after.dashboard)


def _dashboard(before: Dashboard, after: Dashboard) -> Iterator[Difference]:
    for panel in sorted({*before.panels, *after.panels}):
        old, new = before.panels.get(panel, {}), after.panels.get(panel, {})
        yield from _values(f"dashboard.{panel}.", old, new)
    if before.layout != after.layout:
        old_words = "as arranged" if before.layout else "default"
        new_words = "arranged otherwise" if after.layout else "default"
        yield Difference("dashboard.layout", old_words, new_words)


def _composites(before: Experiment, after: Experiment) -> Iterator[Difference]:
    for id_ in sorted({*before.composites, *after.composites}):
        old, new = before.composites.get(id_), after.composites.get(id_)
        if old is None or new is None:
            words = (old.title if old else "", new.title if new else "")
            yield Difference(f"composites.{id_}", *words)
            continue
        if old.title != new.title:
            yield Difference(f"composites.{id_}.title", old.title, new.title)
        if old.help != new.help:
            yield Difference(f"composites.{id_}.help", old.help, new.help)
        yield from _values(
            f"composites.{id_}.",
            {param.name: param.default for param in old.params},
            {param.name: param.default for param in new.params},
        )


def _objectives(
    before: tuple[Objective, ...], after: tuple[Objective, ...]
) -> Iterator[Difference]:
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    for name in dict.fromkeys((*old, *new)):
        place = f"training.{name}"
        if name not in old or name not in new:
            yield Difference(place, *(name if name in known else "" for known in (old, new)))
            continue
        one, two = old[name], new[name]
        yield from _choice(f"{place}.optimizer", one.optimizer, two.optimizer)
        yield from _choice(f"{place}.schedule", one.schedule, two.schedule)
        yield from _values(f"{place}.losses.", one.losses, two.losses)
        yield from _values(f"{place}.warm_ups.", one.warm_ups, two.warm_ups)
        yield from _values(f"{place}.", one.settings, two.settings)
        if one.blocks != two.blocks:
            yield Difference(f"{place}.blocks", ", ".join(one.blocks), ", ".join(two.blocks))


def _choice(name: str, before: Choice, after: Choice) -> Iterator[Difference]:
    if before.kind != after.kind:
        yield Difference(name, before.kind, after.kind)
    yield from _values(f"{name}.", before.params, after.params)


def _values(
    prefix: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        one, two = (
            show(values[name]) if name in values else "default" for values in (before, after)
        )
        if one != two:
            yield Difference(f"{prefix}{name}", one, two)


def _lines(graph: GraphDifferences) -> Iterator[str]:
    place = f"{graph.title} › " if graph.where else ""
    for node in graph.added:
        yield f"+ {place}{node.title} ({node.kind})"
    for node in graph.removed:
        yield f"- {place}{node.title} ({node.kind})"
    for id_, differences in (graph.changed or {}).items():
        yield from (f"~ {place}{id_}.{difference}" for difference in differences)
    yield from (f"+ {place}{wire}" for wire in graph.connected)
    yield from (f"- {place}{wire}" for wire in graph.disconnected)
    for mark in graph.marks:
        yield f"{SIGNS[mark.change]} {place}{mark.words}"
    if graph.moved:
        yield f"~ {place}{plural(len(graph.moved), 'block')} moved"


def as_data(differences: Differences) -> dict[str, object]:
    """Return the differences as plain named values, for JSON."""
    return {
        "graphs": [
            {
                "composite": graph.where,
                "added": [{"id": node.id, "kind": node.kind} for node in graph.added],
                "removed": [{"id": node.id, "kind": node.kind} for node in graph.removed],
                "changed": {
                    id_: [_named(one) for one in found]
                    for id_, found in (graph.changed or {}).items()
                },
                "moved": list(graph.moved),
                "connected": [str(wire) for wire in graph.connected],
                "disconnected": [str(wire) for wire in graph.disconnected],
                "marks": as_named(graph.marks),
            }
            for graph in differences.graphs
        ],
        "settings": [_named(one) for one in differences.settings],
    }


def _named(difference: Difference) -> dict[str, str]:
    return {field.name: getattr(difference, field.name) for field in fields(difference)}
