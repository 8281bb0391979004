"""``netwright check``: shapes, counts and every problem in a drawing, without training it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .arguments import add_experiment, add_json, experiment_of, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.core.check import BlockFacts, Checked, Problem
    from studio.core.experiment import Experiment
    from studio.core.graph import Node
    from studio.core.shapes import Shape


def run(options: Namespace) -> int:
    """Check one experiment; 1 if there is a problem."""
    from studio.app.plugging import full_catalog
    from studio.core.check import check

    catalog = full_catalog()
    experiment = experiment_of(options, catalog)
    checked = check(experiment, catalog)
    if options.json:
        print_json(_answer(experiment, checked))
    else:
        print("\n".join(_words(experiment, checked)))
    return 1 if checked.problems else 0


def _answer(experiment: "Experiment", checked: "Checked") -> dict[str, object]:
    return {
        "title": experiment.title,
        "parameters": checked.parameters,
        "trainable": checked.trainable,
        "macs": checked.macs,
        "problems": [_problem(problem) for problem in checked.problems],
        "blocks": [
            _block(path, experiment.node_at(path), facts) for path, facts in checked.listing()
        ],
    }


def _problem(problem: "Problem") -> dict[str, object]:
    return {
        "level": problem.level,
        "block": problem.path or problem.node,
        "port": problem.port,
        "message": problem.message,
        "hint": problem.hint,
    }


def _block(path: str, node: "Node", facts: "BlockFacts") -> dict[str, object]:
    return {
        "id": path,
        "kind": node.kind,
        "title": node.title,
        "inputs": _sizes(facts.inputs),
        "outputs": _sizes(facts.outputs),
        "parameters": facts.parameters,
        "macs": facts.macs,
    }


def _sizes(shapes: "Mapping[str, Shape]") -> dict[str, list[int | str]]:
    return {port: list(shape.dims) for port, shape in shapes.items()}


def _words(experiment: "Experiment", checked: "Checked") -> list[str]:
    from studio.core.text import grouped, plural, scaled

    rows = [
        (
            "  " * path.count("/") + experiment.node_at(path).title,
            experiment.node_at(path).kind + (f" ×{facts.repeat}" if facts.repeat > 1 else ""),
            ", ".join(str(shape) for shape in facts.outputs.values()) or "?",
            grouped(facts.parameters) if facts.parameters else "",
        )
        for path, facts in checked.listing()
    ]
    table = _columns([("block", "kind", "output", "parameters"), *rows])
    problems = [
        f"{problem.level}: {problem.message}" + (f" ({problem.hint})" if problem.hint else "")
        for problem in checked.problems
    ]
    total = (
        f"{plural(len(checked.problems), 'problem')} · "
        f"{plural(checked.parameters, 'parameter')} · {scaled(checked.macs, 'MAC')}"
    )
    return [experiment.title, "", *table, "", *problems, total]


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    add_json(parser)


CHECK = Verb(
    "check",
    "Check a drawing: shapes, number of parameters, problems",
    "Exit code 0: no problem, 1: problems, 2: the file cannot be read.",
    _declare,
    run,
)
