"""Comparing: the open experiment beside another version of it, block by block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.core.compare import Difference, Differences, GraphDifferences, compare
from studio.core.compare_marks import Change, MarkDifference
from studio.core.document import Diff
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import Node, NodeId
from studio.core.marks import Frame, View
from studio.core.signal import Signal
from studio.core.text import plural

from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Row:
    """One difference in words, seen at a block, a frame or a view of the drawing at ``where``."""

    change: Change
    text: str
    where: str = ""
    block: NodeId = ""
    frame: str = ""
    view: View | None = None


class Comparison:
    """What differs from another version, kept up while the experiment is changed."""

    def __init__(self, workspace: Workspace) -> None:
        self.changed: Signal[None] = Signal()
        self.name = ""
        self._workspace = workspace
        self._other: Experiment | None = None
        self._differences = Differences((), ())
        workspace.document.changed.connect(self._on_changed)

    @property
    def on(self) -> bool:
        """Whether there is another version to compare with."""
        return self._other is not None

    def open(self, path: Path) -> None:
        """Compare with the experiment of a file.

        Raises:
            FileError: it cannot be read.
        """
        self._other, self.name = open_file(path), path.name
        self._look()

    def close(self) -> None:
        """Compare no more."""
        self._other, self.name, self._differences = None, "", Differences((), ())
        self.changed.tell(None)

    def marks(self, where: str) -> Mapping[NodeId, Change]:
        """Return the blocks of a drawing that are new here or different."""
        graph = self._graph(where)
        if graph is None:
            return {}
        added: dict[NodeId, Change] = {node.id: "added" for node in graph.added}
        ends = [wire.target.node for wire in (*graph.connected, *graph.disconnected)]
        changed: dict[NodeId, Change] = dict.fromkeys((*(graph.changed or {}), *ends), "changed")
        return {**changed, **added}

    def removed(self, where: str) -> tuple[Node, ...]:
        """Return the blocks of the other version that a drawing no longer has."""
        graph = self._graph(where)
        return graph.removed if graph else ()

    def frames(self, where: str) -> tuple[MarkDifference, ...]:
        """Return the frames, notes and bends of a drawing that are not the same."""
        graph = self._graph(where)
        return tuple(mark for mark in graph.marks if mark.kind != "bookmark") if graph else ()

    def rows(self) -> tuple[Row, ...]:
        """Return the differences in words, drawing by drawing, then those of the settings."""
        found = [row for graph in self._differences.graphs for row in self._rows(graph)]
        found += [Row("changed", str(one)) for one in self._differences.settings]
        return tuple(found)

    def summary(self) -> str:
        """Return what differs, counted in blocks and settings."""
        graphs, settings = self._differences.graphs, len(self._differences.settings)
        counts = {
            "added": sum(len(graph.added) for graph in graphs),
            "removed": sum(len(graph.removed) for graph in graphs),
            "changed": sum(len(graph.changed or {}) for graph in graphs),
        }
        parts = [f"{plural(count, 'block')} {word}" for word, count in counts.items() if count]
        marks = sum(len(graph.marks) for graph in graphs)
        parts += [f"{plural(marks, 'mark')} changed"] if marks else []
        parts += [f"{plural(settings, 'setting')} changed"] if settings else []
        if not parts and self._differences:
            parts = ["only wires or places differ"]
        return f"Compared with {self.name}: {', '.join(parts) or 'nothing differs'}"

    def go_to(self, row: Row) -> NodeId:
        """Open the drawing of a difference and select its block or frame; empty without a block."""
        if row.where != self._workspace.where:
            self._workspace.go_to(0)
            if row.where in self._workspace.document.experiment.composites:
                self._workspace.open_composite(row.where)
        self._workspace.select([row.block])
        if row.frame:
            self._workspace.mark([row.frame])
        return row.block if row.block in self._workspace.graph.nodes else ""

    def _rows(self, graph: GraphDifferences) -> Iterator[Row]:
        inside = f"{graph.title} › " if graph.where else ""
        for node in graph.added:
            yield Row("added", f"{inside}{node.title}, {self._kind(node)}", graph.where, node.id)
        for node in graph.removed:
            yield Row("removed", f"{inside}{node.title}, {self._kind(node)}", graph.where)
        for id_, differences in (graph.changed or {}).items():
            said = "; ".join(_said(one) for one in differences)
            title = self._workspace.document.experiment.graph_at(graph.where).nodes[id_].title
            yield Row("changed", f"{inside}{title}: {said}", graph.where, id_)
        for wire in graph.connected:
            yield Row("added", f"{inside}wire {wire}", graph.where, wire.target.node)
        for wire in graph.disconnected:
            yield Row("removed", f"{inside}wire {wire}", graph.where, wire.target.node)
        for mark in graph.marks:
            yield _row_of(mark, f"{inside}{mark.words}", graph.where)
        if graph.moved:
            moved = f"{inside}{plural(len(graph.moved), 'block')} moved"
            yield Row("changed", moved, graph.where, graph.moved[0])

    def _kind(self, node: Node) -> str:
        spec = self._workspace.scope.block(node.kind)
        return spec.title if spec else node.kind

    def _graph(self, where: str) -> GraphDifferences | None:
        return next((graph for graph in self._differences.graphs if graph.where == where), None)

    def _look(self) -> None:
        if self._other is not None:
            self._differences = compare(self._other, self._workspace.document.experiment)
            self.changed.tell(None)

    def _on_changed(self, _change: Diff) -> None:
        self._look()


def _row_of(mark: MarkDifference, words: str, where: str) -> Row:
    seen = mark.after or mark.before
    if isinstance(seen, View):
        return Row(mark.change, words, where, view=seen)
    if isinstance(seen, Frame):
        middle = View(seen.x + seen.width / 2, seen.y + seen.height / 2)
        return Row(mark.change, words, where, frame=mark.name, view=middle)
    return Row(mark.change, words, where, mark.name.partition(".")[0])


def _said(difference: Difference) -> str:
    name = difference.name.replace("_", " ")
    return f"{name} {difference.before or 'none'} → {difference.after or 'none'}"
