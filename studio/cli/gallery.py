"""``netwright gallery``: the experiments that come with the program."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .arguments import add_json, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.app.gallery import Exhibit, Figure
    from studio.core.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Listed:
    """One experiment of the gallery as it is listed."""

    name: str
    title: str
    group: str
    stated: "Figure | None"
    parameters: int


def run(options: Namespace) -> int:
    """List the gallery, by group."""
    from studio.app.gallery import exhibits, published
    from studio.app.plugging import exhibits_of_plugins, full_catalog

    catalog = full_catalog()
    listed = [
        *_listed(exhibits(), catalog),
        *_listed(published(), catalog),
        *_listed(exhibits_of_plugins(), catalog),
    ]
    if options.json:
        print_json({"exhibits": [asdict(row) for row in listed]})
    else:
        print("\n".join(_words(listed)))
    return 0


def _listed(shown: "Iterable[Exhibit]", catalog: "Catalog") -> "Iterator[Listed]":
    from studio.app.gallery import stated
    from studio.core.check import check

    for exhibit in shown:
        experiment = exhibit.read()
        parameters = check(experiment, catalog).parameters
        yield Listed(exhibit.name, experiment.title, exhibit.group, stated(experiment), parameters)


def _words(listed: "list[Listed]") -> list[str]:
    from studio.core.text import grouped

    lines: list[str] = []
    names = max(len(row.name) for row in listed) + 2
    titles = max(len(row.title) for row in listed) + 2
    for group in dict.fromkeys(row.group for row in listed):
        lines += ["", group.capitalize()] if lines else [group.capitalize()]
        for row in (row for row in listed if row.group == group):
            count = f"{grouped(row.parameters)} parameters"
            figure = row.stated.words if row.stated and row.stated.unit != "parameters" else ""
            lines.append(f"  {row.name:<{names}}{row.title:<{titles}}{count:<28}{figure}".rstrip())
    return lines


def _declare(parser: ArgumentParser) -> None:
    add_json(parser)


GALLERY = Verb(
    "gallery",
    "List the experiments that come with the program and its plug-ins",
    "With the figure that the notes of each promise, and its number of parameters.",
    _declare,
    run,
)
