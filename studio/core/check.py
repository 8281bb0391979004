"""check: shapes at every port, parameters, multiply–accumulates, and every problem in the drawing.

Pure Python and incremental: a block is looked at again only if it or a shape before it changed. An
instance is checked by checking its composite's graph with the shapes that arrive and the values of
its parameters; equal instances are checked once.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from .catalog import Catalog
from .columns import column_for, columns_of
from .composites import Composite, composite_of, instances
from .experiment import Data, Experiment
from .expressions import Names
from .facts import BlockFacts, Checked
from .graph import Graph, Node, NodeId
from .inferring import Inferring, Place
from .params import Value, complete
from .problems import Level, Problem, stray_wires
from .recipes import Column
from .scope import Scope, live
from .shapes import Shape
from .sharing import owner_of, unlike
from .training_problems import unfit_beside

__all__ = [
    "BlockFacts",
    "Checked",
    "Checker",
    "Level",
    "Problem",
    "check",
    "column_for",
    "columns_of",
]

Given: TypeAlias = Mapping[str, Shape | None]
_Key: TypeAlias = tuple[str, tuple[object, ...], tuple[object, ...]]

_REMEMBERED = 4096
"""Instances of different shapes or values whose findings are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class _Version:
    """A composite with all inside it, as one thing that is either the same or another."""

    composite: Composite
    inside: tuple["_Version", ...]


