"""Library: composites in files of their own that any experiment can take in.

A person's own lie in one folder. Those that come with the program lie in folders named after the
family of the palette in which they are found; the notes of such a file are paragraphs that begin
with ``Formula:``, ``Paper:`` and ``Words:``, by which it is found too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.core.composites import Composite, composite_of, used_by
from studio.core.copying import imported
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX, open_file, save
from studio.core.graph import Graph, Node
from studio.core.text import identifier
from studio.resources import resource

REMOVED = ".removed"
"""The ending of a file that was taken out of the library."""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a composite that comes with the program."""

    family: str
    formula: str = ""
    paper: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """The composites found: ``known`` all by id, ``shown`` those that files are about.

    ``about`` has those that come with the program, ``own`` the titles of a person's own files;
    ``wrong`` are sentences on files that could not be read.
    """

    known: Mapping[str, Composite] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    about: Mapping[str, About] = field(default_factory=dict)
    own: Mapping[Path, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


def read_library(
    own: Path, shipped: Path | None = None, more: Iterable[tuple[Path, str]] = ()
) -> Library:
    """Read all files of a person's folder, and those that come with the program.

    ``shipped`` is the folder of the latter, by default the program's own; ``more`` are further
    files with their family. A folder that does not exist is an empty one.
    """
    known: dict[str, Composite] = {}
    shown: list[str] = []
    about: dict[str, About] = {}
    own_files: dict[Path, str] = {}
    wrong: list[str] = []
    for path, family in (*_files(own, shipped or resource("library")), *more):
        try:
            experiment = open_file(path)
        except FileError as error:
            wrong.append(f"A file of the library cannot be used: {error}")
            continue
        if not family:
            own_files[path] = experiment.title
        tops = _tops(experiment)
        wanted = used_by(_placed(tops), experiment.composites)
        added, kinds = imported(wanted, experiment.composites, known)
        known |= {composite.id: composite for composite in added}
        fresh = [composite_of(kinds.get(node, node)) for node in _kinds(tops)]
        if family:
            about |= {id_: _about(family, experiment.notes) for id_ in fresh if id_ not in shown}
        shown += fresh
    return Library(known, tuple(dict.fromkeys(shown)), about, own_files, tuple(wrong))


def keep(composite: Composite, known: Mapping[str, Composite], folder: Path) -> Path:
    """Write a composite, with all it needs, as a file of the library; one of its name is replaced.

    Raises:
        FileError: the place cannot be written.
    """
    needed = (*used_by(composite.graph, known), composite.id)
    experiment = Experiment(
        title=composite.title,
        graph=_placed((composite.id,)),
        composites={id_: known[id_] for id_ in needed},
    )
    path = folder / f"{identifier(composite.title)}{SUFFIX}"
    save(experiment, path)
    return path


def set_aside(path: Path) -> Path:
    """Take a file out of the library, and return where it lies until another takes its place.

    Raises:
        FileError: it cannot be moved.
    """
    aside = path.with_suffix(REMOVED)
    _move(path, aside)
    return aside


def bring_back(aside: Path) -> None:
    """Put a file that was set aside into the library again.

    Raises:
        FileError: it cannot be moved.
    """
    _move(aside, aside.with_suffix(SUFFIX))


def _move(path: Path, to: Path) -> None:
    try:
        path.replace(to)
    except OSError as error:
        raise FileError(f"{path.name} cannot be moved: {error.strerror}") from error


def _files(own: Path, shipped: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file with its family, empty for a person's own, which stand first."""
    yield from ((path, "") for path in sorted(own.glob(f"*{SUFFIX}")))
    for path in sorted(shipped.glob(f"*/*{SUFFIX}")):
        yield path, path.parent.name.replace("-", " ").capitalize()


def _about(family: str, notes: str) -> About:
    said = {"Formula": "", "Paper": "", "Words": ""}
    for line in notes.split("\n\n"):
        name, _, text = line.partition(": ")
        if name in said:
            said[name] = text
    words = tuple(word.strip() for word in said["Words"].split(",") if word.strip())
    return About(family, said["Formula"], said["Paper"], words)


def _tops(experiment: Experiment) -> tuple[str, ...]:
    """Return what a file is about: the composites placed in its drawing, else all it has."""
    placed = {composite_of(node.kind) for node in experiment.graph.nodes.values()}
    return tuple(sorted(placed & experiment.composites.keys()) or sorted(experiment.composites))


def _kinds(composites: tuple[str, ...]) -> list[str]:
    return [node.kind for node in _placed(composites).nodes.values()]


def _placed(composites: tuple[str, ...]) -> Graph:
    nodes = [Node(id_, Composite(id_, id_).kind, id_) for id_ in composites]
    return Graph({node.id: replace(node, x=220.0 * at) for at, node in enumerate(nodes)})
