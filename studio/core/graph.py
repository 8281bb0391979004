"""Graph: blocks and wires as an immutable value. Selection, zoom and run state are not in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeAlias

from .ends import End, NodeId, Wire, closed_up
from .errors import GraphError
from .marks import Bends, Frame, View
from .names import WANTED_ID, fits_as_id, fresh_ids, natural
from .params import Value
from .shapes import slot_of

__all__ = [
    "End",
    "Graph",
    "Mode",
    "Node",
    "NodeId",
    "Wire",
    "closed_up",
    "fits_as_id",
    "fresh_ids",
]

Mode: TypeAlias = Literal["", "bypass", "freeze", "disable"]
"""How a block takes part: as drawn, passing its input on, with fixed weights, or not at all."""


@dataclass(frozen=True, slots=True)
class Node:
    """A block as placed: which kind, what it is called, what is set, where it stands.

    ``params`` holds only what differs from the declaration's defaults or was set by hand;
    ``x`` and ``y`` are canvas units of the card's top left corner. ``shares`` is the block of the
    same graph whose weights this one uses, empty for weights of its own; ``repeat`` stacks so many
    of them, each with weights of its own (inside a composite it may be an expression). ``weights``
    says how its weights begin and learn (``learning.WEIGHTS``), where that is not the usual.
    """

    id: NodeId
    kind: str
    title: str
    params: Mapping[str, Value] = field(default_factory=dict)
    x: float = 0.0
    y: float = 0.0
    mode: Mode = ""
    shares: NodeId = ""
    repeat: int | str = 1
    weights: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Blocks by id, and for each wired input the output that feeds it.

    An input takes one wire; a port that takes several has slots ``x.0``, ``x.1``, ….
    ``bends`` are the points a wire runs through, by the input it ends at; ``frames`` and
    ``bookmarks`` are for the eye alone.
    """

    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    feeds: Mapping[End, End] = field(default_factory=dict)
    bends: Bends[End] = field(default_factory=dict)
    frames: Mapping[str, Frame] = field(default_factory=dict)
    bookmarks: Mapping[str, View] = field(default_factory=dict)

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
            self.feeds.items(),
            key=lambda item: (item[0].node, slot_of(item[0].port), item[0].port),
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

        A path is followed to its end before the next begins, so that a branch stays together. A
        block that shares weights stands after their owner, unless it leads to it.
        """
        shared = {node.id: node.shares for node in self.nodes.values() if node.shares in self.nodes}
        order = self._ordered(shared)
        return order if len(order) == len(self.nodes) or not shared else self._ordered({})

    def _ordered(self, also_after: Mapping[NodeId, NodeId]) -> tuple[NodeId, ...]:
        before = {node: {end.node for end in ins.values()} for node, ins in self.inputs_of.items()}
        after = {node: {end.node for end in ends} for node, ends in self.consumers_of.items()}
        for node, owner in also_after.items():
            before[node].add(owner)
            after[owner].add(node)
        waiting = {node: len(nodes) for node, nodes in before.items()}
        ready = _last_first(node for node, missing in waiting.items() if not missing)
        order: list[NodeId] = []
        while ready:
            node = ready.pop()
            order.append(node)
            freed = []
            for follower in after[node]:
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
            raise GraphError(f"expected a block id {WANTED_ID}, received {unfit!r}")
        return replace(self, nodes={**self.nodes, **{node.id: node for node in nodes}})

    def put(self, *nodes: Node) -> "Graph":
        """Replace blocks by others of the same ids."""
        same_owners = all(
            node.shares == known.shares
            for node, known in zip(nodes, self.known(node.id for node in nodes), strict=True)
        )
        graph = replace(self, nodes={**self.nodes, **{node.id: node for node in nodes}})
        # What is known of the wiring stays true: the same blocks, the same wires.
        names = _WIRING if same_owners else _WIRING - {"order"}
        graph.__dict__.update((name, self.__dict__[name]) for name in names & self.__dict__.keys())
        return graph

    def mark(
        self,
        *,
        frames: Mapping[str, Frame] | None = None,
        bookmarks: Mapping[str, View] | None = None,
        bends: Bends[End] | None = None,
    ) -> "Graph":
        """Change what is there for the eye alone; bends of inputs without a wire are left out."""
        graph = replace(
            self,
            frames=self.frames if frames is None else frames,
            bookmarks=self.bookmarks if bookmarks is None else bookmarks,
            bends=self.bends
            if bends is None
            else {end: points for end, points in bends.items() if points and end in self.feeds},
        )
        graph.__dict__.update(
            (name, self.__dict__[name]) for name in _WIRING & self.__dict__.keys()
        )
        return graph

    def remove(self, *ids: NodeId) -> "Graph":
        """Take blocks away, and every wire that touches them.

        Of those that used the weights of one taken away, the first becomes their owner.
        """
        self.known(ids)
        gone = set(ids)
        cut = self.disconnect(*(wire.target for wire in self.wires_of(ids)))
        left = {id_: node for id_, node in self.nodes.items() if id_ not in gone}
        return replace(cut, nodes={**left, **_inherited(self.nodes, left)})

    def connect(self, *wires: Wire) -> "Graph":
        """Join ports; an input that was taken is taken over, slots are counted without gaps.

        Raises:
            GraphError: an end is missing, or the wire would make a loop.
        """
        self.known(end.node for wire in wires for end in wire)
        feeds = {**self.feeds, **{wire.target: wire.source for wire in wires}}
        kept = {end: points for end, points in self.bends.items() if feeds[end] == self.feeds[end]}
        feeds, bends = closed_up(feeds, kept)
        graph = replace(self, feeds=feeds, bends=bends)
        if len(graph.order) != len(graph.nodes):
            names = " and ".join(self.nodes[wire.target.node].title for wire in wires[:3])
            raise GraphError(f"this wire would make a loop through {names}")
        return graph

    def disconnect(self, *targets: End) -> "Graph":
        """Free inputs; slots of a port that takes several close up."""
        feeds, bends = closed_up(
            {target: source for target, source in self.feeds.items() if target not in targets},
            self.bends,
        )
        return replace(self, feeds=feeds, bends=bends)

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


def _inherited(before: Mapping[NodeId, Node], left: Mapping[NodeId, Node]) -> dict[NodeId, Node]:
    """Return the blocks left whose weights' owner is gone, with their new owner or on their own."""
    changed: dict[NodeId, Node] = {}
    for gone in before.keys() - left.keys():
        owner = before[gone]
        bereft = sorted((id_ for id_, node in left.items() if node.shares == gone), key=natural)
        heir = next((id_ for id_ in bereft if left[id_].kind == owner.kind), "")
        changed |= {id_: replace(left[id_], shares=heir) for id_ in bereft}
        if heir:
            changed[heir] = replace(
                left[heir],
                shares="",
                params=owner.params,
                repeat=owner.repeat,
                weights=owner.weights,
            )
    return changed


def _last_first(nodes: Iterable[NodeId]) -> list[NodeId]:
    found = list(nodes)
    return sorted(found, key=natural, reverse=True) if len(found) > 1 else found
