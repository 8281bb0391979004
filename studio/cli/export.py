"""``netwright export``: the network as Python that needs nothing but torch."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from .arguments import add_experiment, experiment_of, print_json
from .verb import Verb


def run(options: Namespace) -> int:
    """Write the program, and the weights of a run if one is named."""
    from studio.app.catalogue import builtin_catalog
    from studio.compile.project import export_python

    catalog = builtin_catalog()
    experiment = experiment_of(options, catalog)
    folder = Path(options.output).expanduser()
    weights = _weights(options.weights) if options.weights else None
    model = export_python(experiment, catalog, folder, weights=weights)
    files = [model, *([folder / "weights.safetensors"] if weights is not None else [])]
    print_json({"folder": str(folder), "files": [path.name for path in files]})
    return 0


def _weights(run_name: str) -> bytes:
    from studio.app.folders import find_run
    from studio.core.errors import FileError
    from studio.runs.store import WEIGHTS

    path = Path(run_name).expanduser()
    if not path.is_file():
        path = find_run(run_name) / WEIGHTS
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from None


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument(
        "--to", choices=("python",), default="python", help="the form; python is the only one yet"
    )
    parser.add_argument(
        "--weights", metavar="RUN", help="a run's id or folder, whose weights are put beside it"
    )
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="the folder to write")


EXPORT = Verb(
    "export",
    "Export a network as Python that needs nothing but torch",
    "The folder gets model.py (the class, build() and a __main__ that prints the output shape)\n"
    "and, with --weights, weights.safetensors, which build() then reads.",
    _declare,
    run,
)
