"""Cards: how large they are drawn and where their ports stand, in canvas units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .arranging import Size
from .blocks import BlockSpec
from .catalog import Catalog
from .graph import End, Graph, NodeId
from .wiring import input_ends

WIDTH = 176.0
ANCHOR_Y = 38.0
"""Where a lone port stands: the same on every card, so that a row of cards has straight wires."""
ROW = 20.0
HEAD, HEAD_WITH_SUMMARY, FOOT = 28.0, 46.0, 8.0


@dataclass(frozen=True, slots=True)
class PortPlace:
    """A port and how far below the card's top it stands; ``row`` is -1 for a lone one."""

    name: str
    y: float
    row: int


@dataclass(frozen=True, slots=True)
class Geometry:
    """The height of a card, and its ports from top to bottom.

    ``arrivals`` and ``departures`` tell by name how far below the top inputs and outputs stand.
    """

    height: float
    head: float
    inputs: tuple[PortPlace, ...]
    outputs: tuple[PortPlace, ...]
    arrivals: Mapping[str, float] = field(init=False, compare=False, repr=False)
    departures: Mapping[str, float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrivals", {place.name: place.y for place in self.inputs})
        object.__setattr__(self, "departures", {place.name: place.y for place in self.outputs})

    def y_of(self, name: str, *, output: bool) -> float:
        """Return where a port stands; ports nobody declared stand where a lone one does."""
        return (self.departures if output else self.arrivals).get(name, ANCHOR_Y)

    def row_y(self, row: int) -> float:
        """Return the middle of a row of ports."""
        return self.head + ROW * (row + 0.5)


@lru_cache(maxsize=4096)
def geometry(inputs: tuple[str, ...], outputs: tuple[str, ...], *, summary: bool) -> Geometry:
    """Lay out a card with these ports."""
    head = HEAD_WITH_SUMMARY if summary else HEAD
    rows = max(1, len(inputs) if len(inputs) > 1 else 1, len(outputs) if len(outputs) > 1 else 1)
    return Geometry(head + ROW * rows + FOOT, head, _places(inputs, head), _places(outputs, head))


def geometry_of(graph: Graph, node: NodeId, spec: BlockSpec | None) -> Geometry:
    """Lay out the card of a placed block; a placeholder shows the ports that are wired."""
    if spec is None:
        used = {graph.feeds[target].port for target in graph.consumers_of[node]}
        return geometry(tuple(graph.inputs_of[node]), tuple(sorted(used)), summary=True)
    inputs = tuple(input_ends(graph, node, spec))
    return geometry(inputs, tuple(port.name for port in spec.outputs), summary=bool(spec.summary))


def _places(names: tuple[str, ...], head: float) -> tuple[PortPlace, ...]:
    if len(names) == 1:
        return (PortPlace(names[0], ANCHOR_Y, -1),)
    return tuple(PortPlace(name, head + ROW * (i + 0.5), i) for i, name in enumerate(names))


class Layouts:
    """Lays out many cards of a drawing; what all cards of a kind share is looked up once."""

    def __init__(self, graph: Graph, scope: Catalog) -> None:
        self._graph, self._scope = graph, scope
        self._kinds: dict[str, tuple[BlockSpec | None, Geometry | None]] = {}

    def of(self, node: NodeId) -> tuple[Geometry, BlockSpec | None]:
        """Return how the card of a block is laid out, and what declares the block."""
        kind = self._graph.nodes[node].kind
        known = self._kinds.get(kind)
        if known is None:
            spec = self._scope.block(kind)
            alike = spec is not None and not any(port.many for port in spec.inputs)
            shared = geometry_of(self._graph, node, spec) if alike else None
            known = self._kinds[kind] = (spec, shared)
        spec, layout = known
        return layout or geometry_of(self._graph, node, spec), spec


@dataclass(frozen=True, slots=True)
class Cards:
    """The sizes of all cards of a drawing, and how far below their tops wired ports stand."""

    sizes: Mapping[NodeId, Size]
    ports: Mapping[tuple[End, bool], float]


def cards_of(graph: Graph, scope: Catalog) -> Cards:
    """Measure the cards of a drawing; ``scope`` knows the composites in it too."""
    layouts = Layouts(graph, scope)
    cards = {id_: layouts.of(id_)[0] for id_ in graph.nodes}
    sizes = {id_: (WIDTH, card.height) for id_, card in cards.items()}
    ports: dict[tuple[End, bool], float] = {}
    for target, source in graph.feeds.items():
        ports[target, False] = cards[target.node].y_of(target.port, output=False)
        ports[source, True] = cards[source.node].y_of(source.port, output=True)
    return Cards(sizes, ports)
