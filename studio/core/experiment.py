"""Experiment: everything a person made and can undo, as one immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .composites import Composite, composite_of, embraced, settled
from .errors import GraphError
from .fields import Field
from .graph import Graph, Node
from .params import Value
from .settings import OBJECTIVE, SPLIT, TRAINING

__all__ = [
    "FORMAT",
    "OBJECTIVE",
    "SPLIT",
    "TRAINING",
    "Choice",
    "Dashboard",
    "Data",
    "Experiment",
    "Objective",
    "Preparation",
    "Training",
]

FORMAT = 2
"""The version of the file format that this program writes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One declared thing, by id, with what is set on it."""

    kind: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preparation:
    """One step on some fields, by their names; on none, on all that it fits."""

    kind: str
    on: tuple[str, ...] = ()
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Data:
    """Which samples, how they are divided, and how a person's own are cleaned.

    ``fields`` is what was found in a file, and what each column of it is used for; ``steps`` are
    done in order, fitted on the training part alone.
    """

    source: Choice = Choice("")
    split: Mapping[str, Value] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    steps: tuple[Preparation, ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    """Which losses are minimised, over which blocks, and how.

    ``losses`` maps loss blocks to weights (empty: all, weight 1); ``blocks`` are those it updates
    (empty: all). ``warm_ups`` maps losses to the share of the training over which their weight
    rises from 0.
    """

    name: str = "main"
    optimizer: Choice = Choice("adamw")
    schedule: Choice = Choice("constant")
    losses: Mapping[str, float] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)
    warm_ups: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """How the network learns."""

    settings: Mapping[str, Value] = field(default_factory=dict)
    objectives: tuple[Objective, ...] = (Objective(),)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Which panels are shown, what is set on them, and how the docks stand.

    ``layout`` is the window's own compact text of its docks; empty for the arrangement the
    program chooses.
    """

    panels: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    layout: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A network, its composites, its data, its training and how it is watched."""

    title: str = "Untitled"
    notes: str = ""
    graph: Graph = field(default_factory=Graph)
    data: Data = Data()
    training: Training = Training()
    dashboard: Dashboard = Dashboard()
    composites: Mapping[str, Composite] = field(default_factory=dict)

    def graph_at(self, where: str) -> Graph:
        """Return the graph of a composite, or the experiment's own for an empty ``where``.

        Raises:
            GraphError: there is no such composite.
        """
        if where and where not in self.composites:
            raise GraphError(f"expected a composite of this experiment, received {where}")
        return self.composites[where].graph if where else self.graph

    def node_at(self, path: str) -> Node:
        """Return a block by its path, such as ``encoder1/attention1``.

        Raises:
            GraphError: nothing stands there.
        """
        first, _, rest = path.partition("/")
        (node,) = self.graph.known([first])
        while rest:
            first, _, rest = rest.partition("/")
            (node,) = self.graph_at(composite_of(node.kind) or node.kind).known([first])
        return node

    def with_graph(self, graph: Graph, where: str = "") -> "Experiment":
        """Return the experiment with another graph there.

        Wires at the instances of a composite follow its ports: a renamed port keeps its wires, a
        removed one loses them.

        Raises:
            GraphError: a composite would contain itself.
        """
        if not where:
            return replace(self, graph=graph)
        before = self.graph_at(where)
        composite = replace(self.composites[where], graph=graph)
        return self.with_composites({**self.composites, where: composite})._settled(where, before)

    def with_composites(self, composites: Mapping[str, Composite]) -> "Experiment":
        """Return the experiment with these composites and no others.

        Raises:
            GraphError: a composite would contain itself.
        """
        loop = embraced(composites)
        if loop:
            title = composites[loop].title
            raise GraphError(f"{title} would contain itself; expected another composite in it")
        return replace(self, composites=composites)

    def _settled(self, where: str, before: Graph) -> "Experiment":
        graph = settled(self.graph, where, before, self.composites[where].graph)
        inner = {
            id_: settled(known.graph, where, before, self.composites[where].graph)
            for id_, known in self.composites.items()
        }
        composites = {
            id_: known if inner[id_] is known.graph else replace(known, graph=inner[id_])
            for id_, known in self.composites.items()
        }
        return replace(self, graph=graph, composites=composites)
