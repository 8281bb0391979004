"""Run: an experiment resolved to everything the engine is told of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeAlias, TypeVar, cast

from studio.core.catalog import Catalog
from studio.core.check import Checked, check
from studio.core.errors import CompileError
from studio.core.experiment import OBJECTIVE, TRAINING, Experiment, Objective
from studio.core.fileio import dumps
from studio.core.params import Params, complete
from studio.core.recipes import Optimizer
from studio.runs.spec import (
    Computing,
    Keeping,
    ObjectiveJob,
    Program,
    RunSpec,
    Watch,
)

from .data import name_of, plan_data
from .imports import import_lines
from .source import compile_network, copied_classes
from .template import fill_names, literal

__all__ = ["plan_data", "plan_run"]

T = TypeVar("T")
Precision: TypeAlias = Literal["float32", "bfloat16", "float16"]
Speed: TypeAlias = Literal["steady", "fastest"]


def plan_run(
    experiment: Experiment,
    catalog: Catalog,
    *,
    run_id: str,
    folder: str = "",
    watch: Watch | None = None,
    checked: Checked | None = None,
) -> RunSpec:
    """Return the run of an experiment.

    Raises:
        CompileError: the drawing has errors, or the training lacks something.
    """
    found = checked or check(experiment, catalog)
    program = compile_network(experiment, catalog, found)
    if not program.losses:
        raise CompileError("There is nothing to learn from yet: connect a loss to the network")
    settings = Params(complete(TRAINING, experiment.training.settings))
    return RunSpec(
        id=run_id,
        title=experiment.title,
        experiment=dumps(experiment),
        program=program,
        data=plan_data(experiment.data, catalog),
        objectives=tuple(
            _objective(_present(objective, found), catalog, program, settings.whole("epochs"))
            for objective in experiment.training.objectives
        ),
        epochs=settings.whole("epochs"),
        batch_size=settings.whole("batch_size"),
        seed=settings.whole("seed"),
        device=settings.text("device"),
        early_stopping=settings.whole("early_stopping"),
        restore_best=settings.flag("restore_best"),
        watch=watch or Watch(),
        folder=folder,
        keeping=Keeping(
            every_secs=settings.real("checkpoint_secs"), last=settings.whole("checkpoints_kept")
        ),
        computing=_computing(settings),
        ema=settings.real("ema"),
    )


def _computing(settings: Params) -> Computing:
    return Computing(
        accumulate=settings.whole("accumulate"),
        precision=cast(Precision, settings.text("precision")),
        recompute=settings.flag("recompute"),
        speed=cast(Speed, settings.text("speed")),
        compile=settings.flag("compile"),
    )


def _present(objective: Objective, checked: Checked) -> Objective:
    """Return the objective without losses that are disabled."""
    absent = {id_ for id_, facts in checked.blocks.items() if facts.absent}
    losses = {name: weight for name, weight in objective.losses.items() if name not in absent}
    return replace(objective, losses=losses)


def _objective(
    objective: Objective, catalog: Catalog, program: Program, epochs: int
) -> ObjectiveJob:
    optimizer = _known(catalog.optimizers, objective.optimizer.kind, "optimiser")
    schedule = _known(catalog.schedules, objective.schedule.kind, "schedule")
    given = complete(optimizer.params, objective.optimizer.params)
    settings = Params(complete(OBJECTIVE, objective.settings))
    losses = _losses(objective, program)
    return ObjectiveJob(
        name=objective.name,
        optimizer=_optimizer_source(optimizer, Params(given)),
        code=_code(optimizer),
        lr=Params(given).real("lr"),
        schedule=name_of(schedule.factor),
        react=name_of(schedule.react) if schedule.react else "",
        schedule_params={**complete(schedule.params, objective.schedule.params), "epochs": epochs},
        losses=losses,
        warm_ups={name: share for name, share in objective.warm_ups.items() if name in losses},
        turns=settings.whole("turns"),
        every=settings.whole("every"),
        joint=settings.flag("joint"),
        blocks=_attributes(objective, program),
        clip_norm=settings.real("clip_norm"),
        clip_value=settings.real("clip_value"),
        decay_all=settings.flag("decay_all"),
        l1=settings.real("l1"),
        l2=settings.real("l2"),
        max_norm=settings.real("max_norm"),
    )


def _losses(objective: Objective, program: Program) -> dict[str, float]:
    losses = dict(objective.losses) or dict.fromkeys(program.losses, 1.0)
    unknown = sorted(losses.keys() - set(program.losses))
    if unknown:
        raise CompileError(
            f"{objective.name}: expected losses of the drawing, received {unknown[0]}"
        )
    return losses


def _attributes(objective: Objective, program: Program) -> tuple[str, ...]:
    chosen = (block for block in program.blocks if block.id in objective.blocks)
    return tuple(dict.fromkeys(block.attribute for block in chosen if block.attribute))


def _code(optimizer: Optimizer) -> str:
    """Return the text of the classes that an optimiser needs, with their imports."""
    if not optimizer.needs:
        return ""
    copied = copied_classes(optimizer.needs)
    lines = import_lines("", copied)
    return "\n".join([*lines, "", "", *("\n\n\n".join(one.text for one in copied), "")])


def _optimizer_source(optimizer: Optimizer, params: Params) -> str:
    names = {name: literal(value) for name, value in params.items()}
    return fill_names(optimizer.source, {**names, "params": "params", "lr": "lr"}, optimizer.id)


def _known(table: Mapping[str, T], kind: str, what: str) -> T:
    if kind not in table:
        raise CompileError(f"The {what} {kind} is not installed; choose another")
    return table[kind]
