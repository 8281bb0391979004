"""``netwright diff``: what differs between two experiments, in words or as JSON."""

from argparse import ArgumentParser, Namespace

from .arguments import add_json, print_json
from .verb import Verb


def run(options: Namespace) -> int:
    """Compare two experiments; 1 if they differ."""
    from studio.app.gallery import find_experiment
    from studio.core.compare import as_data, compare
    from studio.core.fileio import open_file

    before = open_file(find_experiment(options.before))
    after = open_file(find_experiment(options.after))
    differences = compare(before, after)
    if options.json:
        print_json({"equal": not differences, **as_data(differences)})
    else:
        print("\n".join(differences.lines()) or "No difference")
    return 1 if differences else 0


def _declare(parser: ArgumentParser) -> None:
    for name, noun in (("before", "first"), ("after", "second")):
        parser.add_argument(name, metavar="FILE", help=f"the {noun} *.netwright file")
    add_json(parser)


DIFF = Verb(
    "diff",
    "Compare two drawings: blocks, wires and settings",
    "Exit code 0: no difference, 1: differences, 2: a file cannot be read.",
    _declare,
    run,
)
