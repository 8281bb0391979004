"""Files: an experiment as canonical, diff-friendly JSON. Opening one never runs code."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TypeAlias

from .carrying import text_in
from .errors import FileError
from .experiment import FORMAT, Experiment
from .format import experiment_in, fields_of
from .places import beside, found_from
from .reader import WHOLE, Reader

SUFFIX = ".netwright"

Fields: TypeAlias = dict[str, object]


def _to_format_2(fields: Fields) -> Fields:
    """Composites, modes, sharing, repeats and marks are new; what was there means the same."""
    return {**fields, "format": 2}


_MIGRATIONS: Mapping[int, Callable[[Fields], Fields]] = {1: _to_format_2}
"""From a version to the next; files of every version open for ever."""


def dumps(experiment: Experiment) -> str:
    """Return the text of the file; equal experiments give equal bytes."""
    document = fields_of(experiment)
    return (
        json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    )


def loads(text: str) -> Experiment:
    """Read the text of a file.

    Raises:
        FileError: naming the place and what was expected there.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"this is not an experiment: {error}") from None
    reader = Reader(document, WHOLE)
    version = reader.take("format", int)
    if version > FORMAT:
        raise FileError(
            f"this file has format {version}; this program reads up to {FORMAT}. "
            "Update Netwright to open it"
        )
    for older in range(max(version, 1), FORMAT):
        reader = Reader(_MIGRATIONS[older](document), WHOLE)
    return experiment_in(reader)


def save(experiment: Experiment, path: Path) -> None:
    """Write a file whole or not at all.

    Raises:
        FileError: the place cannot be written; what was there before is untouched.
    """
    write_whole(path, dumps(beside(experiment, path.parent)).encode())


def open_file(path: Path) -> Experiment:
    """Read a file, or the experiment that a picture carries.

    Raises:
        FileError: it cannot be read, or is not an experiment.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file") from None
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error}") from None
    try:
        return found_from(loads(text_in(content)), path.parent)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes to a neighbour, flush them to the disk, then take the name over.

    Raises:
        FileError: nothing was changed.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    neighbour = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(neighbour, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, neighbour)
        os.replace(neighbour, target)
    except OSError as error:
        with suppress(OSError):
            neighbour.unlink()
        raise FileError(f"{path}: cannot be written: {error.strerror or error}") from None
