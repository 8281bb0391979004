"""Sketch: a drawing written down block by block, each behind the one before it."""

from studio.core.cards import cards_of
from studio.core.catalog import Catalog
from studio.core.experiment import Experiment
from studio.core.graph import End, Graph, Node, NodeId, Wire
from studio.core.layout import laid_out
from studio.core.names import fresh_ids
from studio.core.params import Value


class Sketch:
    """Blocks and wires as they come; ``graph`` is the drawing, laid out."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._nodes: list[Node] = []
        self._wires: list[Wire] = []

    def add(
        self, kind: str, *after: NodeId, title: str = "", into: str = "", **params: Value
    ) -> NodeId:
        """Place a block that is fed by the first outputs of others, and return its id."""
        spec = self._catalog.blocks[kind]
        id_ = fresh_ids(spec.name_stem, [node.id for node in self._nodes])[0]
        taken = [node.title for node in self._nodes]
        named = title if title and title not in taken else fresh_ids(spec.name_stem, taken)[0]
        self._nodes.append(Node(id_, kind, named, dict(params)))
        for place, source in enumerate(after):
            port = into or spec.inputs[0].name
            many = bool(spec.inputs) and spec.inputs[0].many and not into
            self.wire(source, id_, f"{port}.{place}" if many else port)
        return id_

    def wire(self, source: NodeId, target: NodeId, port: str) -> None:
        """Join the first output of a block with an input."""
        kind = next(node.kind for node in self._nodes if node.id == source)
        output = self._catalog.blocks[kind].outputs[0].name
        self._wires.append(Wire(End(source, output), End(target, port)))

    def graph(self) -> Graph:
        """Return the drawing, laid out as the canvas would."""
        graph = Graph().add(*self._nodes).connect(*self._wires)
        cards = cards_of(graph, self._catalog)
        return laid_out(graph, sizes=cards.sizes, ports=cards.ports)(Experiment(graph=graph)).graph
