"""Source: a drawing becomes the readable PyTorch text that is shown, trained and exported."""

from studio.core.catalog import Catalog
from studio.core.check import Checked, check, column_for, columns_of
from studio.core.errors import CompileError
from studio.core.experiment import Data, Experiment
from studio.core.text import class_name
from studio.runs.spec import Argument, BlockInfo, Program

from .modules import Copied, read_definition
from .plan import Call, Plan, plan_network
from .writer import Page, write_both


def compile_network(
    experiment: Experiment, catalog: Catalog, checked: Checked | None = None
) -> Program:
    """Return the program of a drawing; the same drawing gives the same bytes.

    Raises:
        CompileError: the drawing has errors, each on a line of its own.
    """
    plan = plan_network(experiment.graph, catalog, checked or check(experiment, catalog))
    copied = copied_classes(plan)
    name = class_name_for(experiment.title, copied)
    plain, tapped = write_both(Page(plan, experiment.title, name, copied))
    return Program(
        text=plain.text,
        class_name=name,
        lines=plain.blocks,
        tapped=tapped.text,
        tapped_lines=tapped.blocks,
        inputs=_arguments(plan.inputs, experiment.data, catalog),
        outputs=plan.returned,
        loss_arguments=plan.late_arguments,
        targets=_arguments(plan.targets, experiment.data, catalog),
        losses=tuple(call.node.id for call in plan.losses),
        metrics=tuple(plain.metrics),
        blocks=tuple(
            BlockInfo(
                id=call.node.id,
                title=call.node.title,
                kind=call.spec.id,
                attribute=call.attribute,
            )
            for call in plan.inputs + plan.blocks
        ),
    )


def copied_classes(plan: Plan) -> tuple[Copied, ...]:
    """Read every class that a block needs, once, in the order of the blocks."""
    references = dict.fromkeys(need for call in plan.blocks for need in call.spec.needs)
    classes = tuple(read_definition(reference) for reference in references)
    names = [copied.name for copied in classes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise CompileError(f"expected classes of different names, received two called {twice}")
    return classes


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
