"""Layout: layers from left to right, so that wires run forwards and no wire runs behind a card.

Columns and their order are found in ``layout_layers``, heights in ``layout_rows``; a wire that
would touch a card all the same is led along its lane by bends. Equal drawings give equal layouts,
and a small edit moves little: the order that a person sees is where the search begins.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from math import ceil

from .arranging import CARD, Size
from .cards import cards_of
from .catalog import Catalog
from .experiment import Experiment
from .graph import End, Graph, NodeId
from .layout_bends import Router, Stretch, ways_along
from .layout_layers import Layers, Ports
from .layout_rows import GRID, rows
from .layout_wrap import Band, Column, Crossing, banded, ways_between
from .marks import Bends, Point
from .rearranging import Rearrange
from .scope import Scope

GAP_X = 64.0
"""Between two columns, in canvas units."""


def laid_out(
    graph: Graph,
    ids: Collection[NodeId] | None = None,
    sizes: Mapping[NodeId, Size] | None = None,
    *,
    where: str = "",
    ports: Mapping[tuple[End, bool], float] | None = None,
    wrapped: bool = False,
) -> Rearrange:
    """Return the edit that lays out a graph, or some of its blocks where they stand now.

    ``sizes`` are those of the cards, in canvas units; ``ports`` says how far below a card's top an
    input (False) or output (True) stands. ``wrapped`` lays a long drawing out in several rows.
    """
    chosen = set(graph.nodes if ids is None else ids)
    graph.known(chosen)
    label = "Lay out in rows" if wrapped else "Lay out"
    label = label if ids is None else "Lay out selection" + " in rows" * wrapped
    if not chosen:
        return Rearrange(label=label, where=where)
    made = _Layout(graph, chosen, sizes or {}, ports or {}, wrapped=wrapped)
    to = made.positions()
    return Rearrange(to, bends=made.bends(), label=label, where=where)


def tidied(experiment: Experiment, catalog: Catalog) -> Experiment:
    """Return an experiment whose drawing, and every composite, is laid out as on the canvas."""
    for where in ("", *experiment.composites):
        graph = experiment.graph_at(where)
        if graph.nodes:
            cards = cards_of(graph, Scope(catalog, experiment.composites))
            edit = laid_out(graph, None, cards.sizes, where=where, ports=cards.ports)
            experiment = edit(experiment)
    return experiment


def folded(experiment: Experiment, catalog: Catalog) -> Experiment:
    """Return an experiment whose own drawing is laid out in rows, to be seen in little room."""
    graph = experiment.graph
    cards = cards_of(graph, Scope(catalog, experiment.composites))
    return laid_out(graph, None, cards.sizes, ports=cards.ports, wrapped=True)(experiment)


class _Layout:
    def __init__(
        self,
        graph: Graph,
        chosen: set[NodeId],
        sizes: Mapping[NodeId, Size],
        told: Mapping[tuple[End, bool], float],
        *,
        wrapped: bool,
    ) -> None:
        self._graph = graph
        self._sizes = {id_: sizes.get(id_, CARD) for id_ in chosen}
        heights = {id_: height for id_, (_, height) in self._sizes.items()}
        self._ports = Ports(told, heights)
        self._layers = layers = Layers(graph, chosen, self._ports)
        layers.order()
        self._tops = rows(layers, [heights[id_] for id_ in layers.ids])
        self._columns = self._measured()
        self._bands = banded(self._columns, self._crossings() if wrapped else (), wrapped=wrapped)
        self._band_of = [
            number for number, band in enumerate(self._bands) for _ in range(band.first, band.after)
        ]
        self._dx, self._dy = self._kept_place()

    def positions(self) -> dict[NodeId, Point]:
        """Return where every block comes to stand, its top left corner."""
        at = {id_: self._at(cell) for cell, id_ in enumerate(self._layers.ids)}
        return {id_: at[id_] for id_ in self._graph.nodes if id_ in at}

    def bends(self) -> Bends[End]:
        """Return the bends of every wire; most have none."""
        to = self.positions()
        rects = {
            id_: (x, y, x + self._sizes[id_][0], y + self._sizes[id_][1])
            for id_, (x, y) in to.items()
        }
        router = Router(rects)
        found: dict[End, tuple[Point, ...]] = {}
        for target, source in self._graph.feeds.items():
            if target.node in to and source.node in to:
                found[target] = self._bent(router, source, target)
        return found

    def _bent(self, router: Router, source: End, target: End) -> tuple[Point, ...]:
        layers = self._layers
        ends = layers.cell[source.node], layers.cell[target.node]
        (x, y), (goal_x, goal_y) = self._at(ends[0]), self._at(ends[1])
        start = x + self._sizes[source.node][0], y + self._ports.below(source, output=True)
        stop = goal_x, goal_y + self._ports.below(target, output=False)
        begin, end = (self._band_of[layers.lanes[cell].column] for cell in ends)
        if begin != end:
            bands = [self._moved(band) for band in self._bands]
            ways: Iterable[tuple[Point, ...]] = ways_between(bands, begin, end, start, stop)
        else:
            lane = [self._stretch(cell) for cell in layers.lane_of(source, target)]
            ways = ways_along(start, lane, stop)
        return router.best((source.node, target.node), start, stop, ways)

    def _stretch(self, cell: int) -> Stretch:
        x, y = self._at(cell)
        column = self._columns[self._layers.lanes[cell].column]
        return Stretch(x, x + column.right - column.left, y)

    def _at(self, cell: int) -> Point:
        column = self._layers.lanes[cell].column
        band = self._bands[self._band_of[column]]
        return (
            self._columns[column].left + band.dx + self._dx,
            self._tops[cell] + band.dy + self._dy,
        )

    def _moved(self, band: Band) -> Band:
        return replace(band, below=band.below + self._dy)

    def _kept_place(self) -> Point:
        """Return by how much all is moved, so that most blocks stay at their height."""
        nodes, layers = self._graph.nodes, self._layers
        first = [cell for cells in layers.columns[: self._bands[0].after] for cell in cells]
        blocks = [(nodes[layers.ids[cell]].y, cell) for cell in first if layers.is_block(cell)]
        down = sorted(round(y - self._tops[cell], 3) for y, cell in blocks)
        middle = down[(len(down) - 1) // 2]
        often = Counter(down)
        best = max(often, key=lambda by: (often[by], -abs(by - middle), by))
        left = min(nodes[id_].x for id_ in layers.ids)
        return round(left / GRID) * GRID, best

    def _measured(self) -> list[Column]:
        """Return where the columns stand beside one another, and how high they are."""
        found: list[Column] = []
        left = 0.0
        for cells in self._layers.columns:
            blocks = [cell for cell in cells if self._layers.is_block(cell)]
            sizes = {cell: self._sizes[self._layers.ids[cell]] for cell in blocks}
            right = left + ceil(max(size[0] for size in sizes.values()) / GRID) * GRID
            bottoms = [
                self._tops[cell] + (sizes[cell][1] if cell in sizes else 0) for cell in cells
            ]
            found.append(Column(left, right, min(self._tops[cell] for cell in cells), max(bottoms)))
            left = right + GAP_X
        return found

    def _crossings(self) -> list[Crossing]:
        layers = self._layers
        found = []
        for target, source in self._graph.feeds.items():
            if target.node in layers.cell and source.node in layers.cell:
                one, two = layers.cell[source.node], layers.cell[target.node]
                leaves = self._tops[one] + self._ports.below(source, output=True)
                arrives = self._tops[two] + self._ports.below(target, output=False)
                columns = layers.lanes[one].column, layers.lanes[two].column
                found.append(Crossing(*columns, leaves, arrives))
        return found
