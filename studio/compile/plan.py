"""Plan: in which order blocks become statements, and what every module and value is called.

A program has two parts. ``forward`` holds what the network computes from its inputs; ``losses``
holds the losses and whatever else depends on a target, which is known only while training.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from studio.core.blocks import BlockSpec
from studio.core.composites import PORT_IN, PORT_OUT, composite_of, ports_in
from studio.core.errors import CompileError
from studio.core.facts import BlockFacts, Checked
from studio.core.graph import End, Graph, Node, NodeId
from studio.core.params import Params
from studio.core.scope import Scope, live
from studio.core.sharing import owner_of
from studio.core.text import identifier, unique

from .reserved import MODULE_NAMES, VALUE_NAMES


@dataclass(frozen=True, slots=True)
class Call:
    """One placed block on its way to source text.

    ``attribute`` is the name of its module, empty without one; one that shares has that of the
    weights' owner, and ``owns`` no module itself. ``names`` are its values by output port,
    ``wired`` the values at its inputs by port.
    """

    node: Node
    spec: BlockSpec
    facts: BlockFacts
    params: Params
    attribute: str
    names: Mapping[str, str]
    wired: Mapping[str, str]
    stacked: bool = False
    """Whether the module holds several, one behind the other."""

    @property
    def owns(self) -> bool:
        """Whether the module is made for this block."""
        return bool(self.attribute) and not self.node.shares

    @property
    def arguments(self) -> tuple[str, ...]:
        """The values at its inputs in the order of the ports."""
        return tuple(self.wired[port.name] for port in self.spec.inputs if port.name in self.wired)

    @property
    def results(self) -> str:
        """The names of its values, as they stand left of an assignment."""
        return ", ".join(self.names.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements of a program, by the part they belong to."""

    inputs: tuple[Call, ...]
    forward: tuple[Call, ...]
    outputs: tuple[tuple[Call, str], ...]
    """What ``forward`` returns, in the order it comes about: block and output port."""
    targets: tuple[Call, ...]
    late: tuple[Call, ...]
    """Losses, and blocks that depend on a target."""

    @property
    def blocks(self) -> tuple[Call, ...]:
        """All blocks with statements of their own, in order."""
        return self.forward + self.late

    @property
    def losses(self) -> tuple[Call, ...]:
        """The loss blocks."""
        return tuple(call for call in self.late if call.spec.role == "loss")

    @property
    def metrics(self) -> tuple[Call, ...]:
        """The blocks that measure a whole part."""
        return tuple(call for call in self.late if call.spec.role == "metric")

    @property
    def returned(self) -> tuple[str, ...]:
        """The names of the values that ``forward`` returns."""
        return tuple(call.names[port] for call, port in self.outputs)

    @property
    def late_arguments(self) -> tuple[str, ...]:
        """What ``losses`` takes: values that ``forward`` returns, then targets."""
        used = {name for call in self.late for name in call.wired.values()}
        targets = (name for call in self.targets for name in call.names.values())
        return tuple(name for name in (*self.returned, *targets) if name in used)


def plan_network(graph: Graph, scope: Scope, checked: Checked) -> Plan:
    """Order and name everything drawn; inputs and targets that nothing uses are left out.

    Raises:
        CompileError: the drawing has errors, or nothing in it can be computed.
    """
    expect_sound(checked)
    graph = live(graph, scope)
    draft = _Draft(graph, _specs(graph, scope))
    if not draft.returned:
        raise CompileError("There is nothing to compute yet: put a block behind an input")
    return _plan(graph, draft, checked)


def plan_inside(graph: Graph, scope: Scope, checked: Checked) -> Plan:
    """Order and name what stands in a composite; its ports are the inputs and the outputs."""
    graph = live(graph, scope)
    return _plan(graph, _InnerDraft(graph, _specs(graph, scope)), checked)