_Seen: TypeAlias = tuple[Node, Node, _Version | None, Data | None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out of a block, and everything it was found out from."""

    seen: _Seen
    inputs: Given
    facts: BlockFacts

    def holds(self, seen: _Seen, inputs: Given) -> bool:
        same = all(ours is theirs for ours, theirs in zip(self.seen, seen, strict=True))
        return same and self.inputs == inputs


@dataclass(slots=True)
class _Memory:
    """The last findings for one graph under one set of arriving shapes and values."""

    graph: Graph
    live: Graph
    version: _Version | None
    checked: Checked
    known: dict[NodeId, _Known]
    data: Data | None
    versions: Mapping[str, _Version]

    def holds(self, graph: Graph, data: Data | None, versions: Mapping[str, _Version]) -> bool:
        """Tell whether the same would be found again: at most, blocks stand elsewhere."""
        if data is not self.data or versions is not self.versions:
            return False
        before = self.graph
        if graph.feeds is not before.feeds or graph.nodes.keys() != before.nodes.keys():
            return False
        pairs = zip(graph.nodes.values(), before.nodes.values(), strict=True)
        return all(node is known or _elsewhere(node, known) for node, known in pairs)

    def comparable(
        self, alive: Graph, data: Data | None, versions: Mapping[str, _Version]
    ) -> Mapping[NodeId, Node]:
        """Return the blocks as they were, if their wires and all around them are the same."""
        same = self.live is self.graph and alive.feeds is self.graph.feeds
        return self.graph.nodes if same and data is self.data and versions is self.versions else {}


class Checker:
    """Checks experiments against a catalog, and remembers what did not change."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._scope = Scope(catalog, {})
        self._versions: dict[str, _Version] = {}
        self._memories: dict[_Key, _Memory] = {}
        self._columns: tuple[Data, tuple[Column, ...]] | None = None
        self._version = catalog.version

    def check(self, experiment: Experiment) -> Checked:
        """Return shapes, counts and problems; blocks in the graph's order."""
        self._refresh(experiment)
        checked = self._graph(("", (), ()), experiment.graph, {}, None, experiment.data)
        unfit = tuple(unfit_beside(experiment, self._catalog, checked))
        return replace(checked, problems=unfit + checked.problems) if unfit else checked

    def inside(self, experiment: Experiment, composite: str) -> Checked:
        """Return the findings for a composite's graph, as its first instance has them.

        Without an instance nothing is known of the values that arrive.
        """
        checked = self.check(experiment)
        found = _first(experiment, experiment.graph, checked, composite)
        if found is not None:
            return found
        known = experiment.composites[composite]
        return self._composite(known, {}, complete(known.params, {}))

    def columns(self, data: Data) -> tuple[Column, ...]:
        """Return the columns that the chosen data give; none while no known data are chosen."""
        if self._columns is None or self._columns[0] is not data:
            self._columns = (data, columns_of(data, self._catalog))
        return self._columns[1]

    def _refresh(self, experiment: Experiment) -> None:
        if self._version != self._catalog.version:
            self._memories, self._columns, self._version = {}, None, self._catalog.version
        if self._scope.composites is not experiment.composites:
            self._scope = Scope(self._catalog, experiment.composites)
            versions: dict[str, _Version] = {}
            for id_ in experiment.composites:
                self._version_of(id_, experiment.composites, versions)
            self._versions = versions

    def _version_of(
        self, id_: str, composites: Mapping[str, Composite], found: dict[str, _Version]
    ) -> _Version:
        if id_ not in found:
            composite = composites[id_]
            inner = sorted(instances(composite.graph) & composites.keys())
            inside = tuple(self._version_of(name, composites, found) for name in inner)
            last = self._versions.get(id_)
            same = last and last.composite is composite and _identical(last.inside, inside)
            found[id_] = last if last and same else _Version(composite, inside)
        return found[id_]

    def _composite(
        self, composite: Composite, given: Given, values: Mapping[str, Value]
    ) -> Checked:
        key = (
            composite.id,
            tuple(sorted(given.items(), key=lambda item: item[0])),
            tuple((name, type(value), value) for name, value in values.items()),
        )
        memory = self._memories.get(key)
        if memory and memory.version is self._versions[composite.id]:
            return memory.checked
        return self._graph(key, composite.graph, given, values, None)

    def _graph(
        self, key: _Key, graph: Graph, given: Given, names: Names, data: Data | None
    ) -> Checked:
        memory = self._memories.pop(key, None)
        if memory and not key[0] and memory.holds(graph, data, self._versions):
            self._memories[key] = memory
            return memory.checked
        alive = memory.live if memory and memory.graph is graph else live(graph, self._scope)
        inferring = Inferring(self._scope, names, given, self._composite, self._columns_of(data))
        blocks, known = self._found(memory, alive, inferring, data)
        if alive is not graph:
            blocks = inferring.with_absent(graph, blocks)
        checked = _summed(blocks)
        version = self._versions.get(key[0])
        self._memories[key] = _Memory(graph, alive, version, checked, known, data, self._versions)
        while len(self._memories) > _REMEMBERED:
            del self._memories[next(iter(self._memories))]
        return checked

    def _found(
        self, memory: _Memory | None, alive: Graph, inferring: Inferring, data: Data | None
    ) -> tuple[dict[NodeId, BlockFacts], dict[NodeId, _Known]]:
        """Look at every block that, or before which something, is not as it was."""
        blocks: dict[NodeId, BlockFacts] = {}
        known: dict[NodeId, _Known] = {}
        before = memory.comparable(alive, data, self._versions) if memory else {}
        last_known, last_blocks = (memory.known, memory.checked.blocks) if memory else ({}, {})
        fresh: set[NodeId] = set()  # the blocks that others see change
        for id_ in alive.order:
            node = alive.nodes[id_]
            if id_ in before and _as_before(alive, node, before[id_], fresh):
                known[id_], blocks[id_] = last_known[id_], last_blocks[id_]
                continue
            seen = (node, owner_of(alive, node), self._versions.get(composite_of(node.kind)), data)
            inputs = _shapes_into(alive, id_, blocks)
            last = last_known.get(id_)
            if last is None or not last.holds(seen, inputs) or node.shares:
                facts = inferring.facts(Place(alive, node, inputs, blocks))
                last = _Known(seen, inputs, facts)
            known[id_] = last
            blocks[id_] = _completed(last.facts, alive, node, blocks, inputs)
            if id_ in before and not _seems_same(node, before[id_], blocks[id_], last_blocks[id_]):
                fresh.add(id_)
        return blocks, known

    def _columns_of(self, data: Data | None) -> tuple[Column, ...] | None:
        if data is None or data.source.kind not in self._catalog.sources:
            return None
        return self.columns(data)


def _as_before(graph: Graph, node: Node, before: Node, fresh: Collection[NodeId]) -> bool:
    """Tell whether the same would be found of a block whose wiring is the same."""
    if node.shares or not (node is before or _elsewhere(node, before)):
        return False
    return not fresh or not any(end.node in fresh for end in graph.inputs_of[node.id].values())


def _seems_same(node: Node, before: Node, facts: BlockFacts, last: BlockFacts) -> bool:
    """Tell whether a block seems the same to those after it: by name and by what it gives."""
    return node.title == before.title and facts.outputs == last.outputs


def _elsewhere(node: Node, before: Node) -> bool:
    """Tell whether two placed blocks differ in their places alone."""
    return replace(node, x=before.x, y=before.y) == before


def check(experiment: Experiment, catalog: Catalog) -> Checked:
    """Check an experiment once; keep a Checker where it is checked often."""
    return Checker(catalog).check(experiment)


def _summed(blocks: Mapping[NodeId, BlockFacts]) -> Checked:
    return Checked(
        blocks,
        tuple(problem for facts in blocks.values() for problem in facts.problems),
        sum(facts.parameters for facts in blocks.values()),
        sum(facts.macs for facts in blocks.values()),
        sum(facts.trainable for facts in blocks.values()),
    )


def _first(
    experiment: Experiment, graph: Graph, checked: Checked, composite: str
) -> Checked | None:
    for id_, facts in checked.blocks.items():
        if facts.inside is None:
            continue
        inner = composite_of(graph.nodes[id_].kind)
        if inner == composite:
            return facts.inside
        found = _first(experiment, experiment.composites[inner].graph, facts.inside, composite)
        if found is not None:
            return found
    return None


def _completed(
    facts: BlockFacts,
    graph: Graph,
    node: Node,
    blocks: dict[NodeId, BlockFacts],
    inputs: Given,
) -> BlockFacts:
    """Add the problems that are known only from other blocks: stray wires, weights that differ."""
    more: tuple[Problem, ...] = ()
    if None in inputs.values():
        sources = {end.node for end in graph.inputs_of[node.id].values()}
        more = tuple(stray_wires(graph, node, {id_: blocks[id_].outputs for id_ in sources}))
    if node.shares:
        more += tuple(unlike(graph, node, {**blocks, node.id: facts}))
    return replace(facts, problems=facts.problems + more) if more else facts


def _shapes_into(
    graph: Graph, id_: NodeId, blocks: Mapping[NodeId, BlockFacts]
) -> dict[str, Shape | None]:
    return {
        port: blocks[end.node].outputs.get(end.port) for port, end in graph.inputs_of[id_].items()
    }


def _identical(ours: Iterable[object], theirs: Iterable[object]) -> bool:
    ours, theirs = list(ours), list(theirs)
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(one is other for one, other in pairs)
