"""Promises: the rules of every kind of declaration, asked of one declared thing after the other.

Blocks are compiled here and run by a process of their own, as are optimisers and sources.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import msgspec

from studio.api import (
    BlockSpec,
    Catalog,
    Checked,
    Column,
    Experiment,
    FileError,
    Optimizer,
    Params,
    Schedule,
    Source,
    StudioError,
    check,
    dumps,
    loads,
    open_file,
)
from studio.compile.run import plan_run
from studio.compile.source import compile_network
from studio.core.params import complete
from studio.core.sketch import Sketch

from .drawings import BLOCK, drawings, first_problem
from .giving import Given

MOST_DRAWINGS = 24
"""Of a block with many settings, so many are looked at."""


class Asks(Protocol):
    """Whoever can run something; ``studio.runs.asking.Asker`` does in a process of its own."""

    def now(self, question: dict[str, Any], *, secs: float = 0.0) -> dict[str, Any]:
        """Return the answer, waiting for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold, of what, and what to do; ``rule`` is one word for it."""

    about: str
    rule: str
    sentence: str


Told: TypeAlias = Iterator[tuple[str, str]]


def examined(
    id_: str, catalog: Catalog, asker: Asks, *, most: int = MOST_DRAWINGS
) -> Iterator[Finding]:
    """Yield what does not hold of one declared thing; nothing for one that is sound.

    Of a block ``most`` drawings are looked at.
    """
    rules: tuple[tuple[dict[str, Any], Callable[..., Told]], ...] = (
        (catalog.blocks, partial(_block, most=most)),
        (catalog.optimizers, _optimizer),
        (catalog.schedules, _schedule),
        (catalog.sources, _source),
    )
    for table, rule in rules:
        if id_ in table:
            for name, told in rule(table[id_], catalog, asker):
                yield Finding(id_, name, told)


def _words(value: Any) -> Told:
    if not value.title:
        yield "docs", "Give it a title"
    if not value.help:
        yield "docs", "Say in one sentence what it does: a docstring of the class, or help"
    for param in value.params:
        if not param.help:
            yield (
                "docs",
                f"Say what the parameter {param.name} does: below Args: in the docstring, or help",
            )


def _block(spec: BlockSpec, catalog: Catalog, asker: Asks, *, most: int) -> Told:
    yield from _words(spec)
    if spec.role not in {"layer", "loss"}:
        return
    seen: set[tuple[str, str]] = set()
    count = 0
    for experiment, checked in islice(drawings(spec, catalog), most):
        count += 1
        for told in _drawing(spec, (experiment, checked), catalog, asker, whole=count == 1):
            if told not in seen:
                seen.add(told)
                yield told
    if not count:
        yield (
            "shapes",
            "no drawing can be made of it with its defaults: " + first_problem(spec, catalog),
        )


def _drawing(
    spec: BlockSpec,
    drawn: tuple[Experiment, Checked],
    catalog: Catalog,
    asker: Asks,
    *,
    whole: bool,
) -> Told:
    """Yield what does not hold of one drawing; the export, which takes long, if it is asked for."""
    experiment, checked = drawn
    try:
        program = compile_network(experiment, catalog, checked)
        if compile_network(loads(dumps(experiment)), catalog) != program:
            yield "save and load", "the program is another after saving and opening the experiment"
    except (StudioError, AssertionError) as error:
        yield "code", str(error)
        return
    facts = checked.blocks[BLOCK]
    weights = facts.inferred.weights if facts.inferred else {}
    question = {
        "job": "examine",
        "program": msgspec.to_builtins(program, str_keys=True),
        "loss": BLOCK if spec.role == "loss" else "",
        "export": whole,
        "inputs": _of_role("input", experiment, checked, catalog),
        "targets": _of_role("target", experiment, checked, catalog),
        "outputs": [_plain(shape)[:2] for shape in facts.outputs.values()],
        "weights": {name: list(dims) for name, dims in weights.items()},
    }
    yield from _answered(asker, question)


def _of_role(
    role: str, experiment: Experiment, checked: Checked, catalog: Catalog
) -> list[list[Any]]:
    """Return the shapes of all inputs or targets, in the program's order."""
    found = []
    for id_ in experiment.graph.order:
        known = catalog.block(experiment.graph.nodes[id_].kind)
        if known is not None and known.role == role:
            found.append(_plain(checked.blocks[id_].outputs["y"]))
    return found


def _answered(asker: Asks, question: dict[str, Any]) -> Told:
    answer = asker.now(question, secs=120.0)
    if "found" not in answer:
        yield "running", str(answer.get("refused") or answer.get("failed"))
        return
    yield from ((str(rule), str(sentence)) for rule, sentence in answer["found"])


def _optimizer(optimizer: Optimizer, catalog: Catalog, asker: Asks) -> Told:
    yield from _words(optimizer)
    if not any(param.name == "lr" for param in optimizer.params):
        yield "parameters", "Declare a parameter lr, the learning rate"
        return
    sketch = Sketch("Smallest", catalog, data="spirals")
    point = sketch.add("io.vector")
    scores = sketch.chain(point, ("nn.linear", {"out_features": 2}))
    sketch.add("loss.cross_entropy", scores, sketch.add("io.target"))
    sketch.set("training.optimizer", optimizer.id)
    try:
        job = plan_run(sketch.experiment(), catalog, run_id="conformance").objectives[0]
    except StudioError as error:
        yield "code", str(error)
        return
    question = {"job": "optimize", "objective": msgspec.to_builtins(job, str_keys=True)}
    yield from _answered(asker, question)


def _schedule(schedule: Schedule, _: Catalog, __: Asks) -> Told:
    yield from _words(schedule)
    params = Params({**complete(schedule.params, {}), "epochs": 10})
    try:
        factors = [schedule.factor(step, 100, params) for step in range(100)]
    except StudioError as error:
        yield "running", str(error)
        return
    if not all(0 <= factor < 1e6 for factor in factors):
        yield "factor", "expected numbers of at least 0 at every step of 100"


def _source(source: Source, _: Catalog, asker: Asks) -> Told:
    yield from _words(source)
    if not source.licence:
        yield "docs", "Say under which licence the data are"
    if source.examine:
        return
    try:
        given = complete(source.params, {})
        columns = source.columns(Params(given))
    except StudioError as error:
        yield "columns", str(error)
        return
    if {column.role for column in columns} != {"input", "target"}:
        yield "columns", "expected at least one column for the input and one for the target"
    question = {
        "job": "load",
        "source": source.id,
        "load": source.load,
        "params": given,
        "columns": [_column(column) for column in columns],
    }
    yield from _answered(asker, question)


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "role": column.role,
        "shape": list(column.shape),
        "dtype": column.dtype,
        "limit": column.limit,
        "labels": list(column.labels),
    }


def file_promises(given: Given, catalog: Catalog) -> Told:
    """Yield what does not hold of an experiment of the gallery, or of composites."""
    assert isinstance(given.value, Path)
    try:
        checked = check(open_file(given.value), catalog)
    except FileError as error:
        yield "file", str(error)
        return
    if given.kind == "gallery":
        yield from (("drawing", problem.message) for problem in checked.errors[:3])


def _plain(shape: Any) -> list[Any]:
    return [list(shape.dims), shape.dtype, shape.limit]
