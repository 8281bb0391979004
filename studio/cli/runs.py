"""``netwright runs``: list, show, export, import, tidy, delete and bring back what was trained."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_json, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.runs.index import Run

SHOWN = 50
"""So many runs are listed for a person; JSON has all of them."""


def run(options: Namespace) -> int:
    """Do what was asked; without a word, list."""
    deeds = {
        "show": _show,
        "export": _export,
        "report": _report,
        "import": _import,
        "delete": _delete,
        "restore": _restore,
        "empty-trash": _empty_trash,
        "tidy": _tidy,
    }
    return deeds.get(options.what, _list)(options)


def _list(options: Namespace) -> int:
    from studio.app import folders
    from studio.app.run_rows import found
    from studio.runs.index import RunIndex

    runs, _ = RunIndex(folders.runs(), folders.runs_index()).look()
    wanted = found(runs, options.search or "", state=options.state or "", tag=options.tag or "")
    if options.json:
        print_json({"runs": [row_json(one) for one in wanted]})
        return 0
    for one in wanted[:SHOWN]:
        print(_line(one))
    if len(wanted) > SHOWN:
        print(f"… and {len(wanted) - SHOWN:,} older ones; --search finds, --json lists all")
    if not wanted:
        print("No run has been recorded yet" if not runs else "No run is like that")
    return 0


def _show(options: Namespace) -> int:
    one = _find(options.run)
    if options.json:
        print_json({**row_json(one), "folder": str(one.folder), **_more_json(one)})
        return 0
    print(_line(one))
    for part, values in one.summary.final.items():
        print(f"  {part:<12}" + "  ".join(f"{name} {value:.4g}" for name, value in values.items()))
    for name, value in one.summary.environment.items():
        print(f"  {name:<12}{value}")
    for text in (one.summary.failure, one.summary.broken, one.marks.notes):
        if text:
            print(f"  {text}")
    return 0


def _export(options: Namespace) -> int:
    from studio.core.errors import RunError
    from studio.runs.exports import FORMS

    form = next((form for form in FORMS if form.id == options.to), None)
    if form is None:
        known = ", ".join(form.id for form in FORMS)
        raise RunError(f"--to: expected one of {known}, received {options.to}")
    folder = _find(options.run).folder
    out = Path(options.out).expanduser() if options.out else Path.cwd()
    print_json({"run": folder.name, "file": str(form.write(folder, out))})
    return 0


def _report(options: Namespace) -> int:
    from studio.app.report.page import write_report
    from studio.ui.offscreen import drawing_of

    folder = _find(options.run).folder
    file = Path(options.html or f"{folder.name}.html").expanduser()
    print_json({"run": folder.name, "file": str(write_report(folder, file, drawing_of(folder)))})
    return 0


def _import(options: Namespace) -> int:
    from studio.app.folders import new_run
    from studio.runs.imports import read_tensorboard

    source = Path(options.source).expanduser()
    folder = new_run(options.title or source.resolve().name)
    names = read_tensorboard(source, folder, title=options.title or source.resolve().name)
    print_json({"run": folder.name, "folder": str(folder), "scalars": names})
    return 0


def _delete(options: Namespace) -> int:
    from studio.app import folders
    from studio.app.trash import Trash
    from studio.core.errors import RunError

    found = [_find(name) for name in options.runs]
    for one in found:
        if one.state == "running":
            raise RunError(f"{one.id} is being trained: stop it before you delete it")
    trash = Trash(folders.trash())
    moved = [trash.put(one.folder).name for one in found]
    print_json({"deleted": moved, "trash": str(folders.trash())})
    return 0


def _restore(options: Namespace) -> int:
    from studio.app import folders
    from studio.app.trash import Trash
    from studio.core.errors import FileError

    trash = Trash(folders.trash())
    items = {path.name: path for path in trash.items()}
    unknown = [name for name in options.runs if name not in items]
    if unknown:
        raise FileError(f"{unknown[0]}: it is not in the trash, {folders.trash()}")
    print_json({"restored": [str(trash.bring_back(items[name])) for name in options.runs]})
    return 0


def _empty_trash(_options: Namespace) -> int:
    from studio.app import folders
    from studio.app.trash import Trash

    print_json({"removed": Trash(folders.trash()).empty()})
    return 0


def _tidy(options: Namespace) -> int:
    """Say which runs a rule lets go, and with --yes move them."""
    from studio.app import folders
    from studio.app.retention import Rule, excess, rule_of
    from studio.app.settings import Settings
    from studio.app.trash import Trash
    from studio.runs.index import RunIndex

    rule = rule_of(Settings(folders.settings_file()).values)
    if options.keep is not None or options.gigabytes is not None:
        rule = Rule(options.keep or 0, options.gigabytes or 0.0)
    runs, _ = RunIndex(folders.runs(), folders.runs_index()).look()
    gone = excess(runs, rule)
    if not options.json:
        for one in gone.runs:
            print(_line(one))
    trash = Trash(folders.trash())
    moved = [trash.put(one.folder).name for one in gone.runs] if options.yes else []
    ids = [one.id for one in gone.runs]
    print_json({"rule": str(rule) or None, "runs": ids, "bytes": gone.size, "deleted": moved})
    return 0


def _find(name: str) -> "Run":
    from studio.app.folders import find_run
    from studio.runs.index import look_at

    return look_at(find_run(name))


def row_json(one: "Run") -> dict[str, object]:
    """Return what a row of the list says, as JSON says it."""
    told = one.summary
    return {
        "run": one.id,
        "title": told.title,
        "begun": one.begun,
        "state": one.state,
        "epoch": told.epoch,
        "epochs": told.epochs,
        "step": told.step,
        "steps": told.steps,
        "seconds": told.seconds,
        "device": told.device,
        "seed": told.seed,
        "parameters": told.parameters,
        "source": told.source,
        "metrics": told.final,
        "best": told.best,
        "tags": list(one.marks.tags),
        "notes": one.marks.notes,
        "favourite": one.marks.favourite,
        "origin": {"run": told.origin.run, "step": told.origin.step} if told.origin else None,
        "group": told.likeness,
        "error": told.broken or told.failure or None,
    }


def _more_json(one: "Run") -> dict[str, object]:
    from studio.runs.checkpoints import checkpoints_in

    return {
        "environment": one.summary.environment,
        "samples": one.summary.samples,
        "checkpoints": [
            {"step": found.step, "kept": found.marked} for found in checkpoints_in(one.folder)
        ],
    }


def _line(one: "Run") -> str:
    from studio.app.run_rows import when

    told, marks = one.summary, one.marks
    held = told.final.get("test") or told.final.get("validation") or told.final.get("train") or {}
    values = "  ".join(f"{name} {value:.4g}" for name, value in held.items())
    star = "★ " if marks.favourite else ""
    tags = "".join(f"  #{tag}" for tag in marks.tags)
    return f"{one.id:<44}  {when(one.begun)}  {one.state:<9}{star}{told.title}  {values}{tags}"


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"expected a number of runs from 1, received {text}")
    return int(text)


def _size(text: str) -> float:
    try:
        size = float(text)
    except ValueError:
        size = 0.0
    if not 0 < size < inf:
        raise ArgumentTypeError(f"expected gigabytes above 0, received {text}")
    return size


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("--search", metavar="WORDS", help="runs that have all of these words")
    parser.add_argument("--tag", metavar="T", help="runs with this tag")
    parser.add_argument("--state", metavar="S", help="running, finished, stopped, failed, cut off")
    add_json(parser)
    words = parser.add_subparsers(dest="what", metavar="WHAT")
    show = words.add_parser("show", help="all that is known of one run")
    add_json(show)
    export = words.add_parser("export", help="write the scalars of a run for other programs")
    export.add_argument(
        "--to",
        metavar="FORM",
        required=True,
        help="csv, parquet, tensorboard, mlflow (into a tracking folder) or wandb (an offline run)",
    )
    export.add_argument("-o", "--out", metavar="DIR", help="where; else here")
    report = words.add_parser("report", help="write a run as one web page that needs no network")
    report.add_argument("--html", metavar="FILE", help="where; else RUN.html here")
    for one in (show, export, report):
        one.add_argument("run", metavar="RUN", help="the id of a run, or its folder")
    taken = words.add_parser("import", help="take TensorBoard's event files in as a run")
    taken.add_argument("source", metavar="SOURCE", help="an event file, or a folder of them")
    taken.add_argument("--title", metavar="WORDS", help="what to call it; else like the folder")
    delete = words.add_parser("delete", help="move runs to the trash")
    restore = words.add_parser("restore", help="bring runs back from the trash")
    words.add_parser("empty-trash", help="remove for good what was deleted")
    _declare_tidy(words.add_parser("tidy", help="see which old runs are more than you keep"))
    for one in (delete, restore):
        one.add_argument("runs", metavar="RUN", nargs="+")


def _declare_tidy(tidy: ArgumentParser) -> None:
    tidy.add_argument("--keep", type=_whole, metavar="N", help="keep the last N runs")
    tidy.add_argument("--gigabytes", type=_size, metavar="X", help="keep at most so much")
    tidy.add_argument("--yes", action="store_true", help="move them to the trash")
    add_json(tidy)


RUNS = Verb(
    "runs",
    "List, show, export, import and delete what was trained",
    "Without WHAT, the runs are listed, newest first. A deleted run lies in the trash, from\n"
    "which restore brings it back.",
    _declare,
    run,
)
