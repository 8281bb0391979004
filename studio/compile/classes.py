"""Classes: one for each composite, with arguments for whatever its instances differ in.

An instance is rendered with symbols for the composite's parameters and for the sizes in which
arriving values differ. Instances whose text then agrees share a class; where no argument can say
the difference (one has a bias, the other has none) a second class stands beside the first.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from studio.core.composites import PORT_IN, Composite, composite_of, port_name, ports_in, used_by
from studio.core.experiment import Experiment
from studio.core.facts import BlockFacts, Checked
from studio.core.graph import Graph, NodeId
from studio.core.params import Params, Value
from studio.core.scope import Scope, live
from studio.core.shapes import Shape
from studio.core.sharing import owner_of
from studio.core.text import class_name, unique

from .plan import Call, Plan, plan_inside
from .symbols import Whole, named, same_text, symbolic, written
from .template import literal, module_source, statements

_RESERVED = frozenset({"self", "nn", "torch", "F", "Tensor", "range", "x", "at"})
_AXIS_NAMES = {"C": "in_channels", "D": "in_features", "H": "height", "W": "width", "T": "steps"}
_SIZED = "CD"
"""Axes whose size a composite's parameter may stand for without being used in an expression."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a class: a parameter of the composite, or a size of what arrives at a port."""

    name: str
    kind: str
    port: str = ""
    axis: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class InnerClass:
    """A class of the program; ``path`` leads to the first instance of it."""

    name: str
    composite: Composite
    path: str
    arguments: tuple[Argument, ...]
    plan: Plan
    modules: tuple[tuple[Call, str], ...]
    shapes: Mapping[tuple[NodeId, str], str]
    """How the value at an output is described, for all instances alike."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One way in which a composite is used: the findings inside, and where it was first met."""

    path: str
    checked: Checked
    values: Mapping[str, Value]

    def given(self, graph: Graph) -> dict[str, Shape]:
        """Return the shapes at the ports."""
        ports = ports_in(graph, PORT_IN)
        shapes = {port_name(port): self.checked.blocks[port.id].outputs.get("y") for port in ports}
        return {name: shape for name, shape in shapes.items() if shape is not None}


