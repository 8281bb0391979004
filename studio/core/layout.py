"""Layout: layers from left to right, so that wires run forwards and chains run straight.

After Sugiyama: a block's column is the longest way that leads to it, its row follows the mean of
its neighbours, and where those say nothing the order of the rows that a person sees now is kept,
so that a small edit moves little.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .arranging import CARD, Size
from .edits import Move
from .graph import Graph, NodeId

GAP_X = 64.0
GAP_Y = 32.0
_SWEEPS = 6
_GRID = 8.0


def laid_out(
    graph: Graph,
    ids: Collection[NodeId] | None = None,
    sizes: Mapping[NodeId, Size] | None = None,
    *,
    where: str = "",
) -> Move:
    """Return the move that lays out a graph, or some of its blocks where they stand now.

    ``sizes`` are those of the cards, in canvas units. Equal graphs give equal positions.
    """
    chosen = set(graph.nodes if ids is None else ids)
    graph.known(chosen)
    label = "Lay out" if ids is None else "Lay out selection"
    if not chosen:
        return Move({}, label=label, where=where)
    layers = _Layers(graph, chosen, sizes or {})
    placed = layers.placed()
    left = min(graph.nodes[id_].x for id_ in chosen)
    # Most blocks stay at their height, so that one more block does not move all the others.
    down = _median([graph.nodes[id_].y - _snapped(y) for id_, (_, y) in placed.items()]) or 0.0
    to = {id_: (_snapped(left + x), _snapped(y) + down) for id_, (x, y) in placed.items()}
    return Move({id_: to[id_] for id_ in graph.nodes if id_ in to}, label=label, where=where)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A place in a column: a block, or where a long wire passes by."""

    column: int
    block: NodeId
    bend: str = ""


