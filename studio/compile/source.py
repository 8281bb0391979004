"""Source: a drawing becomes the readable PyTorch text that is shown, trained and exported."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studio.core.blocks import BlockSpec
from studio.core.catalog import Catalog
from studio.core.check import Checked, check, column_for, columns_of
from studio.core.composites import composite_of
from studio.core.errors import CompileError
from studio.core.experiment import Data, Experiment
from studio.core.learning import rate_of, reads_file
from studio.core.scope import Scope, live
from studio.core.text import class_name
from studio.runs.spec import Argument, BlockInfo, Program

from .classes import Classes
from .gathering import gathered
from .modules import Copied, read_definition
from .origins import looks_of, with_looks
from .plan import Call, Plan, plan_network
from .writer import Page, write_both

_READERS = "studio.engine.nn.weights"
"""Where the functions are that read first weights from a file."""


def compile_network(
    experiment: Experiment, catalog: Catalog, checked: Checked | None = None
) -> Program:
    """Return the program of a drawing; the same drawing gives the same bytes.

    Raises:
        CompileError: the drawing has errors, each on a line of its own.
    """
    found = checked or check(experiment, catalog)
    drawn = draw(experiment, catalog, found)
    plan = drawn.plan
    blocks = (*map(_info, plan.inputs), *_infos(plan, drawn.classes))
    plain, tapped = write_both(
        Page(plan, experiment.title, drawn.class_name, drawn.copied, drawn.classes)
    )
    return Program(
        text=plain.text,
        class_name=drawn.class_name,
        lines=plain.blocks,
        tapped=tapped.text,
        tapped_lines=tapped.blocks,
        inputs=_arguments(plan.inputs, experiment.data, catalog),
        outputs=plan.returned,
        loss_arguments=plan.late_arguments,
        targets=_arguments(plan.targets, experiment.data, catalog),
        losses=tuple(call.node.id for call in plan.losses),
        metrics=tuple(plain.measures.metrics),
        measured=plain.measures.infos,
        counts=tuple(plain.measures.counts),
        scores=plain.measures.scores,
        blocks=with_looks(blocks, plan.inputs, looks_of(experiment, drawn.classes.scope, found)),
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing resolved: the plan of the network, and the classes beside it."""

    plan: Plan
    class_name: str
    copied: tuple[Copied, ...]
    classes: Classes


def draw(experiment: Experiment, catalog: Catalog, checked: Checked | None = None) -> Drawn:
    """Resolve a drawing.

    Raises:
        CompileError: the drawing has errors, each on a line of its own.
    """
    found = checked or check(experiment, catalog)
    scope = Scope(catalog, experiment.composites)
    plan = plan_network(experiment.graph, scope, found)
    classes = Classes(scope, set())
    needs = (need for spec in _specs(plan, scope) for need in spec.needs)
    copied = copied_classes(needs) + _readers(experiment)
    name = class_name_for(experiment.title, copied)
    classes.taken |= {name, *(used for one in copied for used in (one.name, *one.imports))}
    classes.build(experiment, found)
    return Drawn(plan, name, copied, classes)


def _infos(plan: Plan, classes: Classes) -> Iterator[BlockInfo]:
    """Yield every block, those inside an instance before it, so that weights are theirs."""
    for call in plan.blocks:
        inner = classes.of(call)
        if inner is not None:
            inside = list(_infos(inner.plan, classes))
            rate = _rate(call)
            for number in range(1, call.facts.repeat + 1):
                mark = f"#{number}" if call.stacked else ""
                place = f"{call.attribute}.{number - 1}" if call.stacked else call.attribute
                for info in inside:
                    yield BlockInfo(
                        id=f"{call.node.id}{mark}/{info.id}",
                        title=f"{call.node.title}{mark} › {info.title}",
                        kind=info.kind,
                        attribute=f"{place}.{info.attribute}" if info.attribute else "",
                        rate=rate * info.rate,
                    )
        yield _info(call)


def _info(call: Call) -> BlockInfo:
    return BlockInfo(
        id=call.node.id,
        title=call.node.title,
        kind=call.spec.id,
        attribute=call.attribute,
        rate=_rate(call),
    )


def _rate(call: Call) -> float:
    """Return what its rate is multiplied with; who shares weights has no say in it."""
    return rate_of(call.node.weights) if call.owns else 1.0


def copied_classes(references: Iterable[str]) -> tuple[Copied, ...]:
    """Read every class that is named, and what it is made of, once and in this order."""
    found = (copied for reference in dict.fromkeys(references) for copied in gathered(reference))
    classes = tuple({(copied.name, copied.text): copied for copied in found}.values())
    names = [copied.name for copied in classes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise CompileError(f"expected classes of different names, received two called {twice}")
    return classes


def _specs(plan: Plan, scope: Scope) -> Iterator[BlockSpec]:
    """Yield the declaration of every block in the order of the program, those inside included."""
    for call in plan.blocks:
        yield from _specs_in(call.spec, scope)


def _specs_in(spec: BlockSpec, scope: Scope) -> Iterator[BlockSpec]:
    composite = scope.composites.get(composite_of(spec.id))
    if composite is None:
        yield spec
        return
    graph = live(composite.graph, scope)
    for id_ in graph.order:
        inner = scope.block(graph.nodes[id_].kind)
        if inner is not None:
            yield from _specs_in(inner, scope)


def _readers(experiment: Experiment) -> tuple[Copied, ...]:
    """Return the functions that read first weights from a file, where a block wants it."""
    graphs = (experiment.graph, *(known.graph for known in experiment.composites.values()))
    if not any(reads_file(node.weights) for graph in graphs for node in graph.nodes.values()):
        return ()
    names = ("read_weights", "read_npy", "read_vectors", "set_from_file")
    return tuple(read_definition(f"{_READERS}:{name}") for name in names)


def class_name_for(title: str, copied: tuple[Copied, ...]) -> str:
    """Return the name of the network's class, other than those its text uses already."""
    name = class_name(title)
    taken = {used for one in copied for used in (one.name, *one.imports)}
    return f"{name}Network" if name in taken else name


def _arguments(calls: tuple[Call, ...], data: Data, catalog: Catalog) -> tuple[Argument, ...]:
    columns = columns_of(data, catalog)
    found = []
    for call in calls:
        column = column_for(call.spec, call.node, columns)
        name = column.name if column else str(call.node.params.get("column") or "")
        found += [Argument(name=value, column=name) for value in call.names.values()]
    return tuple(found)