def _specs(graph: Graph, scope: Scope) -> dict[NodeId, BlockSpec]:
    return {id_: _spec_of(graph.nodes[id_], scope) for id_ in graph.order}


def _plan(graph: Graph, draft: "_Draft", checked: Checked) -> Plan:
    names = draft.value_names(checked)
    attributes = draft.attributes()
    calls = {
        id_: Call(
            node=graph.nodes[id_],
            spec=spec,
            facts=checked.blocks[id_],
            params=Params(checked.blocks[id_].params),
            attribute=attributes.get(id_, ""),
            names={port.name: names[End(id_, port.name)] for port in spec.outputs},
            wired={port: names[end] for port, end in graph.inputs_of[id_].items()},
            stacked=owner_of(graph, graph.nodes[id_]).repeat != 1,
        )
        for id_, spec in draft.used
    }
    return Plan(
        inputs=tuple(calls[id_] for id_ in draft.inputs),
        forward=tuple(calls[id_] for id_ in draft.forward),
        outputs=tuple((calls[end.node], end.port) for end in draft.returned),
        targets=tuple(calls[id_] for id_ in draft.targets),
        late=tuple(calls[id_] for id_ in draft.late),
    )


def expect_sound(checked: Checked) -> None:
    """Refuse a drawing with errors.

    Raises:
        CompileError: with every error's sentence on a line of its own.
    """
    if checked.errors:
        raise CompileError("\n".join(dict.fromkeys(problem.message for problem in checked.errors)))


def _spec_of(node: Node, scope: Scope) -> BlockSpec:
    spec = scope.block(node.kind)
    assert spec is not None, node.kind  # an error of the check otherwise
    return spec