class _Layers:
    def __init__(self, graph: Graph, chosen: set[NodeId], sizes: Mapping[NodeId, Size]) -> None:
        self._graph, self._sizes = graph, sizes
        order = [id_ for id_ in graph.order if id_ in chosen]
        self._column = _columns(graph, order, chosen)
        self._cells: dict[_Cell, None] = {_Cell(self._column[id_], id_): None for id_ in order}
        self._left: dict[_Cell, list[_Cell]] = {}
        self._right: dict[_Cell, list[_Cell]] = {}
        for wire in graph.wires:
            if wire.source.node in chosen and wire.target.node in chosen:
                self._span(wire.source.node, wire.target.node)
        count = max(self._column.values()) + 1
        self._columns: list[list[_Cell]] = [[] for _ in range(count)]
        for cell in self._cells:
            self._columns[cell.column].append(cell)

    def placed(self) -> dict[NodeId, tuple[float, float]]:
        """Return the position of every block."""
        self._order()
        rows = self._rows()
        widths = [self._width(column) for column in self._columns]
        starts = [sum(widths[:place]) + place * GAP_X for place in range(len(widths))]
        return {
            cell.block: (starts[cell.column], rows[cell] - self._height(cell) / 2)
            for column in self._columns
            for cell in column
            if not cell.bend
        }

    def _span(self, source: NodeId, target: NodeId) -> None:
        """Join two blocks through a place in every column between them."""
        begin, end = self._column[source], self._column[target]
        last = _Cell(begin, source)
        for column in range(begin + 1, end + 1):
            cell = _Cell(column, target) if column == end else _Cell(column, source, target)
            if cell not in self._cells:
                self._cells[cell] = None
            if last not in self._left.setdefault(cell, []):
                self._left[cell].append(last)
                self._right.setdefault(last, []).append(cell)
            last = cell

    def _order(self) -> None:
        """Order every column by where the neighbours stand, beginning with what is seen now."""
        for column in self._columns:
            column.sort(key=self._seen)
        for sweep in range(_SWEEPS):
            forwards = sweep % 2 == 0
            sides = self._left if forwards else self._right
            place = {cell: at for column in self._columns for at, cell in enumerate(column)}
            for column in self._columns if forwards else reversed(self._columns):
                wanted = {cell: _median([place[n] for n in sides.get(cell, ())]) for cell in column}
                keys = {
                    cell: (float(place[cell]) if want is None else want, place[cell])
                    for cell, want in wanted.items()
                }
                column.sort(key=keys.__getitem__)
                place |= {cell: at for at, cell in enumerate(column)}

    def _rows(self) -> dict[_Cell, float]:
        """Return the middle of every place: near its neighbours, none over another."""
        rows: dict[_Cell, float] = {}
        for forwards in (True, False, True):
            sides = self._left if forwards else self._right
            for column in self._columns if forwards else reversed(self._columns):
                wanted = [_median([rows[n] for n in sides.get(cell, ())]) for cell in column]
                kept = [
                    rows.get(cell) if want is None else want
                    for cell, want in zip(column, wanted, strict=True)
                ]
                rows |= self._settled(column, kept)
        return rows

    def _settled(self, column: list[_Cell], wanted: list[float | None]) -> dict[_Cell, float]:
        """Return middles in order and apart, each as near to what it wants as all can be.

        Places that push one another move as one, to the mean of what they want.
        """
        groups: list[tuple[float, list[tuple[_Cell, float]]]] = []
        for cell, want in zip(column, wanted, strict=True):
            aim = want
            if aim is None:
                aim = groups[-1][0] + self._reach(groups[-1][1], cell) if groups else 0.0
            group = (aim, [(cell, 0.0)])
            while groups and group[0] - self._reach(groups[-1][1], group[1][0][0]) < groups[-1][0]:
                group = self._joined(groups.pop(), group)
            groups.append(group)
        return {cell: start + offset for start, cells in groups for cell, offset in cells}

    def _joined(
        self,
        one: tuple[float, list[tuple[_Cell, float]]],
        two: tuple[float, list[tuple[_Cell, float]]],
    ) -> tuple[float, list[tuple[_Cell, float]]]:
        shift = self._reach(one[1], two[1][0][0])
        cells = [*one[1], *((cell, offset + shift) for cell, offset in two[1])]
        weight = len(one[1]), len(two[1])
        aim = (one[0] * weight[0] + (two[0] - shift) * weight[1]) / sum(weight)
        return aim, cells

    def _reach(self, cells: list[tuple[_Cell, float]], after: _Cell) -> float:
        """Return how far behind the first of a group the next place can begin."""
        last, offset = cells[-1]
        return offset + (self._height(last) + self._height(after)) / 2 + GAP_Y

    def _seen(self, cell: _Cell) -> tuple[float, NodeId, str]:
        nodes = self._graph.nodes
        y = nodes[cell.block].y
        if cell.bend:
            y = (y + nodes[cell.bend].y) / 2
        return y, cell.block, cell.bend

    def _height(self, cell: _Cell) -> float:
        return 0.0 if cell.bend else self._sizes.get(cell.block, CARD)[1]

    def _width(self, column: Iterable[_Cell]) -> float:
        widths = (self._sizes.get(cell.block, CARD)[0] for cell in column if not cell.bend)
        return max(widths, default=0.0)


def _columns(graph: Graph, order: list[NodeId], chosen: set[NodeId]) -> dict[NodeId, int]:
    """Return the column of every block; a source stands right before what it feeds first."""
    column: dict[NodeId, int] = {}
    for id_ in order:
        before = [column[end.node] for end in graph.inputs_of[id_].values() if end.node in chosen]
        column[id_] = max(before, default=-1) + 1
    for id_ in reversed(order):
        after = [column[end.node] for end in graph.consumers_of[id_] if end.node in chosen]
        if after and not any(end.node in chosen for end in graph.inputs_of[id_].values()):
            column[id_] = min(after) - 1
    return column


def _median(values: Sequence[float]) -> float | None:
    ordered, half = sorted(values), len(values) // 2
    if not values:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _snapped(value: float) -> float:
    return round(value / _GRID) * _GRID
