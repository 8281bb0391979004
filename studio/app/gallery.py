"""The gallery: experiments that come with the program, each a story to look at, run and change."""

from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX, open_file
from studio.resources import resource


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
    """Return the gallery in order of names; a file is in it by lying in the folder."""
    files = sorted(resource("gallery").glob(f"*{SUFFIX}"))
    return tuple(Exhibit(file.stem, file) for file in files)


def find_experiment(name: str) -> Path:
    """Return the file that a person means by ``name``: a path, or else a name of the gallery.

    Raises:
        FileError: there is neither.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    shown = {exhibit.name: exhibit.path for exhibit in exhibits()}
    if name.removesuffix(SUFFIX) in shown:
        return shown[name.removesuffix(SUFFIX)]
    raise FileError(
        f"{name}: there is no such file, and the gallery has only {', '.join(shown) or 'nothing'}"
    )
