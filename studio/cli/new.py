"""``netwright new``: an experiment on a person's own file, or an empty one."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_json, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.core.catalog import Catalog
    from studio.core.experiment import Experiment
    from studio.runs.questions import Examined


def run(options: Namespace) -> int:
    """Write the experiment, and open it if that is wanted."""
    from studio.app.catalogue import builtin_catalog
    from studio.app.starters import task_words
    from studio.core.errors import FileError
    from studio.core.experiment import Experiment
    from studio.core.fileio import SUFFIX, save

    catalog = builtin_catalog()
    path = Path(options.data).expanduser().absolute() if options.data else None
    experiment = Experiment()
    notes: tuple[str, ...] = ()
    if path is not None:
        experiment, found = _on(path, catalog)
        notes = found.notes
    target = Path(options.output or f"{experiment.title}{SUFFIX}").expanduser()
    if target.is_dir():
        target = target / f"{experiment.title}{SUFFIX}"
    if target.exists() and not options.force:
        raise FileError(f"{target}: there is such a file already; name another, or add --force")
    save(experiment, target)
    if options.json:
        kinds = {one.name: f"{one.kind}, {one.role}" for one in experiment.data.fields}
        print_json({"file": str(target), "fields": kinds, "notes": notes})
    else:
        learnt = f": {task_words(experiment.data.fields)}" if path else ""
        print("\n".join([*notes, f"{target}{learnt}"]))
    if options.open:
        from studio.ui.start import run as show

        return show(str(target))
    return 0


def _on(path: Path, catalog: "Catalog") -> "tuple[Experiment, Examined]":
    """Return an experiment on a file, which is looked into here and now.

    Raises:
        FileError: nothing reads it, or it cannot be read.
    """
    from importlib import import_module

    from studio.app.own_data import at_path, expected_source
    from studio.app.starters import starter
    from studio.core.params import Params
    from studio.runs.questions import Examined

    source = expected_source(path, catalog)
    params = at_path(source, path)
    module, _, name = source.examine.partition(":")
    look = getattr(import_module(module), name)(Params(params))
    found = Examined(
        request=0,
        fields=look.fields,
        rows=look.rows,
        exact=look.exact,
        params=dict(look.params),
        notes=look.notes,
        missing=look.missing,
    )
    return starter(found, source, path, catalog), found


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FILE", help="a table, arrays, a text, or a folder")
    parser.add_argument("-o", "--output", metavar="FILE", help="the experiment to write")
    parser.add_argument("--open", action="store_true", help="open the window on it")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    add_json(parser)


NEW = Verb(
    "new",
    "Write an experiment, on your own data",
    "With --data the columns of the file are typed, what is to be learnt is guessed, and a\n"
    "network that fits is drawn, ready to train. Exit code 2: the file cannot be read.",
    _declare,
    run,
)
