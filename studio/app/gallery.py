"""The gallery: experiments that come with the program, each a story to look at, run and change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path

from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX, open_file
from studio.resources import resource

_PUBLISHED = "published"

PROMISES: Mapping[str, tuple[str, float, bool]] = {
    "% accuracy": ("accuracy", 100.0, True),
    "bits a character": ("loss", 1 / log(2), False),
    "mean squared error": ("loss", 1.0, False),
    "perplexity": ("perplexity", 1.0, False),
    "% of the variance": ("r2", 100.0, True),
    "BLEU": ("bleu", 100.0, True),
    "root mean squared error": ("Root mean squared error", 1.0, False),
    "Fréchet distance": ("Fréchet distance", 1.0, False),
}
"""What an exhibit may promise: the unit's words to the metric, its factor, and whether more is
better."""

_UNITS = "|".join(map(re.escape, (*PROMISES, "parameters")))
_FIGURE = re.compile(rf"^Expect: (at most |at least )?([\d,.]+) ({_UNITS})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Figure:
    """What the notes of an exhibit promise, in the line that begins with ``Expect:``.

    Held out, as the median of three seeds; a number of parameters is exact. ``Expect: at most
    60 % accuracy`` is the promise of a network that has to fail.
    """

    value: float
    unit: str
    at_least: bool = True

    @property
    def words(self) -> str:
        """Say it, such as ``at least 97 % accuracy``."""
        if self.unit not in PROMISES:
            return f"{self.value:,} {self.unit}"
        return f"{'at least' if self.at_least else 'at most'} {self.value:,} {self.unit}"

    def measured(self, metrics: Mapping[str, float]) -> float:
        """Return what the metrics of the test part say, in the figure's unit."""
        name, factor, _ = PROMISES[self.unit]
        return metrics[name] * factor

    def kept_by(self, measured: float) -> bool:
        """Tell whether a measurement in the figure's unit keeps the promise."""
        return measured >= self.value if self.at_least else measured <= self.value


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One experiment of the gallery: the name that the command line takes, and its file.

    ``giver`` is the title of the plug-in that gives it, empty for one of the program.
    """

    name: str
    path: Path
    giver: str = ""

    @property
    def group(self) -> str:
        """The title of its folder, such as ``Images``, or of the plug-in that gives it."""
        return self.giver or self.path.parent.name.capitalize()

    def read(self) -> Experiment:
        """Return the experiment.

        Raises:
            FileError: the file is broken.
        """
        return open_file(self.path)


def exhibits() -> tuple[Exhibit, ...]:
    """Return what can be trained at once, by group and name.

    A file is in it by lying in a folder of the gallery, whose name is the group's.
    """
    folders = sorted(path for path in resource("gallery").iterdir() if path.is_dir())
    return tuple(
        exhibit for folder in folders if folder.name != _PUBLISHED for exhibit in _lying_in(folder)
    )


def published() -> tuple[Exhibit, ...]:
    """Return the networks at published size, by name; they come without data."""
    return _lying_in(resource("gallery") / _PUBLISHED)


def stated(experiment: Experiment) -> Figure | None:
    """Return the figure that an experiment's notes promise, None where they promise none."""
    return _figure(experiment.notes)


def promised(notes: str) -> str:
    """Return the line of notes that promises a figure, as one reads it; empty for none."""
    found, figure = _FIGURE.search(notes), _figure(notes)
    if found is None or figure is None:
        return ""
    rest = notes[found.end() :].partition("\n")[0]
    words = f"{figure.words}{rest}"
    return words[:1].upper() + words[1:]


def find_experiment(name: str) -> Path:
    """Return the file that a person means by ``name``: a path, or else a name of the gallery.

    Only for a name that the program's own gallery does not have, plug-ins are looked for.

    Raises:
        FileError: there is neither.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    wanted = name.removesuffix(SUFFIX)
    shown = {exhibit.name: exhibit.path for exhibit in (*exhibits(), *published())}
    if wanted in shown:
        return shown[wanted]
    from .plugging import exhibits_of_plugins

    for exhibit in exhibits_of_plugins():
        shown.setdefault(exhibit.name, exhibit.path)
    if wanted in shown:
        return shown[wanted]
    raise FileError(
        f"{name}: there is no such file, and the gallery has only {', '.join(shown) or 'nothing'}"
    )


def _lying_in(folder: Path) -> tuple[Exhibit, ...]:
    files = sorted(folder.glob(f"*{SUFFIX}"))
    return tuple(Exhibit(file.stem, file) for file in files)


def _figure(notes: str) -> Figure | None:
    found = _FIGURE.search(notes)
    if found is None:
        return None
    value = float(found[2].replace(",", ""))
    unit = found[3]
    at_least = PROMISES[unit][2] if unit in PROMISES else True
    if found[1]:
        at_least = found[1].strip() == "at least"
    return Figure(int(value) if value.is_integer() else value, unit, at_least)