class _Draft:
    """Which block belongs to which part, and which value goes where."""

    def __init__(self, graph: Graph, specs: Mapping[NodeId, BlockSpec]) -> None:
        self._graph = graph
        self._specs = specs
        self._allocate()

    def _allocate(self) -> None:
        graph, specs = self._graph, self._specs
        late = self._find_late()
        wired = [id_ for id_ in graph.order if graph.consumers_of[id_]]
        self.inputs = [id_ for id_ in wired if specs[id_].role == "input"]
        self.targets = [id_ for id_ in wired if specs[id_].role == "target"]
        layers = [id_ for id_ in graph.order if specs[id_].role not in {"input", "target"}]
        self.forward = [id_ for id_ in layers if id_ not in late]
        self.late = [id_ for id_ in layers if id_ in late]
        self._expect_outputs_of_inputs()
        self.returned = list(self._find_returned(late))

    @property
    def used(self) -> Iterator[tuple[NodeId, BlockSpec]]:
        """Every block of the program, arguments first."""
        ids = (*self.inputs, *self.targets, *self.forward, *self.late)
        return ((id_, self._specs[id_]) for id_ in ids)

    def attributes(self) -> dict[NodeId, str]:
        """Name every module after its block's title; who shares has the name of the owner's."""
        taken = set(MODULE_NAMES)
        found: dict[NodeId, str] = {}
        for id_, spec in self.used:
            node = self._graph.nodes[id_]
            if (spec.init or composite_of(node.kind)) and not node.shares:
                found[id_] = unique(identifier(node.title), taken)
                taken.add(found[id_])
        shared = {id_: self._graph.nodes[id_].shares for id_, _ in self.used}
        return found | {id_: found[owner] for id_, owner in shared.items() if owner in found}

    def value_names(self, checked: Checked) -> dict[End, str]:
        """Name every value after its block, or ``x`` where only the very next block wants it."""
        passing = {*self._passing(self.forward), *self._passing(self.late)} - {*self.returned}
        taken = set(VALUE_NAMES)
        names: dict[End, str] = {}
        for id_, spec in self.used:
            for port in spec.outputs:
                end = End(id_, port.name)
                axes = checked.blocks[id_].outputs[port.name].axes
                if end in passing:
                    names[end] = _ending_in("x", axes)
                    continue
                stem = identifier(self._graph.nodes[id_].title)
                stem = "input" if stem == "x" and spec.role == "port" else stem
                stem = stem if len(spec.outputs) == 1 else f"{stem}_{port.name}"
                names[end] = _free_name(stem, axes, taken)
                taken.add(names[end])
        return names

    def _find_late(self) -> frozenset[NodeId]:
        """Find the losses, and what depends on a target or on a loss."""
        late: set[NodeId] = set()
        for id_ in self._graph.order:
            before = {end.node for end in self._graph.inputs_of[id_].values()}
            from_target = any(self._specs[node].role == "target" for node in before)
            if self._specs[id_].role in {"loss", "metric"} or from_target or before & late:
                late.add(id_)
        return frozenset(late)

    def _expect_outputs_of_inputs(self) -> None:
        for id_ in self.late:
            if self._specs[id_].role == "output":
                raise CompileError(
                    f"{self._graph.nodes[id_].title}: expected a value that the network computes "
                    "from its inputs, received one that depends on a target or a loss"
                )

    def _find_returned(self, late: frozenset[NodeId]) -> Iterator[End]:
        """Yield what losses need, what is named and what nothing consumes, as it comes about."""
        named = {End(id_, "y") for id_ in self.forward if self._specs[id_].role == "output"}
        consumed = set(self._graph.feeds.values()) - named
        wanted = {source for target, source in self._graph.feeds.items() if target.node in late}
        for id_ in self.inputs:
            yield from (end for end in self._outputs_of(id_) if end in wanted)
        for id_ in self.forward:
            yield from (
                end for end in self._outputs_of(id_) if end in wanted or end not in consumed
            )

    def _passing(self, part: list[NodeId]) -> Iterator[End]:
        """Yield the values that only the next block of the same part consumes."""
        for id_, follower in pairwise(part):
            consumers = {end.node for end in self._graph.consumers_of[id_]}
            alone = len(self._specs[id_].outputs) == 1 and not self._loops(follower)
            if consumers == {follower} and alone:
                yield from self._outputs_of(id_)

    def _loops(self, id_: NodeId) -> bool:
        """Tell whether a block is a stack with several inputs: its loop needs names of its own."""
        node = self._graph.nodes[id_]
        return node.repeat != 1 and len(self._graph.inputs_of[id_]) > 1

    def _outputs_of(self, id_: NodeId) -> Iterable[End]:
        return (End(id_, port.name) for port in self._specs[id_].outputs)


class _InnerDraft(_Draft):
    """The same within a composite: nothing is late, ports come and go in their order."""

    def _allocate(self) -> None:
        graph = self._graph
        ports = {PORT_IN, PORT_OUT}
        self.inputs = [node.id for node in ports_in(graph, PORT_IN)]
        self.targets: list[NodeId] = []
        self.forward = [id_ for id_ in graph.order if graph.nodes[id_].kind not in ports]
        self.late: list[NodeId] = []
        outs = (End(node.id, "x") for node in ports_in(graph, PORT_OUT))
        self.returned = [graph.feeds[end] for end in outs if end in graph.feeds]

    def _passing(self, part: list[NodeId]) -> Iterator[End]:
        """Yield also the only argument where only the first block takes it."""
        yield from super()._passing(part)
        if part is self.forward and len(self.inputs) == 1:
            yield from super()._passing([*self.inputs, *part[:1]])


def _ending_in(stem: str, axes: str) -> str:
    return f"{stem}_{axes}" if axes else stem


def _free_name(stem: str, axes: str, taken: set[str]) -> str:
    # "x" alone is for values in passing, whichever axes they have
    count, name = 1, _ending_in(stem, axes)
    while name in taken or name == _ending_in("x", axes):
        count += 1
        name = _ending_in(f"{stem}_{count}", axes)
    return name
