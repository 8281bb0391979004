"""Experiment: everything a person made and can undo, as one immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .composites import Composite, composite_of, embraced, settled
from .errors import GraphError
from .graph import Graph, Node
from .params import Param, Value

FORMAT = 2
"""The version of the file format that this program writes."""

TRAINING: tuple[Param, ...] = (
    Param(
        "epochs", 20, low=1, high=100_000, help="How often the network sees every training sample"
    ),
    Param(
        "batch_size",
        64,
        low=0,
        high=1_000_000,
        unit="samples",
        zero="all",
        help="Samples per step of the optimiser: 1 for stochastic gradient descent in the narrow "
        "sense, 0 for the whole training part",
    ),
    Param("seed", 0, low=0, high=2**31 - 1, help="Fixes data order, first weights and dropout"),
    Param(
        "device",
        "auto",
        choices=("auto", "cuda", "mps", "cpu"),
        help="Where to train; auto takes the fastest",
    ),
    Param(
        "early_stopping",
        0,
        low=0,
        high=10_000,
        unit="epochs",
        zero="never",
        help="Stop after this many epochs without a better validation loss; 0 never stops early",
    ),
    Param("restore_best", True, help="End with the weights of the best validation loss"),
    Param(
        "ema",
        0.0,
        low=0.0,
        high=0.99999,
        zero="off",
        title="average weights",
        help="Judge and keep the exponential mean of the weights, of which this much stays from "
        "step to step, such as 0.999; 0 takes the weights as they are",
    ),
    Param(
        "accumulate",
        1,
        low=1,
        high=100_000,
        unit="pieces",
        title="compute a batch in",
        help="Compute each batch piece by piece and add up the gradients: the same step with less "
        "memory. BatchNorm sees the pieces",
    ),
    Param(
        "precision",
        "float32",
        choices=("float32", "bfloat16", "float16"),
        help="Numbers of matrix products and convolutions; weights and losses stay 32-bit floats, "
        "and float16 has its loss scaled so that small gradients do not vanish",
    ),
    Param(
        "recompute",
        False,
        title="recompute layers",
        help="Repeated composites compute their values again going backward instead of keeping "
        "them: less memory for about a third more time. Layers with BatchNorm keep theirs",
    ),
    Param(
        "checkpoint_secs",
        60,
        low=0,
        high=86_400,
        unit="s",
        zero="never",
        title="checkpoint every",
        help="Write all that is needed to go on exactly, this often and at the end; 0 never does",
    ),
    Param(
        "checkpoints_kept",
        2,
        low=1,
        high=10_000,
        title="checkpoints kept",
        help="How many stay; those you ask for yourself all stay",
    ),
)
"""The settings of a training run that hold for all its objectives."""

OBJECTIVE: tuple[Param, ...] = (
    Param(
        "clip_norm",
        0.0,
        low=0.0,
        zero="never",
        title="clip gradient norm",
        help="Scale the gradient down when its norm is larger; 0 never does",
    ),
    Param(
        "clip_value",
        0.0,
        low=0.0,
        zero="never",
        title="clip gradient value",
        help="Cut every number of the gradient off at ± this, before its norm is looked at; 0 "
        "never does",
    ),
    Param(
        "decay_all",
        True,
        title="decay biases and norms",
        help="Whether the optimiser's weight decay takes in biases and the scales of "
        "normalisation; off, it keeps to matrices and kernels",
    ),
    Param(
        "l1",
        0.0,
        low=0.0,
        title="L1 penalty",
        help="Adds λ·Σ|w| to what is minimised, which makes weights exactly 0. It counts matrices "
        "and kernels but no biases and norms, and is no part of the loss that is shown",
    ),
    Param(
        "l2",
        0.0,
        low=0.0,
        title="L2 penalty",
        help="Adds λ·Σw² to what is minimised, which keeps weights small. It counts matrices and "
        "kernels but no biases and norms, and is no part of the loss that is shown",
    ),
    Param(
        "max_norm",
        0.0,
        low=0.0,
        title="max-norm",
        help="After every step, scale the weights into a unit down to this norm where theirs is "
        "larger; 0 never does",
    ),
)
"""The settings of one objective beside its optimiser and schedule."""

SPLIT: tuple[Param, ...] = (
    Param(
        "validation",
        0.15,
        low=0.0,
        high=0.9,
        title="validation share",
        help="Held out to watch the training",
    ),
    Param("test", 0.15, low=0.0, high=0.9, title="test share", help="Held out until the end"),
    Param(
        "seed",
        0,
        low=0,
        high=2**31 - 1,
        title="split seed",
        help="Fixes which samples are held out",
    ),
    Param("stratified", True, help="Keep the classes in proportion in every part"),
)
"""How samples are divided."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One declared thing, by id, with what is set on it."""

    kind: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Data:
    """Which samples, and how they are divided."""

    source: Choice = Choice("")
    split: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Objective:
    """Which losses are minimised, over which blocks, and how.

    ``losses`` maps loss blocks to weights (empty: all, weight 1); ``blocks`` are those it updates
    (empty: all).
    """

    name: str = "main"
    optimizer: Choice = Choice("adamw")
    schedule: Choice = Choice("constant")
    losses: Mapping[str, float] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)


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
