"""The gallery: experiments that come with the program, each a story to look at, run and change."""

import re
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX, open_file
from studio.resources import resource

_FIGURE = re.compile(r"^Expect: ([\d,.]+) (% accuracy|bits a character|parameters)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Figure:
    """What the notes of an exhibit promise, in the line that begins with ``Expect:``.

    Of accuracy it is the least, of bits the most, both held out as the median of three seeds; a
    number of parameters is exact.
    """

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One experiment of the gallery: the name that the command line takes, and its file."""

    name: str
    path: Path

    def read(self) -> Experiment:
        """Return the experiment.

        Raises:
            FileError: the file is broken.
        """
        return open_file(self.path)


def exhibits() -> tuple[Exhibit, ...]:
    """Return what can be trained at once, by name; a file is in it by lying in the folder."""
    return _lying_in("gallery")


def published() -> tuple[Exhibit, ...]:
    """Return the networks at published size, by name; they come without data."""
    return _lying_in("gallery/published")


def stated(experiment: Experiment) -> Figure | None:
    """Return the figure that an experiment's notes promise, None where they promise none."""
    found = _FIGURE.search(experiment.notes)
    if found is None:
        return None
    value = float(found[1].replace(",", ""))
    return Figure(int(value) if value.is_integer() else value, found[2])


def find_experiment(name: str) -> Path:
    """Return the file that a person means by ``name``: a path, or else a name of the gallery.

    Raises:
        FileError: there is neither.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    shown = {exhibit.name: exhibit.path for exhibit in (*exhibits(), *published())}
    if name.removesuffix(SUFFIX) in shown:
        return shown[name.removesuffix(SUFFIX)]
    raise FileError(
        f"{name}: there is no such file, and the gallery has only {', '.join(shown) or 'nothing'}"
    )


def _lying_in(folder: str) -> tuple[Exhibit, ...]:
    files = sorted(resource(folder).glob(f"*{SUFFIX}"))
    return tuple(Exhibit(file.stem, file) for file in files)
