"""Parameters of composites: edits that rename and remove them, wherever they are used."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .composites import Composite
from .errors import GraphError
from .experiment import Experiment
from .expressions import is_expression, names_in
from .graph import Graph, Node
from .params import Value


@dataclass(frozen=True, slots=True)
class RenameParam:
    """Give a composite's parameter another name, in its expressions and at its instances too."""

    composite: str
    old: str
    new: str
    merge: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return f"Rename parameter {self.old}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the name changed everywhere.

        Raises:
            GraphError: there is no such parameter, or the name is taken or does not fit.
        """
        known = _expect(experiment, self.composite, self.old)
        if not self.new.isidentifier() or any(param.name == self.new for param in known.params):
            raise GraphError(
                f"expected a new name for {self.old} such as d_model, received {self.new!r}"
            )
        params = tuple(
            replace(param, name=self.new) if param.name == self.old else param
            for param in known.params
        )
        inner = _renamed(known.graph, self.old, self.new)
        composites = {
            **experiment.composites,
            known.id: replace(known, graph=inner, params=params),
        }
        return _at_instances(experiment, composites, known.kind, {self.old: self.new})


@dataclass(frozen=True, slots=True)
class RemoveParam:
    """Take a composite's parameter away, and the values that instances give it."""

    composite: str
    name: str
    merge: str = ""

    @property
    def label(self) -> str:
        """The words behind Undo."""
        return f"Remove parameter {self.name}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment without the parameter.

        Raises:
            GraphError: there is no such parameter, or a block inside still uses it.
        """
        known = _expect(experiment, self.composite, self.name)
        users = [node.title for node in known.graph.nodes.values() if _uses(node, self.name)]
        if users:
            raise GraphError(
                f"{self.name} is still used by {', '.join(sorted(users)[:3])}; expected a "
                "parameter that no block uses"
            )
        params = tuple(param for param in known.params if param.name != self.name)
        composites = {**experiment.composites, known.id: replace(known, params=params)}
        return _at_instances(experiment, composites, known.kind, {self.name: ""})


def _expect(experiment: Experiment, composite: str, name: str) -> Composite:
    experiment.graph_at(composite)
    known = experiment.composites[composite]
    if all(param.name != name for param in known.params):
        raise GraphError(f"{known.title} has no parameter {name}")
    return known


def _uses(node: Node, name: str) -> bool:
    values = (*node.params.values(), node.repeat)
    return any(is_expression(value) and name in names_in(value) for value in values)


def _renamed(graph: Graph, old: str, new: str) -> Graph:
    changed = []
    for node in graph.nodes.values():
        if _uses(node, old):
            params = {name: _said(value, old, new) for name, value in node.params.items()}
            repeat = _said(node.repeat, old, new)
            assert isinstance(repeat, (int, str))
            changed.append(replace(node, params=params, repeat=repeat))
    return graph.put(*changed) if changed else graph


def _said(value: Value, old: str, new: str) -> Value:
    if not is_expression(value) or old not in names_in(value):
        return value
    tree = ast.parse(value[1:].strip(), mode="eval")
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and part.id == old:
            part.id = new
    return "=" + ast.unparse(tree)


def _at_instances(
    experiment: Experiment,
    composites: Mapping[str, Composite],
    kind: str,
    names: Mapping[str, str],
) -> Experiment:
    """Return the experiment with values of instances under other names; an empty one drops it."""
    inner = {
        id_: replace(known, graph=_values_moved(known.graph, kind, names))
        for id_, known in composites.items()
    }
    graph = _values_moved(experiment.graph, kind, names)
    kept = {
        id_: composites[id_] if inner[id_].graph is composites[id_].graph else inner[id_]
        for id_ in inner
    }
    return replace(experiment, graph=graph).with_composites(kept)


def _values_moved(graph: Graph, kind: str, names: Mapping[str, str]) -> Graph:
    changed = []
    for node in graph.nodes.values():
        if node.kind == kind and node.params.keys() & names.keys():
            moved = {names.get(name, name): value for name, value in node.params.items()}
            moved.pop("", None)
            changed.append(replace(node, params=moved))
    return graph.put(*changed) if changed else graph
