"""The command line: ``netwright open|demo|train|check|diff|export|blocks|gallery|doctor``.

A verb is one module of this package that holds one ``Verb``; it is found by being there. Results
are one JSON object in the last line of stdout, whose ``version`` grows by one when a field changes
its meaning; news on the way goes to stderr. Exit codes: 0 all is well, 1 the answer is bad news
(problems in the drawing, a failed run, something missing), 2 the question could not be read, 130
stopped from the keyboard.
"""

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from studio import __version__
from studio.core.errors import StudioError

from .verb import Verb

__all__ = ["Verb", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit code."""
    options = _parser().parse_args(arguments)
    verb: Verb = options.verb
    try:
        return verb.run(options)
    except StudioError as error:
        print(f"netwright {verb.name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the answer, such as head, has seen enough; Python flushes once more at the
        # end, so stdout must lead somewhere: https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def verbs() -> tuple[Verb, ...]:
    """Return every verb, in the order of the files."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(
        value for module in modules for value in vars(module).values() if isinstance(value, Verb)
    )


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="netwright",
        description="Draw a neural network from blocks, train it in the background, watch it learn",
    )
    parser.add_argument("--version", action="version", version=f"netwright {__version__}")
    words = parser.add_subparsers(metavar="VERB", required=True, title="verbs")
    for verb in verbs():
        word = words.add_parser(
            verb.name,
            help=verb.summary,
            description=f"{verb.summary}\n\n{verb.more}",
            formatter_class=RawDescriptionHelpFormatter,
        )
        verb.declare(word)
        word.set_defaults(verb=verb)
    return parser
