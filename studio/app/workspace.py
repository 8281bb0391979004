"""Workspace: one open document with what all its views share, the findings and the selection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studio.core.blocks import BlockSpec
from studio.core.catalog import Catalog
from studio.core.check import Checked, Checker
from studio.core.composites import Composite
from studio.core.document import Diff, Document
from studio.core.edits import AddNodes, Edit
from studio.core.errors import StudioError
from studio.core.experiment import Experiment
from studio.core.fitting import fitted_params
from studio.core.graph import End, Graph, Node, NodeId, Wire, fresh_ids
from studio.core.params import Value, complete
from studio.core.recipes import Column
from studio.core.scope import Scope
from studio.core.signal import Signal
from studio.core.wiring import refusal

from .chosen_samples import ChosenSamples
from .here import differing, meant
from .library import Library
from .offer import Offer, offer_of


@dataclass(frozen=True, slots=True)
class Marked:
    """What is selected beside blocks: frames and notes, and wires by the inputs they end at."""

    frames: frozenset[str] = frozenset()
    wires: frozenset[End] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.frames or self.wires)


class Workspace:
    """What the canvas, the inspector and the lists look at together.

    Selection, and which composite is open, are facts of the views: they are never undone or saved.
    ``drawing_changed`` tells what differs in the open graph, ``renewed`` that blocks came or went.
    """

    def __init__(self, catalog: Catalog, document: Document | None = None) -> None:
        self.catalog = catalog
        self.document = document or Document()
        self.checked_changed: Signal[Checked] = Signal()
        self.selection_changed: Signal[frozenset[NodeId]] = Signal()
        self.marked_changed: Signal[Marked] = Signal()
        self.refused: Signal[str] = Signal()
        self.drawing_changed: Signal[Diff] = Signal()
        self.where_changed: Signal[str] = Signal()
        self.renewed: Signal[Offer] = Signal()
        self.here_changed: Signal[Checked] = Signal()
        self.offer_changed: Signal[Offer] = Signal()
        self._path: tuple[str, ...] = ()
        self._through: tuple[NodeId, ...] = ()
        self._library = Library()
        self._checker = Checker(catalog)
        self._checked = self._checker.check(self.document.experiment)
        self._here = self._checked
        self._scope = Scope(catalog, self.document.experiment.composites)
        self._offer: tuple[tuple[str, int], object, object, Offer] | None = None
        self._selection: frozenset[NodeId] = frozenset()
        self._marked = Marked()
        self.samples = ChosenSamples()
        self.document.changed.connect(self._on_changed)
        self.document.restarting.connect(self._on_restarting)

    @property
    def checked(self) -> Checked:
        """Shapes, counts and problems of the whole experiment."""
        return self._checked

    @property
    def here(self) -> Checked:
        """Shapes, counts and problems of the drawing that is open.

        In a composite they are those of the instance it was opened from, else of its first.
        """
        return self._here

    @property
    def scope(self) -> Scope:
        """The catalog, with the composites of the experiment."""
        if self._scope.composites is not self.document.experiment.composites:
            self._scope = Scope(self.catalog, self.document.experiment.composites)
        return self._scope

    @property
    def offer(self) -> Offer:
        """What can be placed in the drawing that is open."""
        experiment = self.document.experiment
        key = (self.where, self.catalog.version)
        known, library = experiment.composites, self._library
        last = self._offer
        if last is None or last[0] != key or last[1] is not known or last[2] is not library:
            found = offer_of(self.catalog, experiment, self.where, library)
            self._offer = last = (key, known, library, found)
        return last[3]

    @property
    def names(self) -> Mapping[str, Value] | None:
        """The parameters of the open composite as they count there; None outside composites."""
        if not self.where:
            return None
        through = self._checked.at("/".join(self._through)) if all(self._through) else None
        defaults = complete(self.document.experiment.composites[self.where].params, {})
        return {**defaults, **through.params} if through else defaults

    def take_library(self, library: Library) -> None:
        """Offer the composites of this library from now on."""
        self._library = library
        self.offer_changed.tell(self.offer)

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

    @property
    def path_of_instances(self) -> tuple[NodeId, ...]:
        """The blocks through which the composites were opened, as far as they are known."""
        return self._through

    def open_composite(self, composite: str, *, through: NodeId = "") -> None:
        """Open the graph of a composite; closing it leads back to the one that is open now.

        ``through`` is the instance whose values are shown inside.

        Raises:
            GraphError: there is no such composite.
        """
        self.document.experiment.graph_at(composite)
        if composite in self._path:
            self.go_to(self._path.index(composite) + 1)
        elif composite:
            self._go((*self._path, composite), (*self._through, through))
        else:
            self._go((), ())

    def close_composite(self) -> None:
        """Go back to the graph from which the open composite was opened, its instance selected."""
        instance = self._through[-1:]
        self.go_to(max(len(self._path) - 1, 0))
        self.select(instance)

    def go_to(self, depth: int) -> None:
        """Go back to where only so many composites were open; 0 is the experiment's own graph."""
        self._go(self._path[:depth], self._through[:depth])

    def _go(self, path: tuple[str, ...], through: tuple[NodeId, ...]) -> None:
        self._through = through
        if path != self._path:
            self._path = path
            self._selection = frozenset()
            self.mark()
            self._look_here()
            self.where_changed.tell(self.where)
            self.selection_changed.tell(self._selection)
            self.here_changed.tell(self._here)
            self.offer_changed.tell(self.offer)

    def _look_here(self) -> None:
        if not self._path:
            self._here = self._checked
            return
        seen = self._checked.at("/".join(self._through)) if all(self._through) else None
        experiment = self.document.experiment
        inside = seen.inside if seen else None
        self._here = inside or self._checker.inside(experiment, self.where)

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
        """Select these blocks and nothing else; unknown ids are left out."""
        self.mark()
        chosen = frozenset(ids) & self.graph.nodes.keys()
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.tell(chosen)

    @property
    def marked(self) -> Marked:
        """The selected frames and wires."""
        return self._marked

    def mark(self, frames: Iterable[str] = (), wires: Iterable[End] = ()) -> None:
        """Select these frames and wires beside the selected blocks; unknown ones are left out."""
        graph = self.graph
        marked = Marked(
            frozenset(frames) & graph.frames.keys(), frozenset(wires) & graph.feeds.keys()
        )
        if marked != self._marked:
            self._marked = marked
            self.marked_changed.tell(marked)

    def spec_of(self, node: NodeId) -> BlockSpec | None:
        """Return the declaration behind a placed block; None for a placeholder."""
        return self.scope.block(self.graph.nodes[node].kind)

    def apply(self, edit: Edit) -> bool:
        """Apply an edit, and return whether it was; a refusal is told, and changes nothing.

        An edit of a drawing that names no composite is meant for the drawing that is open.
        """
        try:
            self.document.apply(meant(edit, self.where))
        except StudioError as error:
            self.refused.tell(str(error))
            return False
        return True

    def recheck(self) -> None:
        """Look at everything anew: other blocks are known than before."""
        self._checked, self._offer = self._checker.check(self.document.experiment), None
        self._look_here()
        self.renewed.tell(self.offer)
        self.checked_changed.tell(self._checked)
        self.here_changed.tell(self._here)

    def refusal(self, wire: Wire) -> str:
        """Return why a wire cannot be drawn; empty if it can."""
        return refusal(self.graph, wire, self.scope, self._here)

    def new_node(self, kind: str, x: float, y: float, *, taken: Iterable[Node] = ()) -> Node:
        """Return a block ready to place: fresh id and title, sizes taken from the chosen data.

        ``taken`` are blocks of the same edit, whose ids and titles count as used.
        """
        spec = self.offer.specs[kind]
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
        label = f"Add {self.offer.specs[kind].title}"
        if not self.apply(AddNodes((node,), label=label, composites=self.brought_by(kind))):
            return None
        self.select([node.id])
        return node.id

    def brought_by(self, kind: str) -> tuple[Composite, ...]:
        """Return the definitions that a block of the library brings into the experiment."""
        return self.offer.brings.get(kind, ())

    def _on_restarting(self, _: Experiment) -> None:
        """Leave composites: that of another experiment may have the same id by chance."""
        self.go_to(0)

    def _on_changed(self, change: Diff) -> None:
        found = change.graph or change.data or change.training
        if found:
            self._checked = self._checker.check(change.after)
        there = [id_ in change.after.composites for id_ in self._path]
        if not all(there):
            self.go_to(there.index(False))
        if found:
            self._look_here()
        self.drawing_changed.tell(differing(change, self.where, self.graph))
        gone = self._selection - self.graph.nodes.keys()
        if gone:
            self.select(self._selection - gone)
        self.mark(self._marked.frames, self._marked.wires)
        if found:
            self.checked_changed.tell(self._checked)
            self.here_changed.tell(self._here)
        if change.before.composites is not change.after.composites:
            self.offer_changed.tell(self.offer)
