"""Marking: edits of frames, notes, bookmarks and the bends of wires."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import GraphError
from .experiment import Experiment
from .graph import End
from .marks import Frame, Point, View


@dataclass(frozen=True, slots=True)
class AddFrame:
    """Draw a frame or a note."""

    frame: Frame
    where: str = ""
    merge: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return f"Add {self.frame.kind}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the frame."""
        graph = experiment.graph_at(self.where)
        if self.frame.id in graph.frames:
            raise GraphError(f"expected a new frame, received {self.frame.id} again")
        frames = {**graph.frames, self.frame.id: self.frame}
        return experiment.with_graph(graph.mark(frames=frames), self.where)


@dataclass(frozen=True, slots=True)
class SetFrame:
    """Replace a frame or a note by another of its id."""

    frame: Frame
    where: str = ""
    merge: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return f"Change {self.frame.kind}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the frame."""
        graph = experiment.graph_at(self.where)
        _expect_frames(graph.frames, (self.frame.id,))
        frames = {**graph.frames, self.frame.id: self.frame}
        return experiment.with_graph(graph.mark(frames=frames), self.where)


@dataclass(frozen=True, slots=True)
class RemoveFrame:
    """Take frames or notes away; the blocks inside stay."""

    ids: tuple[str, ...]
    where: str = ""
    label: str = "Delete frame"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment without the frames."""
        graph = experiment.graph_at(self.where)
        _expect_frames(graph.frames, self.ids)
        frames = {id_: frame for id_, frame in graph.frames.items() if id_ not in self.ids}
        return experiment.with_graph(graph.mark(frames=frames), self.where)


@dataclass(frozen=True, slots=True)
class SetBends:
    """Lead the wire into an input through points; none leads it straight."""

    end: End
    points: tuple[Point, ...]
    where: str = ""
    label: str = "Bend wire"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the wire bent."""
        graph = experiment.graph_at(self.where)
        if self.end not in graph.feeds:
            raise GraphError(f"expected an input with a wire, received {self.end}")
        points = tuple((float(x), float(y)) for x, y in self.points)
        bends = {**graph.bends, self.end: points}
        return experiment.with_graph(graph.mark(bends=bends), self.where)


@dataclass(frozen=True, slots=True)
class SetBookmark:
    """Remember a place by a name, or forget it (no view)."""

    name: str
    view: View | None
    where: str = ""
    label: str = "Set bookmark"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the bookmark."""
        graph = experiment.graph_at(self.where)
        kept = {name: view for name, view in graph.bookmarks.items() if name != self.name}
        if self.view is not None:
            kept[self.name] = self.view
        return experiment.with_graph(graph.mark(bookmarks=kept), self.where)


def _expect_frames(frames: Mapping[str, Frame], ids: tuple[str, ...]) -> None:
    missing = [id_ for id_ in ids if id_ not in frames]
    if missing:
        raise GraphError(f"expected frames of this graph, received {', '.join(missing)}")
