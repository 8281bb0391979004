"""Verb: one thing that the command line can do, declared as one value in a module of its own."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """A word after ``netwright``.

    Attributes:
        name: the word.
        summary: what it does, in one line of ``netwright --help``.
        more: what a person should know beside the arguments.
        declare: adds the arguments.
        run: does it, and returns the exit code; imports what it needs when called.
    """

    name: str
    summary: str
    more: str
    declare: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
