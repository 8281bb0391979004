"""Graph: blocks and wires as an immutable value. Selection, zoom and run state are not in it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, TypeAlias

from .errors import GraphError
from .params import Value
from .shapes import slot_of

NodeId: TypeAlias = str


class End(NamedTuple):
    """One end of a wire: a port of a block."""

    node: NodeId
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


class Wire(NamedTuple):
    """A connection from an output to an input."""

    source: End
    target: End

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True, slots=True)
class Node:
    """A block as placed: which kind, what it is called, what is set, where it stands.

    ``params`` holds only what differs from the declaration's defaults or was set by hand;
    ``x`` and ``y`` are canvas units of the card's top left corner.
    """

    id: NodeId
    kind: str
    title: str
    params: Mapping[str, Value] = field(default_factory=dict)
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Graph:
    """Blocks by id, and for each wired input the output that feeds it.

    An input takes one wire; a port that takes several has slots ``x.0``, ``x.1``, ….
    """

    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    feeds: Mapping[End, End] = field(default_factory=dict)

    @property
    def wires(self) -> Iterator[Wire]:
        """All wires, in the order of the file."""
        return (Wire(source, target) for target, source in sorted(self.feeds.items()))

    def wires_of(self, nodes: Iterable[NodeId]) -> list[Wire]:
        """Return the wires that start or end at any of ``nodes``."""
        chosen = set(nodes)
        return [
            wire for wire in self.wires if wire.source.node in chosen or wire.target.node in chosen
        ]

    @cached_property
    def inputs_of(self) -> Mapping[NodeId, Mapping[str, End]]:
        """For each block its wired inputs by port, slots in order."""
        found: dict[NodeId, dict[str, End]] = {node: {} for node in self.nodes}
        for target, source in sorted(
            self.feeds.items(), key=lambda item: (item[0].node, slot_of(item[0].port))
        ):
            found[target.node][target.port] = source
        return found

    @cached_property
    def consumers_of(self) -> Mapping[NodeId, tuple[End, ...]]:
        """For each block the inputs that its outputs feed."""
        found: dict[NodeId, list[End]] = {node: [] for node in self.nodes}
        for target, source in sorted(self.feeds.items()):
            found[source.node].append(target)
        return {node: tuple(ends) for node, ends in found.items()}

    @cached_property
    def order(self) -> tuple[NodeId, ...]:
        """Blocks so that each stands after what feeds it; the same for equal graphs.

        A path is followed to its end before the next begins, so that a branch stays together.
        """
        waiting = {
            node: len({end.node for end in ins.values()}) for node, ins in self.inputs_of.items()
        }
        ready = _last_first(node for node, missing in waiting.items() if not missing)
        order: list[NodeId] = []
        while ready:
            node = ready.pop()
            order.append(node)
            freed = []
            for follower in {end.node for end in self.consumers_of[node]}:
                waiting[follower] -= 1
                if not waiting[follower]:
                    freed.append(follower)
            ready += _last_first(freed)
        return tuple(order)

    def reaches(self, start: NodeId, goal: NodeId) -> bool:
        """Tell whether following wires from ``start`` leads to ``goal``."""
        seen, todo = {start}, [start]
        while todo:
            node = todo.pop()
            if node == goal:
                return True
            fresh = {end.node for end in self.consumers_of[node]} - seen
            seen |= fresh
            todo.extend(fresh)
        return False

    # Change: each returns a new graph and leaves this one as it is.

    def add(self, *nodes: Node) -> "Graph":
        """Place new blocks.

        Raises:
            GraphError: an id is taken, or is not fit for an address.
        """
        ids = Counter(node.id for node in nodes)
        taken = sorted(id_ for id_, times in ids.items() if id_ in self.nodes or times > 1)
        if taken:
            raise GraphError(f"expected new block ids, received {', '.join(taken)} again")
        unfit = next((id_ for id_ in ids if not fits_as_id(id_)), None)
        if unfit is not None:
            raise GraphError(f"expected a block id without dots and spaces, received {unfit!r}")
        return Graph({**self.nodes, **{node.id: node for node in nodes}}, self.feeds)

    def put(self, *nodes: Node) -> "Graph":
        """Replace blocks by others of the same ids."""
        self.known(node.id for node in nodes)
        graph = Graph({**self.nodes, **{node.id: node for node in nodes}}, self.feeds)
        # What is known of the wiring stays true: the same blocks, the same wires.
        graph.__dict__.update(
            (name, self.__dict__[name]) for name in _WIRING & self.__dict__.keys()
        )
        return graph

    def remove(self, *ids: NodeId) -> "Graph":
        """Take blocks away, and every wire that touches them."""
        self.known(ids)
        cut = self.disconnect(*(wire.target for wire in self.wires_of(ids)))
        return Graph({id_: node for id_, node in self.nodes.items() if id_ not in ids}, cut.feeds)

    def connect(self, *wires: Wire) -> "Graph":
        """Join ports; an input that was taken is taken over, slots are counted without gaps.

        Raises:
            GraphError: an end is missing, or the wire would make a loop.
        """
        self.known(end.node for wire in wires for end in wire)
        feeds = {**self.feeds, **{wire.target: wire.source for wire in wires}}
        graph = Graph(self.nodes, closed_up(feeds))
        if len(graph.order) != len(graph.nodes):
            names = " and ".join(self.nodes[wire.target.node].title for wire in wires[:3])
            raise GraphError(f"this wire would make a loop through {names}")
        return graph

    def disconnect(self, *targets: End) -> "Graph":
        """Free inputs; slots of a port that takes several close up."""
        feeds = {target: source for target, source in self.feeds.items() if target not in targets}
        return Graph(self.nodes, closed_up(feeds))

    def rename(self, node: NodeId, title: str) -> "Graph":
        """Give a block another title."""
        return self.put(*(replace(known, title=title) for known in self.known([node])))

    def known(self, ids: Iterable[NodeId]) -> list[Node]:
        """Return the blocks of these ids.

        Raises:
            GraphError: there is no such block.
        """
        ids = list(ids)
        missing = [id_ for id_ in ids if id_ not in self.nodes]
        if missing:
            raise GraphError(f"expected blocks of this graph, received {', '.join(missing)}")
        return [self.nodes[id_] for id_ in ids]


_WIRING = {"inputs_of", "consumers_of", "order"}


def closed_up(feeds: Mapping[End, End]) -> dict[End, End]:
    """Return the wires with the slots of every port that takes several counted from 0."""
    if not any("." in target.port for target in feeds):
        return dict(feeds)
    closed: dict[End, End] = {}
    taken: dict[End, int] = {}
    for target in sorted(feeds, key=lambda end: slot_of(end.port)):
        stem, dot, _ = target.port.partition(".")
        if dot:
            slot = taken.get(End(target.node, stem), 0)
            taken[End(target.node, stem)] = slot + 1
            closed[End(target.node, f"{stem}.{slot}")] = feeds[target]
        else:
            closed[target] = feeds[target]
    return closed


def fits_as_id(id_: str) -> bool:
    """Tell whether an id can stand in an address such as ``conv1.x``."""
    return re.fullmatch(r"[^\s.]+", id_) is not None


def fresh_ids(stem: str, taken: Iterable[str], *, number: int = 1) -> list[str]:
    """Return ``number`` names ``stem1``, ``stem2``, … that are not taken, the lowest first."""
    taken = set(taken)
    names: list[str] = []
    count = 1
    while len(names) < number:
        name = f"{stem}{count}"
        if name not in taken:
            names.append(name)
        count += 1
    return names


def _last_first(nodes: Iterable[NodeId]) -> list[NodeId]:
    found = list(nodes)
    return sorted(found, key=_natural, reverse=True) if len(found) > 1 else found


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key under which ``conv2`` stands before ``conv10``."""
    parts = re.split(r"(\d+)", name)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)
