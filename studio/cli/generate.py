"""``netwright generate``: text from a trained network, token by token."""

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .arguments import add_experiment, add_json, experiment_of, print_json
from .verb import Verb
from .weights import add_config, configured, reference_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.engine.writer import Report, Wish
    from studio.runs.spec import ColumnInfo, DataJob, Program


class _Asked(NamedTuple):
    """A network to write with; ``weights`` is a file's content, None for first weights."""

    program: "Program"
    columns: "Sequence[ColumnInfo]"
    data: "DataJob | None"
    weights: bytes | None


def run(options: Namespace) -> int:
    """Write what a network goes on with, or answers."""
    from studio.engine.writer import Report, Wish

    asked = _run(options) or _drawing(options)
    if asked.weights is None:
        print("No weights are named: the network writes with its first ones", file=sys.stderr)
    wish = Wish(
        tokens=options.tokens,
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        beams=options.beams,
        length_power=options.length_penalty,
        seed=options.seed,
        stop=options.stop,
        cache=not options.no_cache,
    )
    wish.expect_sensible()
    report = Report()
    _write(asked, options, wish, report)
    return 0


def _write(asked: _Asked, options: Namespace, wish: "Wish", report: "Report") -> None:
    from studio.engine.faults import DataFault
    from studio.engine.generate import begin, writer_of

    writer = writer_of(asked.program, asked.columns, asked.weights)
    try:
        begun, source = begin(writer, asked.program, asked.data, options.prompt)
    except DataFault as error:
        print(f"Written without a look at the data: {error}", file=sys.stderr)
        begun, source = begin(writer, asked.program, None, options.prompt)
    tokens = (tokens[0] for tokens in writer.write(begun, wish, report, source))
    shown: list[str] = []
    for piece in writer.words.pieces(tokens, behind=source is None and options.prompt != ""):
        shown.append(piece)
        if not options.json:
            print(piece, end="", flush=True)
    answer = {
        "prompt": options.prompt,
        "text": "".join(shown),
        "tokens": report.tokens,
        "seconds": report.seconds,
        "tokens_per_sec": report.per_sec,
        "cached": report.cached,
        "cache_bytes": report.cache_bytes,
    }
    if options.json:
        print_json(answer)
    else:
        print(flush=True)
        print(f"\n{_summary(report, wish)}", file=sys.stderr)


def _summary(report: "Report", wish: "Wish") -> str:
    from studio.core.text import plural, scaled

    told = f"{plural(len(report.tokens), 'token')} · {report.per_sec:.3g} tokens/s"
    if report.cached:
        return f"{told} · cache of {scaled(report.cache_bytes, 'B')}"
    why = " (the network has other layers than our attention)" if wish.cache else ""
    return f"{told} · without a cache{why}"


def _run(options: Namespace) -> _Asked | None:
    """Return the network of a run with its weights; None where no run is meant."""
    from studio.app.folders import find_run
    from studio.core.errors import FileError
    from studio.runs.saved import open_run
    from studio.runs.store import WEIGHTS

    try:
        folder = find_run(options.file)
    except FileError:
        return None
    with open_run(folder) as saved:
        spec = saved.spec
    if spec is None or options.assignments or options.weights or options.map:
        raise FileError(
            f"{options.file}: expected a run alone, which has its drawing and its weights; name "
            "a drawing to change settings or to take other weights"
        )
    columns = {column.name: column for column in spec.data.columns}
    return _Asked(
        spec.program,
        [columns[argument.column] for argument in spec.program.inputs],
        spec.data,
        _content(folder / WEIGHTS),
    )


def _drawing(options: Namespace) -> _Asked:
    """Return the network of a drawing, in the sizes of a reference if there is a map."""
    from studio.app.gallery import find_experiment
    from studio.app.plugging import full_catalog
    from studio.app.weight_maps import find_map
    from studio.compile.project import inputs_of
    from studio.compile.run import plan_data
    from studio.compile.source import compile_network
    from studio.core.errors import FileError
    from studio.core.fileio import open_file

    catalog = full_catalog()
    if options.config and not options.map:
        raise FileError("--config: expected --map beside it, which says what the sizes mean")
    weights = None
    if options.map:
        known = find_map(options.map)
        experiment = open_file(find_experiment(options.file))
        experiment = configured(experiment, known, options, catalog)
        if options.weights:
            path = Path(options.weights).expanduser()
            weights = reference_weights(path, known, experiment, catalog)[0]
    else:
        experiment = experiment_of(options, catalog)
        if options.weights:
            weights = _content(_weights_file(options.weights))
    program = compile_network(experiment, catalog)
    data = plan_data(experiment.data, catalog) if experiment.data.source.kind else None
    if data is None:
        return _Asked(program, inputs_of(experiment, catalog), None, weights)
    columns = {column.name: column for column in data.columns}
    inputs = [columns[argument.column] for argument in program.inputs]
    return _Asked(program, inputs, data, weights)


def _weights_file(name: str) -> Path:
    from studio.app.folders import find_run
    from studio.runs.store import WEIGHTS

    path = Path(name).expanduser()
    return path if path.is_file() else find_run(name) / WEIGHTS


def _content(path: Path) -> bytes:
    from studio.core.errors import FileError

    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: the weights cannot be read: {error.strerror}") from None


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument(
        "--prompt", metavar="TEXT", default="", help="what to go on from, or what to answer"
    )
    parser.add_argument(
        "--weights",
        metavar="RUN",
        help="a run or a safetensors file for a drawing; with --map, a reference's file",
    )
    parser.add_argument("--map", metavar="MAP", help="a map of the reference's weights")
    add_config(parser)
    _add_choice(parser)
    parser.add_argument("--stop", metavar="TOKEN", default="", help="end here; else at <end>")
    parser.add_argument("--no-cache", action="store_true", help="read all anew at every step")
    add_json(parser)


def _add_choice(parser: ArgumentParser) -> None:
    """Ask how the next token is chosen."""
    whole = partial(parser.add_argument, metavar="N", type=int)
    real = partial(parser.add_argument, type=float)
    whole("--tokens", default=200, help="at most so many (200)")
    real(
        "--temperature",
        metavar="T",
        default=1.0,
        help="what scores are divided by before one is drawn (1); 0 takes the likeliest",
    )
    whole("--top-k", default=0, help="draw among the so many likeliest")
    real("--top-p", metavar="P", default=1.0, help="draw among those with this share")
    whole("--beams", default=0, help="follow so many texts and tell the likeliest")
    real(
        "--length-penalty",
        metavar="A",
        default=1.0,
        help="a beam's log probability is divided by its length to this power (1)",
    )
    whole("--seed", default=0, help="fixes what is drawn (0)")


GENERATE = Verb(
    "generate",
    "Write text with a trained network",
    "FILE may also be a run, by id or folder. A network that predicts the next token goes on with\n"
    "the prompt; one with an encoder answers it. Exit code 2: the network does not write, or the\n"
    "prompt has something that it does not know.",
    _declare,
    run,
)