@dataclass(slots=True)
class Classes:
    """The classes of a program, inner ones first, found by what the check found inside."""

    scope: Scope
    taken: set[str]
    all: list[InnerClass] = field(default_factory=list)
    _of: dict[int, InnerClass] = field(default_factory=dict)

    def of(self, call: Call) -> InnerClass | None:
        """Return the class of an instance; None for any other block."""
        inside = call.facts.inside
        return None if inside is None else self._of[id(inside)]

    def build(self, experiment: Experiment, checked: Checked) -> None:
        """Make the classes of everything drawn."""
        found: dict[str, list[Instance]] = {}
        self._collect(experiment.graph, checked, "", found)
        for id_ in used_by(experiment.graph, experiment.composites):
            if id_ in found:
                self._add(experiment.composites[id_], found[id_])

    def construction(self, call: Call, facts: BlockFacts, raw_repeat: str) -> str:
        """Return the expression that makes an instance, or a stack of them."""
        inner = self.of(call)
        assert inner is not None, call.node.id
        given = ", ".join(
            f"{argument.name}={_value_text(argument, facts)}" for argument in inner.arguments
        )
        made = f"{inner.name}({given})"
        if not call.stacked:
            return made
        stack = f"{made} for _ in range({raw_repeat})"
        return f"nn.Sequential(*({stack}))" if is_chain(call) else f"nn.ModuleList({stack})"

    def _collect(
        self, graph: Graph, checked: Checked, path: str, found: dict[str, list[Instance]]
    ) -> None:
        alive = live(graph, self.scope)
        for id_ in alive.order:
            composite = composite_of(alive.nodes[id_].kind)
            facts = checked.blocks[id_]
            if facts.inside is None:
                continue
            here = f"{path}{id_}"
            known = found.setdefault(composite, [])
            if all(facts.inside is not instance.checked for instance in known):
                known.append(Instance(here, facts.inside, facts.params))
                inner = self.scope.composites[composite].graph
                self._collect(inner, facts.inside, f"{here}/", found)

    def _add(self, composite: Composite, instances: list[Instance]) -> None:
        names, sizes = _names(composite, instances)
        drafts: dict[object, list[tuple[Instance, InnerClass]]] = {}
        for instance in instances:
            draft = self._draft(composite, instance, names, sizes)
            drafts.setdefault(self._signature(draft), []).append((instance, draft))
        for alike in drafts.values():
            name = unique(class_name(composite.title), self.taken)
            self.taken.add(name)
            described = _described([draft.plan for _, draft in alike])
            made = replace(alike[0][1], name=name, shapes=described)
            self.all.append(made)
            self._of |= {id(instance.checked): made for instance, _ in alike}

    def _draft(
        self,
        composite: Composite,
        instance: Instance,
        names: Mapping[str, Argument],
        sizes: Mapping[tuple[str, int], str],
    ) -> InnerClass:
        plan = plan_inside(composite.graph, self.scope, instance.checked)
        values, env, given = _bound(composite, instance, names, sizes)
        facts = symbolic(composite, instance.checked, self.scope, given, env)
        graph = live(composite.graph, self.scope)
        modules, used = [], set[str]()
        for call in plan.blocks:
            if not call.owns:
                continue
            raw = owner_of(graph, call.node).repeat
            text = self.module(call, facts[call.node.id], _repeat_text(call, raw, env))
            plain = self.module(call, call.facts, str(call.facts.repeat))
            text = text if same_text(text, plain, values) else plain
            modules.append((call, text))
            used |= {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        arguments = tuple(argument for name, argument in names.items() if name in used)
        return InnerClass("", composite, instance.path, arguments, plan, tuple(modules), {})

    def module(self, call: Call, facts: BlockFacts, repeat: str) -> str:
        """Return the expression that makes a block's module, with the facts as they are written."""
        if call.facts.inside is not None:
            return self.construction(call, facts, repeat)
        return module_source(replace(call, facts=facts, params=Params(facts.params)))

    def _signature(self, draft: InnerClass) -> object:
        body = [
            (statements(call) if call.facts.inside is None else self.of(call), call.stacked)
            for call in draft.plan.forward
        ]
        arguments = [call.names["y"] for call in draft.plan.inputs]
        return repr((arguments, [text for _, text in draft.modules], draft.arguments, body))


def is_chain(call: Call) -> bool:
    """Tell whether a stack is a plain sequence: one value goes in, one comes out."""
    return len(call.arguments) == len(call.names) == 1


def _value_text(argument: Argument, facts: BlockFacts) -> str:
    if argument.port:
        return str(facts.inputs[argument.port].dims[argument.axis])
    return literal(facts.params[argument.name])


def _repeat_text(call: Call, raw: int | str, env: Mapping[str, Value]) -> str:
    return literal(written(call.facts.repeat, raw, env))


def _names(
    composite: Composite, instances: list[Instance]
) -> tuple[dict[str, Argument], dict[tuple[str, int], str]]:
    """Return what may become an argument, and by which name each arriving size goes.

    A size of features goes by the only parameter that has its value everywhere; one that differs
    and goes by none is an argument of its own.
    """
    names = {
        param.name: Argument(param.name, type(instances[0].values[param.name]).__name__)
        for param in composite.params
        if param.name not in _RESERVED and _is_number(instances[0].values[param.name])
    }
    known = {name: tuple(instance.values[name] for instance in instances) for name in names}
    found: dict[tuple[str, int], str] = {}
    for name, port, axis, letter in _axes(composite, instances):
        sizes = tuple(instance.given(composite.graph)[port].dims[axis] for instance in instances)
        differ = len(set(sizes)) > 1 and not any(isinstance(size, str) for size in sizes)
        alike = [
            other
            for other, values in known.items()
            if values == sizes and (names[other].port or letter in _SIZED)
        ]
        if not alike and differ:
            alike = [unique(name, {*names, *_RESERVED})]
            names[alike[0]], known[alike[0]] = Argument(alike[0], "int", port, axis), sizes
        if len(alike) == 1 or (alike and differ):
            found[port, axis] = alike[0]
    return names, found


def _axes(composite: Composite, instances: list[Instance]) -> Iterator[tuple[str, str, int, str]]:
    """Yield name, port, axis and letter of every size that all instances have."""
    given = [instance.given(composite.graph) for instance in instances]
    several = len(given[0]) > 1
    for port, shape in given[0].items():
        if any(port not in other or other[port].rank != shape.rank for other in given):
            continue
        for axis in range(1, shape.rank):
            letter = shape.axes[axis : axis + 1]
            name = _AXIS_NAMES.get(letter, f"size_{axis}")
            yield (f"{port}_{name}" if several else name), port, axis, letter


def _bound(
    composite: Composite,
    instance: Instance,
    names: Mapping[str, Argument],
    sizes: Mapping[tuple[str, int], str],
) -> tuple[dict[str, Value], dict[str, Value], dict[str, Shape]]:
    """Return the arguments' values, the parameters as symbols, and the arriving shapes so too."""
    given = instance.given(composite.graph)
    values: dict[str, Value] = {}
    for name, argument in names.items():
        size = given[argument.port].dims[argument.axis] if argument.port else None
        values[name] = size if argument.port else instance.values[name]
    env = {
        name: named(value, name) if name in names else value
        for name, value in instance.values.items()
    }
    for port, shape in given.items():
        dims = (
            Whole(dim, sizes[port, axis]) if isinstance(dim, int) and (port, axis) in sizes else dim
            for axis, dim in enumerate(shape.dims)
        )
        given[port] = shape.with_dims(*dims)
    return values, env, given


def _described(plans: list[Plan]) -> dict[tuple[NodeId, str], str]:
    """Return the shapes of the values of a class; sizes that differ are letters."""
    found: dict[tuple[NodeId, str], str] = {}
    first = plans[0]
    calls = [{call.node.id: call for call in (*plan.inputs, *plan.blocks)} for plan in plans]
    for call in (*first.inputs, *first.blocks):
        for port in call.names:
            shapes = [known[call.node.id].facts.outputs[port] for known in calls]
            found[call.node.id, port] = _common(shapes)
    return found


def _common(shapes: list[Shape]) -> str:
    first = shapes[0]
    letters = first.axes or "?" * first.rank
    dims = [
        str(dim) if all(shape.dims[axis] == dim for shape in shapes) else letters[axis]
        for axis, dim in enumerate(first.dims)
    ]
    return "×".join(dims) or "scalar"


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
