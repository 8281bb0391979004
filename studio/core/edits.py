"""Edits: functions from experiment to experiment, each with the words of the Edit menu.

Edits with equal, non-empty ``merge`` keys in a row become one undo step. ``where`` is the id of the
composite whose graph is changed, empty for the experiment's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from .composites import Composite
from .errors import GraphError
from .experiment import Data, Experiment, Training
from .graph import End, Node, NodeId, Wire
from .marks import Bends, Frame
from .params import Value


class Edit(Protocol):
    """A change with a name; one that raises has changed nothing."""

    @property
    def label(self) -> str:
        """The words behind Undo and Redo."""

    @property
    def merge(self) -> str:
        """Equal keys in a row become one step; an empty one never merges."""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the changed experiment."""


@dataclass(frozen=True, slots=True)
class AddNodes:
    """Place blocks, wired; ``composites`` are definitions that they bring along."""

    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...] = ()
    label: str = "Add blocks"
    merge: str = ""
    where: str = ""
    composites: tuple[Composite, ...] = ()
    bends: Bends[End] = field(default_factory=dict)
    frames: tuple[Frame, ...] = ()

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the blocks."""
        if self.composites:
            brought = {composite.id: composite for composite in self.composites}
            experiment = experiment.with_composites({**experiment.composites, **brought})
        graph = experiment.graph_at(self.where).add(*self.nodes).connect(*self.wires)
        if self.bends or self.frames:
            frames = {**graph.frames, **{frame.id: frame for frame in self.frames}}
            graph = graph.mark(bends={**graph.bends, **self.bends}, frames=frames)
        return experiment.with_graph(graph, self.where)


@dataclass(frozen=True, slots=True)
class RemoveNodes:
    """Take blocks away with their wires."""

    ids: tuple[NodeId, ...]
    label: str = "Delete blocks"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment without the blocks."""
        graph = experiment.graph_at(self.where)
        changed = experiment.with_graph(graph.remove(*self.ids), self.where)
        if self.where:
            return changed
        return replace(changed, training=_without_blocks(experiment.training, self.ids))


@dataclass(frozen=True, slots=True)
class Connect:
    """Join ports; a taken input is taken over."""

    wires: tuple[Wire, ...]
    label: str = "Connect"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the wires."""
        graph = experiment.graph_at(self.where)
        return experiment.with_graph(graph.connect(*self.wires), self.where)


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Free inputs."""

    targets: tuple[End, ...]
    label: str = "Disconnect"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment without the wires."""
        graph = experiment.graph_at(self.where)
        return experiment.with_graph(graph.disconnect(*self.targets), self.where)


@dataclass(frozen=True, slots=True)
class Rewire:
    """Free inputs and join ports in one step, as when a wire's end is carried elsewhere."""

    targets: tuple[End, ...]
    wires: tuple[Wire, ...]
    label: str = "Move wire"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the wires carried over."""
        graph = experiment.graph_at(self.where)
        moved = graph.disconnect(*self.targets).connect(*self.wires)
        return experiment.with_graph(moved, self.where)


@dataclass(frozen=True, slots=True)
class Move:
    """Put blocks elsewhere; ``to`` holds canvas positions by id."""

    to: Mapping[NodeId, tuple[float, float]]
    label: str = "Move blocks"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the blocks moved."""
        graph = experiment.graph_at(self.where)
        nodes = zip(graph.known(self.to), self.to.values(), strict=True)
        moved = (replace(node, x=float(x), y=float(y)) for node, (x, y) in nodes)
        return experiment.with_graph(graph.put(*moved), self.where)


@dataclass(frozen=True, slots=True)
class SetParam:
    """Set one parameter on one or more blocks; the value already fits."""

    ids: tuple[NodeId, ...]
    name: str
    value: Value
    label: str = "Set parameter"
    where: str = ""

    @property
    def merge(self) -> str:
        """Typing on in the same field is one step."""
        return f"param {self.where} {self.name} {' '.join(self.ids)}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the value set."""
        graph = experiment.graph_at(self.where)
        nodes = graph.known(self.ids)
        changed = (replace(node, params={**node.params, self.name: self.value}) for node in nodes)
        return experiment.with_graph(graph.put(*changed), self.where)


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a block another title."""

    id: NodeId
    title: str
    label: str = "Rename block"
    merge: str = ""
    where: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the title."""
        graph = experiment.graph_at(self.where)
        title = self.title.strip()
        if not title:
            raise GraphError("a block needs a title; expected at least one letter")
        return experiment.with_graph(graph.rename(self.id, title), self.where)


@dataclass(frozen=True, slots=True)
class SetTraining:
    """Replace the training settings."""

    training: Training
    label: str = "Change training"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the settings."""
        return replace(experiment, training=self.training)


@dataclass(frozen=True, slots=True)
class SetData:
    """Replace the data, and with it what input and target blocks say of their columns.

    ``params`` holds new parameter values by block id, so that choosing data and fitting the input
    blocks to it are one step.
    """

    data: Data
    params: Mapping[NodeId, Mapping[str, Value]] = field(default_factory=dict)
    label: str = "Change data"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the data."""
        nodes = zip(experiment.graph.known(self.params), self.params.values(), strict=True)
        fitted = (replace(node, params={**node.params, **new}) for node, new in nodes)
        return replace(experiment.with_graph(experiment.graph.put(*fitted)), data=self.data)


@dataclass(frozen=True, slots=True)
class SetText:
    """Replace the title, the notes, or both."""

    title: str | None = None
    notes: str | None = None
    label: str = "Change notes"
    merge: str = "notes"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the words."""
        title = experiment.title if self.title is None else self.title
        notes = experiment.notes if self.notes is None else self.notes
        return replace(experiment, title=title, notes=notes)


@dataclass(frozen=True, slots=True)
class SetPanel:
    """Set what a dashboard panel shows."""

    panel: str
    settings: Mapping[str, Value]
    label: str = "Change panel"

    @property
    def merge(self) -> str:
        """Trying values on one panel is one step."""
        return f"panel {self.panel}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the panel set."""
        panels = {**experiment.dashboard.panels, self.panel: dict(self.settings)}
        return replace(experiment, dashboard=replace(experiment.dashboard, panels=panels))


@dataclass(frozen=True, slots=True)
class SetLayout:
    """Remember how the docks stand."""

    layout: str
    label: str = "Arrange panels"
    merge: str = "layout"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the arrangement."""
        return replace(experiment, dashboard=replace(experiment.dashboard, layout=self.layout))


def _without_blocks(training: Training, ids: tuple[NodeId, ...]) -> Training:
    objectives = tuple(
        replace(
            objective,
            losses={id_: weight for id_, weight in objective.losses.items() if id_ not in ids},
            warm_ups={id_: part for id_, part in objective.warm_ups.items() if id_ not in ids},
            blocks=tuple(id_ for id_ in objective.blocks if id_ not in ids),
        )
        for objective in training.objectives
    )
    return (
        training if objectives == training.objectives else replace(training, objectives=objectives)
    )
