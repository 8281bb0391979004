"""Words: what others' code raised, in one line and with the lines that are theirs."""

import traceback
from pathlib import Path


class Ended(Exception):
    """A plug-in wants to end the program."""


def told(error: BaseException) -> str:
    """Return one line that says what was raised."""
    words = " ".join(str(error).split())
    if isinstance(error, SystemExit | Ended):
        return "it wants to end the program"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"the module {error.name} is not installed"
    if isinstance(error, SyntaxError):
        return f"line {error.lineno or 1}: {error.msg}"
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    return f"{type(error).__name__}: {words}"[:300] if words else type(error).__name__


def traced(error: BaseException, folder: Path) -> str:
    """Return the traceback, without our own lines above the plug-in's."""
    stack = traceback.TracebackException.from_exception(error, limit=40)
    theirs = [place for place, frame in enumerate(stack.stack) if _lies_in(frame.filename, folder)]
    if theirs:
        del stack.stack[: theirs[0]]
    return "".join(stack.format())[-8000:]


def _lies_in(file: str, folder: Path) -> bool:
    return Path(file).is_relative_to(folder)
