"""``netwright check``: shapes, counts and every problem in a drawing, without training it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from .arguments import add_experiment, add_json, experiment_of, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.core.catalog import Catalog
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
    if options.preflight:
        return _preflight(experiment, catalog, words=not options.json)
    checked = check(experiment, catalog)
    if options.json:
        print_json(_answer(experiment, checked))
    else:
        print("\n".join(_words(experiment, checked)))
    return 1 if checked.problems else 0


def _preflight(experiment: "Experiment", catalog: "Catalog", *, words: bool) -> int:
    """Try what a training begins with; 1 if anything is found that would spoil it."""
    from studio.app.preflight import preflight
    from studio.runs.handle import Engine

    signs = {"passed": "✓", "failed": "✗", "unsure": "?"}
    rows = []
    with Engine() as engine:
        for row in preflight(engine, experiment, catalog):
            rows.append(row)
            if words:
                print(f"{signs[row.verdict]} {row.title}: {row.says}")
                if row.verdict == "failed" and row.way_out:
                    print(f"    {row.way_out}")
            else:
                print_json({"row": asdict(row)})
    failed = [row.id for row in rows if row.verdict == "failed"]
    print_json({"title": experiment.title, "failed": failed, "rows": [asdict(row) for row in rows]})
    return 1 if failed else 0


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
    parser.add_argument(
        "--preflight",
        action="store_true",
        help="also try, on a copy, what a training begins with: initial loss, gradient, one batch "
        "by heart, leakage, memory, learning rate",
    )
    add_json(parser)


CHECK = Verb(
    "check",
    "Check a drawing: shapes, number of parameters, problems",
    "With --preflight a copy is tried for some seconds instead of listing the blocks; with --json\n"
    "each line of stdout is then one finding, and the last has them all.\n"
    "Exit code 0: no problem, 1: problems, 2: the file cannot be read.",
    _declare,
    run,
)
