"""Marks: what a person noted about a run, in a small file of its own in the run's folder."""

from pathlib import Path

import msgspec

from studio.core.fileio import write_whole

from .spec import Struct

MARKS = "marks.json"


class Marks(Struct, frozen=True, kw_only=True):
    """A person's own words on a run."""

    tags: tuple[str, ...] = ()
    notes: str = ""
    favourite: bool = False
    let_be: bool = False
    """Whether it was cut off and shall stay so: it is not offered again to go on with it."""


def read_marks(folder: Path) -> Marks:
    """Return the marks of a run; none where nothing was noted.

    A file that cannot be read counts as none, but is left as it is until something is noted.
    """
    try:
        return msgspec.json.decode((folder / MARKS).read_bytes(), type=Marks)
    except (OSError, msgspec.DecodeError):
        return Marks()


def write_marks(folder: Path, marks: Marks) -> None:
    """Write the marks of a run, whole or not at all.

    Raises:
        FileError: the folder cannot be written; what was noted before is untouched.
    """
    write_whole(folder / MARKS, msgspec.json.format(msgspec.json.encode(marks), indent=1))


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags in what a person typed: apart by commas, each once."""
    words = (" ".join(word.split()) for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))
