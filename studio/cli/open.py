"""``netwright open``: the window, on a file or on the welcome page."""

from argparse import ArgumentParser, Namespace

from .verb import Verb


def run(options: Namespace) -> int:
    """Show the window until it is closed."""
    from studio.app.gallery import find_experiment
    from studio.ui.start import run as show

    return show(str(find_experiment(options.file)) if options.file else None)


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="a *.netwright file or a name of the gallery"
    )


OPEN = Verb(
    "open",
    "Open the window",
    "Without a file, the window opens on what was open last.",
    _declare,
    run,
)
