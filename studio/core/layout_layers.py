"""Layers: blocks in columns, long wires as lanes through them, ordered so that few wires cross.

After Sugiyama, Tagawa and Toda 1981. What is seen now is where the search begins, and it is left
only for something with fewer crossings, so that a small edit changes the order little.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Mapping
from typing import NamedTuple

from .composites import PORT_IN, PORT_OUT, PORTS
from .graph import End, Graph, NodeId
from .names import natural
from .params import Value

_SWEEPS = 12
_PATIENCE = 4
"""Sweeps without a gain after which the search is over."""


class Link(NamedTuple):
    """A piece of a wire between neighbouring columns; ``leaves`` and ``arrives`` are how far below
    the top of a block its ports stand.
    """

    left: int
    right: int
    leaves: float
    arrives: float


class Lane(NamedTuple):
    """What stands in a column: a block (of this index), or where the wires of an output pass."""

    column: int
    source: End | None = None


class Ports:
    """How far below the tops of their cards ports stand; without being told, in the middle."""

    def __init__(self, told: Mapping[tuple[End, bool], float], heights: Mapping[NodeId, float]):
        self._told, self._heights = told, heights

    def below(self, end: End, *, output: bool) -> float:
        """Return how far a port stands below the top of its card."""
        told = self._told.get((end, output))
        return self._heights[end.node] / 2 if told is None else told


class Layers:
    """The cells of a drawing: the first ``len(ids)`` are blocks, the others lanes."""

    def __init__(self, graph: Graph, chosen: Collection[NodeId], ports: Ports) -> None:
        self.graph = graph
        self.ids = [id_ for id_ in graph.order if id_ in chosen]
        self.cell = {id_: place for place, id_ in enumerate(self.ids)}
        column = _columns(graph, self.ids)
        self.lanes = [Lane(column[id_]) for id_ in self.ids]
        self.links: list[Link] = []
        self.passes: dict[tuple[End, int], int] = {}
        for target, source in sorted(graph.feeds.items()):
            if target.node in self.cell and source.node in self.cell:
                self._span(source, target, ports)
        self.links.sort()
        self.columns: list[list[int]] = [[] for _ in range(max(column.values()) + 1)]
        seen = self._seen(ports)
        for cell in sorted(range(len(self.lanes)), key=seen.__getitem__):
            self.columns[self.lanes[cell].column].append(cell)
        for cells in self.columns:
            self._ports_kept(cells)

    def is_block(self, cell: int) -> bool:
        """Tell whether a cell is a block, not a lane."""
        return cell < len(self.ids)

    def lane_of(self, source: End, target: End) -> list[int]:
        """Return the cells through which a wire passes between its blocks."""
        begin = self.lanes[self.cell[source.node]].column
        end = self.lanes[self.cell[target.node]].column
        return [self.passes[source, column] for column in range(begin + 1, end)]

    def _span(self, source: End, target: End, ports: Ports) -> None:
        """Join two blocks; the wires of one output share a lane."""
        last, goal = self.cell[source.node], self.cell[target.node]
        leaves = ports.below(source, output=True)
        for column in range(self.lanes[last].column + 1, self.lanes[goal].column):
            cell = self.passes.get((source, column))
            if cell is None:
                cell = self.passes[source, column] = len(self.lanes)
                self.lanes.append(Lane(column, source))
                self.links.append(Link(last, cell, leaves, 0.0))
            last, leaves = cell, 0.0
        self.links.append(Link(last, goal, leaves, ports.below(target, output=False)))

    def _seen(self, ports: Ports) -> list[tuple[float, int]]:
        """Return by cell the height at which it is seen now, blocks by their tops."""
        nodes, bends = self.graph.nodes, self.graph.bends
        seen = [(nodes[id_].y, place) for place, id_ in enumerate(self.ids)]
        seen += [(0.0, cell) for cell in range(len(self.ids), len(self.lanes))]
        longest: dict[End, End] = {}
        for target, source in sorted(self.graph.feeds.items()):
            if (source, self._column(target) - 1) in self.passes:
                known = longest.get(source)
                if known is None or self._column(known) < self._column(target):
                    longest[source] = target
        for source, target in longest.items():
            start = nodes[source.node].y + ports.below(source, output=True)
            stop = nodes[target.node].y + ports.below(target, output=False)
            across = self.lane_of(source, target)
            for place, cell in enumerate(across):
                share = (place + 1) / (len(across) + 1)
                y = start + (stop - start) * share
                if target in bends:
                    x = nodes[source.node].x * (1 - share) + nodes[target.node].x * share
                    y = min(bends[target], key=lambda bend: abs(bend[0] - x))[1]
                seen[cell] = (y, cell)
        return seen

    def _column(self, end: End) -> int:
        return self.lanes[self.cell[end.node]].column if end.node in self.cell else -1

    def _ports_kept(self, cells: list[int]) -> None:
        """Keep ports of a composite in their order where their heights say it."""
        groups: dict[tuple[str, Value], list[int]] = {}
        for at, cell in enumerate(cells):
            if self.is_block(cell):
                node = self.graph.nodes[self.ids[cell]]
                if node.kind in PORTS:
                    key = node.kind, node.params.get("order", 0)
                    groups.setdefault(key, []).append(at)
        for places in groups.values():
            ordered = sorted((cells[at] for at in places), key=self._port_order)
            for at, cell in zip(places, ordered, strict=True):
                cells[at] = cell

    def _port_order(self, cell: int) -> tuple[float, tuple[tuple[int, str], ...]]:
        node = self.graph.nodes[self.ids[cell]]
        return node.y, natural(node.id)

    def order(self) -> None:
        """Order the columns so that few wires cross."""
        best = [list(cells) for cells in self.columns]
        least, waited = self.crossings(), 0
        leftward: dict[int, list[Link]] = {}
        rightward: dict[int, list[Link]] = {}
        for link in self.links:
            rightward.setdefault(link.left, []).append(link)
            leftward.setdefault(link.right, []).append(link)
        for sweep in range(_SWEEPS):
            if not least or waited == _PATIENCE:
                break
            self._swept(leftward if sweep % 2 == 0 else rightward, forwards=sweep % 2 == 0)
            count, waited = self.crossings(), waited + 1
            if count < least:
                best, least, waited = [list(cells) for cells in self.columns], count, 0
        self.columns = best

    def _swept(self, beside: Mapping[int, list[Link]], *, forwards: bool) -> None:
        place = self.places()
        for cells in self.columns if forwards else reversed(self.columns):
            keys: dict[int, tuple[float, int]] = {}
            for cell in cells:
                around = [
                    place[link.left] + link.leaves * 1e-4
                    if forwards
                    else place[link.right] + link.arrives * 1e-4
                    for link in beside.get(cell, ())
                ]
                wanted = sum(around) / len(around) if around else float(place[cell])
                keys[cell] = (wanted, place[cell])
            cells.sort(key=keys.__getitem__)
            self._ports_kept(cells)
            for at, cell in enumerate(cells):
                place[cell] = at

    def places(self) -> list[int]:
        """Return by cell its place in its column, from the top."""
        place = [0] * len(self.lanes)
        for cells in self.columns:
            for at, cell in enumerate(cells):
                place[cell] = at
        return place

    def crossings(self) -> int:
        """Return how many pieces of wires cross one another."""
        place = self.places()
        between: dict[int, list[tuple[int, float, int, float]]] = {}
        for left, right, leaves, arrives in self.links:
            row = (place[left], leaves, place[right], arrives)
            between.setdefault(self.lanes[left].column, []).append(row)
        count = 0
        for rows in between.values():
            rows.sort()
            before: list[tuple[int, float]] = []
            for _, _, at, arrives in rows:
                if before and before[-1] > (at, arrives):
                    count += len(before) - bisect_left(before, (at, arrives + 1e-9))
                    insort(before, (at, arrives))
                else:
                    before.append((at, arrives))
        return count


def _columns(graph: Graph, order: list[NodeId]) -> dict[NodeId, int]:
    """Return the column of every block: as far left as its inputs let it stand, but right before
    what it feeds if more wires would get shorter than longer; ports stand at the edges.
    """
    column: dict[NodeId, int] = {}
    chosen = set(order)
    before = {id_: {end.node for end in graph.inputs_of[id_].values()} & chosen for id_ in order}
    after = {id_: {end.node for end in graph.consumers_of[id_]} & chosen for id_ in order}
    first = int(any(graph.nodes[id_].kind == PORT_IN for id_ in order))
    for id_ in order:
        least = 0 if graph.nodes[id_].kind == PORT_IN else first
        column[id_] = max((column[other] + 1 for other in before[id_]), default=least)
        column[id_] = max(column[id_], least)
    for id_ in reversed(order):
        if len(after[id_]) > len(before[id_]) and graph.nodes[id_].kind != PORT_IN:
            column[id_] = min(column[other] for other in after[id_]) - 1
    last = max(column.values())
    outs = [id_ for id_ in order if graph.nodes[id_].kind == PORT_OUT]
    if any(column[id_] == last for id_ in order if id_ not in outs):
        last += bool(outs)
    column |= dict.fromkeys(outs, last)
    # A drawing may be wrong, as with a wire into a port where values enter: no column stays empty.
    place = {number: at for at, number in enumerate(sorted(set(column.values())))}
    return {id_: place[number] for id_, number in column.items()}
