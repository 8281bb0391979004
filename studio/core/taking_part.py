"""Taking part: edits of how a block counts (bypass, freeze, disable, share, repeat, learn)."""

from dataclasses import dataclass, replace

from .errors import GraphError
from .experiment import Experiment
from .expressions import is_repeat
from .graph import Mode, NodeId
from .learning import WEIGHTS
from .params import Value

_LABELS: dict[Mode, str] = {
    "": "Take part",
    "bypass": "Bypass",
    "freeze": "Freeze",
    "disable": "Disable",
}


@dataclass(frozen=True, slots=True)
class SetMode:
    """Bypass, freeze or disable blocks, or let them take part again (an empty mode)."""

    ids: tuple[NodeId, ...]
    mode: Mode
    where: str = ""
    merge: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return _LABELS[self.mode]

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the mode set."""
        graph = experiment.graph_at(self.where)
        changed = (replace(node, mode=self.mode) for node in graph.known(self.ids))
        return experiment.with_graph(graph.put(*changed), self.where)


@dataclass(frozen=True, slots=True)
class Share:
    """Let blocks use the weights of another; whoever used theirs uses the other's too."""

    ids: tuple[NodeId, ...]
    owner: NodeId
    where: str = ""
    label: str = "Share weights"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the weights shared."""
        graph = experiment.graph_at(self.where)
        (owner,) = graph.known([self.owner])
        root = owner.shares or owner.id
        if root in self.ids:
            raise GraphError(f"{owner.title} uses those weights already; expected another owner")
        graph.known(self.ids)
        followers = {*self.ids}
        followers |= {node.id for node in graph.nodes.values() if node.shares in self.ids}
        changed = (replace(graph.nodes[id_], shares=root) for id_ in sorted(followers))
        return experiment.with_graph(graph.put(*changed), self.where)


@dataclass(frozen=True, slots=True)
class Unshare:
    """Give blocks weights of their own, with the parameters that counted so far."""

    ids: tuple[NodeId, ...]
    where: str = ""
    label: str = "Use own weights"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the blocks on their own."""
        graph = experiment.graph_at(self.where)
        changed = []
        for node in graph.known(self.ids):
            owner = graph.nodes.get(node.shares, node)
            same = owner if owner.kind == node.kind else node
            changed.append(
                replace(
                    node,
                    shares="",
                    params=same.params,
                    repeat=same.repeat,
                    weights=same.weights,
                )
            )
        return experiment.with_graph(graph.put(*changed), self.where)


@dataclass(frozen=True, slots=True)
class SetWeights:
    """Set how the weights of blocks begin or learn; None takes the usual again."""

    ids: tuple[NodeId, ...]
    name: str
    value: Value
    where: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return f"Set {next(param.label for param in WEIGHTS if param.name == self.name)}"

    @property
    def merge(self) -> str:
        """Turning a number up and down is one step."""
        return f"weights {self.name} {self.where} {' '.join(self.ids)}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the setting; what is usual is left out."""
        graph = experiment.graph_at(self.where)
        (param,) = (param for param in WEIGHTS if param.name == self.name)
        value = param.default if self.value is None else param.fit(self.value)
        changed = []
        for node in graph.known(self.ids):
            rest = {name: known for name, known in node.weights.items() if name != self.name}
            changed.append(
                replace(
                    node, weights=rest if value == param.default else {**rest, self.name: value}
                )
            )
        return experiment.with_graph(graph.put(*changed), self.where)


@dataclass(frozen=True, slots=True)
class SetRepeat:
    """Stack instances of a composite, each with weights of its own."""

    ids: tuple[NodeId, ...]
    repeat: int | str
    where: str = ""
    label: str = "Repeat"

    @property
    def merge(self) -> str:
        """Turning the number up and down is one step."""
        return f"repeat {self.where} {' '.join(self.ids)}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the stack."""
        if not is_repeat(self.repeat) or (isinstance(self.repeat, str) and not self.where):
            raise GraphError(
                f"expected a whole number of at least 1 to repeat, received {self.repeat}"
            )
        graph = experiment.graph_at(self.where)
        changed = (replace(node, repeat=self.repeat) for node in graph.known(self.ids))
        return experiment.with_graph(graph.put(*changed), self.where)
