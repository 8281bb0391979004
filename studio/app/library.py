"""Library: a person's own composites, each a file of its own that any experiment can take in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.core.composites import Composite, composite_of, used_by
from studio.core.copying import imported
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX, open_file, save
from studio.core.graph import Graph, Node
from studio.core.text import identifier


@dataclass(frozen=True, slots=True)
class Library:
    """The composites found: ``known`` all by id, ``shown`` those that files are about.

    ``wrong`` are sentences on files that could not be read.
    """

    known: Mapping[str, Composite] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def read_library(folder: Path) -> Library:
    """Read all files of a folder; one that does not exist is an empty library."""
    known: dict[str, Composite] = {}
    shown: list[str] = []
    wrong: list[str] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            experiment = open_file(path)
        except FileError as error:
            wrong.append(f"A file of the library cannot be used: {error}")
            continue
        tops = _tops(experiment)
        wanted = used_by(_placed(tops), experiment.composites)
        added, kinds = imported(wanted, experiment.composites, known)
        known |= {composite.id: composite for composite in added}
        shown += [composite_of(kinds.get(node, node)) for node in _kinds(tops)]
    return Library(known, tuple(dict.fromkeys(shown)), tuple(wrong))


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


def _tops(experiment: Experiment) -> tuple[str, ...]:
    """Return what a file is about: the composites placed in its drawing, else all it has."""
    placed = {composite_of(node.kind) for node in experiment.graph.nodes.values()}
    return tuple(sorted(placed & experiment.composites.keys()) or sorted(experiment.composites))


def _kinds(composites: tuple[str, ...]) -> list[str]:
    return [node.kind for node in _placed(composites).nodes.values()]


def _placed(composites: tuple[str, ...]) -> Graph:
    nodes = [Node(id_, Composite(id_, id_).kind, id_) for id_ in composites]
    return Graph({node.id: replace(node, x=220.0 * at) for at, node in enumerate(nodes)})
