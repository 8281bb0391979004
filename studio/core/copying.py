"""Copying: a part of a drawing put in once more, here or in another file.

An instance brings its definition along. A definition that is already there, value for value, is
used; another one of the same id comes in under an id of its own.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from .composites import Composite, composite_of, kind_of, used_by
from .edits import AddNodes
from .graph import End, Graph, Node, NodeId, Wire
from .marks import Frame
from .names import fresh_ids

Composites = Mapping[str, Composite]


def piece_of(graph: Graph, ids: Collection[NodeId], frames: Collection[str] = ()) -> Graph:
    """Return some blocks with the wires between them, ready to be pasted."""
    graph.known(ids)
    inside = {end for end, source in graph.feeds.items() if {end.node, source.node} <= {*ids}}
    return Graph(
        {
            id_: replace(node, shares=node.shares if node.shares in ids else "")
            for id_, node in graph.nodes.items()
            if id_ in ids
        },
        {end: graph.feeds[end] for end in inside},
        {end: points for end, points in graph.bends.items() if end in inside},
        {id_: frame for id_, frame in graph.frames.items() if id_ in frames},
    )


def pasted(
    graph: Graph,
    piece: Graph,
    *,
    dx: float,
    dy: float,
    brought: Composites | None = None,
    known: Composites | None = None,
) -> AddNodes:
    """Return the edit that adds a shifted copy of ``piece`` with ids and titles new to ``graph``.

    Wires inside the piece are kept; those that left it are not. ``brought`` are the composites of
    the experiment that the piece comes from, ``known`` those of the one it goes to.
    """
    composites, kinds = imported(used_by(piece, brought or {}), brought or {}, known or {})
    copy = _Copy(graph, piece, kinds, dx, dy)
    nodes = copy.nodes()
    return AddNodes(
        nodes,
        tuple(
            Wire(copy.end(source), copy.end(target))
            for source, target in piece.wires
            if source.node in copy.ids and target.node in copy.ids
        ),
        label="Paste" if len(nodes) != 1 else f"Paste {nodes[0].title}",
        composites=composites,
        bends={
            copy.end(end): tuple((x + dx, y + dy) for x, y in points)
            for end, points in piece.bends.items()
        },
        frames=copy.frames(),
    )


def imported(
    wanted: Iterable[str], brought: Composites, known: Composites
) -> tuple[tuple[Composite, ...], dict[str, str]]:
    """Return the composites to add, inner ones first, and the new kind of every renamed kind.

    ``wanted`` names composites of ``brought`` so that inner ones stand first.
    """
    kinds: dict[str, str] = {}
    added: dict[str, Composite] = {}
    for id_ in wanted:
        taken = {**known, **added}
        composite = replace(brought[id_], graph=_with_kinds(brought[id_].graph, kinds))
        twin = next((old for old in taken.values() if replace(old, id=id_) == composite), None)
        if twin is None and id_ in taken:
            composite = replace(composite, id=fresh_ids(f"{id_.rstrip('0123456789')}", taken)[0])
        if twin is None:
            added[composite.id] = composite
        kinds[kind_of(id_)] = (twin or composite).kind
    return tuple(added.values()), {old: new for old, new in kinds.items() if old != new}


@dataclass(frozen=True, slots=True)
class _Copy:
    graph: Graph
    piece: Graph
    kinds: Mapping[str, str]
    dx: float
    dy: float
    ids: dict[NodeId, NodeId] = field(default_factory=dict)

    def nodes(self) -> tuple[Node, ...]:
        titles = {node.title for node in self.graph.nodes.values()}
        found = []
        for node in self.piece.nodes.values():
            stem = node.title.rstrip("0123456789") or node.title
            title = node.title if node.title not in titles else fresh_ids(stem, titles)[0]
            titles.add(title)
            id_stem = node.id.rstrip("0123456789") or node.id
            id_ = fresh_ids(id_stem, {*self.graph.nodes, *self.ids.values()})[0]
            self.ids[node.id] = id_
            kind = self.kinds.get(node.kind, node.kind)
            found.append(
                replace(
                    node, id=id_, title=title, kind=kind, x=node.x + self.dx, y=node.y + self.dy
                )
            )
        return tuple(replace(node, shares=self.ids.get(node.shares, "")) for node in found)

    def end(self, end: End) -> End:
        return End(self.ids[end.node], end.port)

    def frames(self) -> tuple[Frame, ...]:
        taken = {*self.graph.frames}
        found = []
        for frame in self.piece.frames.values():
            id_ = fresh_ids(frame.id.rstrip("0123456789") or "frame", taken)[0]
            taken.add(id_)
            found.append(replace(frame, id=id_, x=frame.x + self.dx, y=frame.y + self.dy))
        return tuple(found)


def _with_kinds(graph: Graph, kinds: Mapping[str, str]) -> Graph:
    renamed = [
        replace(node, kind=kinds[node.kind])
        for node in graph.nodes.values()
        if composite_of(node.kind) and node.kind in kinds
    ]
    return graph.put(*renamed) if renamed else graph
