"""Rearranging: blocks, frames and bends put elsewhere in one step."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .edits import Move
from .experiment import Experiment
from .graph import End, NodeId
from .marks import Bends, Frame, Point


@dataclass(frozen=True, slots=True)
class Rearrange:
    """Put blocks at canvas positions, frames in the place of those of their ids, wires in bends."""

    to: Mapping[NodeId, Point] = field(default_factory=dict)
    frames: tuple[Frame, ...] = ()
    bends: Bends[End] = field(default_factory=dict)
    label: str = "Move"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with everything moved."""
        if self.to:
            experiment = Move(self.to, where=self.where)(experiment)
        if not self.frames and not self.bends:
            return experiment
        graph = experiment.graph_at(self.where)
        frames = {**graph.frames, **{frame.id: frame for frame in self.frames}}
        marked = graph.mark(frames=frames, bends={**graph.bends, **self.bends})
        return experiment.with_graph(marked, self.where)
