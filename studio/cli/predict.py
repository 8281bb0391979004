"""``netwright predict``: what a trained network says of the samples in another file."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from .arguments import add_json, print_json
from .verb import Verb

SHOWN = 20


def run(options: Namespace) -> int:
    """Read a file as the run read its own, and print or write the answers."""
    from studio.app.folders import find_run
    from studio.core.text import plural
    from studio.engine.data.predict import predict
    from studio.runs.questions import Predict

    folder = find_run(options.run)
    to = str(Path(options.output).expanduser().absolute()) if options.output else ""
    path = str(Path(options.data).expanduser().absolute())
    most = 10**9 if options.json else SHOWN
    answer = predict(Predict(request=0, folder=str(folder), path=path, to=to, most=most))
    if options.json:
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        print_json({"answers": rows, "metrics": answer.metrics, "file": answer.file})
        return 0
    print("\n".join(answer.notes), end="\n" * bool(answer.notes))
    if not to:
        print("\n".join("  ".join(row) for row in (answer.columns, *answer.rows)))
    told = "".join(f", {name} {value:.4g}" for name, value in answer.metrics.items())
    print(f"{plural(answer.count, 'sample')}{told}{f', written to {to}' if to else ''}")
    return 0


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run, by id or folder, trained on own data")
    parser.add_argument("data", metavar="FILE", help="a file like the one it was trained on")
    parser.add_argument("-o", "--output", metavar="FILE", help="the table to write (CSV)")
    add_json(parser)


PREDICT = Verb(
    "predict",
    "Let a trained network answer for another file",
    "The file is read, cleaned and scaled exactly as the training part was. Where it tells\n"
    "what is right, so is told how good the answers are. Exit code 2: it cannot be read.",
    _declare,
    run,
)
