"""Shelf: the gallery as it is shown, every exhibit read once, when it is first wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from studio.core.catalog import Catalog
from studio.core.check import check
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.text import grouped

from .gallery import Exhibit, exhibits, published, stated
from .story import first_sentence


@dataclass(frozen=True, slots=True)
class Label:
    """What is written beside an exhibit."""

    title: str
    line: str
    parameters: str = ""
    promise: str = ""
    notes: str = ""
    experiment: Experiment | None = None
    """What is drawn; None for a file that is broken, which the line says."""


class Shelf:
    """All exhibits, by group and name, with the labels of those that were read."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._labels: dict[str, Label] = {}
        self._more: tuple[Exhibit, ...] = ()

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All exhibits, those at published size after the others, those of plug-ins last."""
        return (*self._shipped, *self._more)

    def take(self, more: tuple[Exhibit, ...]) -> None:
        """Show these of plug-ins beside those of the program."""
        for gone in set(self._more) - set(more):
            self._labels.pop(gone.name, None)
        self._more = more

    @cached_property
    def _shipped(self) -> tuple[Exhibit, ...]:
        return (*exhibits(), *published())

    def named(self, name: str) -> Exhibit | None:
        """Return the exhibit of a name; None if there is none."""
        return next((exhibit for exhibit in self.exhibits if exhibit.name == name), None)

    def known(self, exhibit: Exhibit) -> Label | None:
        """Return the label of an exhibit if it was read already."""
        return self._labels.get(exhibit.name)

    def title(self, exhibit: Exhibit) -> str:
        """Return what to call an exhibit without reading its file."""
        label = self.known(exhibit)
        return f"{label.title} ({exhibit.name})" if label else exhibit.name

    def read(self, exhibit: Exhibit) -> Label:
        """Return the label of an exhibit, of a broken file one that says so."""
        if exhibit.name not in self._labels:
            try:
                self._labels[exhibit.name] = self._label(exhibit.read())
            except FileError as error:
                self._labels[exhibit.name] = Label(exhibit.name, f"Cannot be read: {error}")
        return self._labels[exhibit.name]

    def search(self, text: str) -> tuple[Exhibit, ...]:
        """Return the exhibits in which every typed word occurs; all for nothing typed."""
        words = text.casefold().split()
        return tuple(found for found in self.exhibits if not words or self._has(found, words))

    def _has(self, exhibit: Exhibit, words: Iterable[str]) -> bool:
        label = self.read(exhibit)
        said = f"{exhibit.name} {exhibit.group} {label.title} {label.notes}".casefold()
        return all(word in said for word in words)

    def _label(self, experiment: Experiment) -> Label:
        figure = stated(experiment)
        counted = figure is not None and figure.unit == "parameters"
        parameters = check(experiment, self._catalog).parameters
        return Label(
            experiment.title,
            first_sentence(experiment),
            f"{grouped(parameters)} parameters",
            figure.words if figure and not counted else "",
            experiment.notes,
            experiment,
        )
