"""``netwright find-lr``: how the loss answers to the learning rate, and which rate fits."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from .arguments import add_experiment, add_json, experiment_of, print_json
from .train import say
from .verb import Verb

if TYPE_CHECKING:
    from studio.app.ranging import RateTest

_BARS, _WIDE = 20, 40


def run(options: Namespace) -> int:
    """Test one experiment, and say which rate fits."""
    from studio.app.plugging import full_catalog
    from studio.app.ranging import find_rate, plan_rates
    from studio.compile.run import plan_run
    from studio.runs.handle import Engine

    catalog = full_catalog()
    spec = plan_run(experiment_of(options, catalog), catalog, run_id="range-test")
    planned = plan_rates(spec, lowest=options.low, highest=options.high, steps=options.steps)
    with Engine() as engine:
        found = find_rate(engine, planned)
    if not options.json:
        for line in _lines(found):
            say(line)
    points = [[point.rate, point.loss] for point in found.points]
    print_json({"rate": found.rate, "now": spec.objectives[0].lr, "points": points})
    return 0 if found.rate is not None else 1


def _lines(found: "RateTest") -> list[str]:
    """Return the curve as bars, and the suggestion."""
    step = max(len(found.points) // _BARS, 1)
    shown = found.points[::step]
    most = max((point.smooth for point in shown), default=1.0) or 1.0
    lines = [
        f"{point.rate:9.2g}  {point.smooth:9.4g}  {'█' * round(_WIDE * point.smooth / most)}"
        for point in shown
    ]
    if found.rate is None:
        return [*lines, "The loss never fell: try lower rates with --low, or more --steps"]
    return [
        *lines,
        f"A learning rate of about {found.rate:.2g} fits: a tenth of where the loss is least",
    ]


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument("--low", type=float, default=1e-6, metavar="RATE", help="the first rate")
    parser.add_argument("--high", type=float, default=10.0, metavar="RATE", help="the last rate")
    parser.add_argument("--steps", type=int, default=100, metavar="N", help="how many steps")
    add_json(parser)


FIND_LR = Verb(
    "find-lr",
    "Find a learning rate by a short test",
    "Trains a copy for some steps while the learning rate rises; the file stays as it is. The\n"
    "last line of stdout is one JSON object with the suggested rate and the loss at every rate.\n"
    "Exit code 0: a rate was found, 1: the loss never fell, 2: the test could not begin.",
    _declare,
    run,
)
