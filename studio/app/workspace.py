"""Workspace: one open document with what all its views share, the findings and the selection."""

from collections.abc import Iterable

from studio.core.blocks import BlockSpec
from studio.core.catalog import Catalog
from studio.core.check import Checked, Checker
from studio.core.document import Diff, Document, diff
from studio.core.edits import AddNodes, Edit
from studio.core.errors import StudioError
from studio.core.fitting import fitted_params
from studio.core.graph import Graph, Node, NodeId, Wire, fresh_ids
from studio.core.recipes import Column
from studio.core.signal import Signal
from studio.core.wiring import refusal


class Workspace:
    """What the canvas, the inspector and the lists look at together.

    Selection, and which composite is open, are facts of the views and not of the experiment: they
    are never undone or saved. ``drawing_changed`` tells what differs in the graph that is open.
    """

    def __init__(self, catalog: Catalog, document: Document | None = None) -> None:
        self.catalog = catalog
        self.document = document or Document()
        self.checked_changed: Signal[Checked] = Signal()
        self.selection_changed: Signal[frozenset[NodeId]] = Signal()
        self.refused: Signal[str] = Signal()
        self.drawing_changed: Signal[Diff] = Signal()
        self.where_changed: Signal[str] = Signal()
        self._path: tuple[str, ...] = ()
        self._checker = Checker(catalog)
        self._checked = self._checker.check(self.document.experiment)
        self._selection: frozenset[NodeId] = frozenset()
        self.document.changed.connect(self._on_changed)

    @property
    def checked(self) -> Checked:
        """Shapes, counts and problems of the current drawing."""
        return self._checked

    @property
    def graph(self) -> Graph:
        """The drawing that is open: the experiment's own, or that of a composite."""
        return self.document.experiment.graph_at(self.where)

    @property
    def where(self) -> str:
        """The composite whose graph is open; empty for the experiment's own."""
        return self._path[-1] if self._path else ""

    @property
    def path(self) -> tuple[str, ...]:
        """The composites that were opened one out of the other, the outermost first."""
        return self._path

    def open_composite(self, composite: str) -> None:
        """Open the graph of a composite; closing it leads back to the one that is open now.

        Raises:
            GraphError: there is no such composite.
        """
        self.document.experiment.graph_at(composite)
        if composite in self._path:
            self._go((*self._path[: self._path.index(composite)], composite))
        else:
            self._go((*self._path, composite) if composite else ())

    def close_composite(self) -> None:
        """Go back to the graph from which the open composite was opened."""
        self._go(self._path[:-1])

    def _go(self, path: tuple[str, ...]) -> None:
        if path != self._path:
            self._path = path
            self.select(())
            self.where_changed.tell(self.where)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the chosen data give; none while no known data are chosen."""
        return self._checker.columns(self.document.experiment.data)

    @property
    def selection(self) -> frozenset[NodeId]:
        """Ids of the selected blocks."""
        return self._selection

    @property
    def selected(self) -> tuple[Node, ...]:
        """The selected blocks, in the order of their ids."""
        return tuple(self.graph.nodes[id_] for id_ in sorted(self._selection))

    def select(self, ids: Iterable[NodeId]) -> None:
        """Select these blocks and no others; unknown ids are left out."""
        chosen = frozenset(ids) & self.graph.nodes.keys()
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.tell(chosen)

    def spec_of(self, node: NodeId) -> BlockSpec | None:
        """Return the declaration behind a placed block; None for a placeholder."""
        return self.catalog.block(self.graph.nodes[node].kind)

    def apply(self, edit: Edit) -> bool:
        """Apply an edit; a refusal is told as a sentence, and changes nothing.

        Returns:
            Whether the edit was applied.
        """
        try:
            self.document.apply(edit)
        except StudioError as error:
            self.refused.tell(str(error))
            return False
        return True

    def refusal(self, wire: Wire) -> str:
        """Return why a wire cannot be drawn; empty if it can."""
        return refusal(self.graph, wire, self.catalog, self._checked)

    def new_node(self, kind: str, x: float, y: float, *, taken: Iterable[Node] = ()) -> Node:
        """Return a block ready to place: fresh id and title, sizes taken from the chosen data.

        ``taken`` are blocks of the same edit, whose ids and titles count as used.
        """
        spec = self.catalog.blocks[kind]
        used = [*self.graph.nodes.values(), *taken]
        id_ = fresh_ids(spec.name_stem, [node.id for node in used])[0]
        title = fresh_ids(spec.name_stem, [node.title for node in used])[0]
        node = Node(id_, kind, title, {}, float(x), float(y))
        data = self.document.experiment.data
        params = fitted_params(spec, node, self._checker.columns(data))
        return Node(id_, kind, title, params, node.x, node.y)

    def place(self, kind: str, x: float, y: float) -> NodeId | None:
        """Place a block with its top left corner at canvas position (x, y), and select it."""
        node = self.new_node(kind, x, y)
        spec = self.catalog.blocks[kind]
        if not self.apply(AddNodes((node,), label=f"Add {spec.title}")):
            return None
        self.select([node.id])
        return node.id

    def _on_changed(self, change: Diff) -> None:
        if change.graph or change.data:
            self._checked = self._checker.check(change.after)
        there = [id_ in change.after.composites for id_ in self._path]
        if not all(there):
            self._go(self._path[: there.index(False)])
        here = diff(change.before, change.after, self.where) if self.where else change
        self.drawing_changed.tell(here)
        gone = self._selection - self.graph.nodes.keys()
        if gone:
            self.select(self._selection - gone)
        if change.graph or change.data:
            self.checked_changed.tell(self._checked)
