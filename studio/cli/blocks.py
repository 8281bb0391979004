"""``netwright blocks``: the catalogue of everything that can be placed."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .arguments import add_json, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.app.library import Library
    from studio.core.blocks import BlockSpec, Port, Template
    from studio.core.catalog import Catalog
    from studio.core.params import Param
    from studio.core.recipes import Optimizer, Schedule, Source


def run(options: Namespace) -> int:
    """List the catalogue, by family."""
    from studio.app.folders import library
    from studio.app.library import read_library
    from studio.app.plugging import full_catalog

    catalog, composites = full_catalog(), read_library(library())
    if options.json:
        print_json(_answer(catalog, composites))
    else:
        print("\n".join(_words(catalog.blocks.values(), composites)))
    return 0


def _answer(catalog: "Catalog", library: "Library") -> dict[str, object]:
    return {
        "blocks": [_block(spec) for spec in catalog.blocks.values()],
        "composites": [_composite(library, id_) for id_ in library.shown],
        "sources": [_recipe(source) for source in catalog.sources.values()],
        "optimizers": [_recipe(optimizer) for optimizer in catalog.optimizers.values()],
        "schedules": [_recipe(schedule) for schedule in catalog.schedules.values()],
    }


def _recipe(recipe: "Source | Optimizer | Schedule") -> dict[str, object]:
    return {
        "id": recipe.id,
        "title": recipe.title,
        "params": _params(recipe.params),
        "help": recipe.help,
    }


def _block(spec: "BlockSpec") -> dict[str, object]:
    return {
        "id": spec.id,
        "title": spec.title,
        "family": spec.family,
        "role": spec.role,
        "inputs": [_port(port) for port in spec.inputs],
        "outputs": [_port(port) for port in spec.outputs],
        "params": _params(spec.params),
        "formula": spec.formula,
        "source": {"init": _source(spec.init), "call": _source(spec.call)},
        "metrics": [metric.name for metric in spec.metrics],
        "help": spec.help,
        "paper": spec.paper,
        "synonyms": list(spec.synonyms),
        "was": list(spec.was),
    }


def _composite(library: "Library", id_: str) -> dict[str, object]:
    """Say what a composite of the library is; one of a person's own has no family."""
    from studio.app.library import About
    from studio.core.scope import spec_of

    composite, about = library.known[id_], library.about.get(id_, About(""))
    spec = spec_of(composite)
    return {
        "id": composite.kind,
        "title": composite.title,
        "family": about.family,
        "inputs": [_port(port) for port in spec.inputs],
        "outputs": [_port(port) for port in spec.outputs],
        "params": _params(composite.params),
        "formula": about.formula,
        "help": composite.help,
        "paper": about.paper,
    }


def _port(port: "Port") -> dict[str, object]:
    return {
        "name": port.name,
        "dtype": port.dtype,
        "ranks": list(port.ranks),
        "many": port.many,
        "optional": port.optional,
        "help": port.help,
    }


def _params(params: "Iterable[Param]") -> list[dict[str, object]]:
    return [
        {
            "name": param.name,
            "title": param.label,
            "type": param.kind,
            "default": param.default,
            "range": [param.low, param.high],
            "choices": list(param.choices),
            "optional": param.optional,
            "unit": param.unit,
            "help": param.help,
        }
        for param in params
    ]


def _source(template: "Template") -> str:
    """Return a template's text; of one that depends on the shapes, the function that writes it."""
    if isinstance(template, str):
        return template
    from functools import partial
    from inspect import getsource

    return getsource(template.func if isinstance(template, partial) else template)


def _words(specs: "Iterable[BlockSpec]", library: "Library") -> list[str]:
    families: dict[str, list[BlockSpec]] = {}
    for spec in specs:
        families.setdefault(spec.family, []).append(spec)
    lines: list[str] = []
    for family, members in families.items():
        lines.append(family)
        for spec in members:
            ports = f"{_names(spec.inputs)} → {_names(spec.outputs)}"
            params = ", ".join(str(param) for param in spec.params)
            lines.append(f"  {spec.id:<28}{spec.title:<26}{ports}   {params}".rstrip())
        lines.append("")
    lines.append("Composites of the library")
    for id_ in library.shown:
        composite = library.known[id_]
        params = ", ".join(str(param) for param in composite.params)
        lines.append(f"  {composite.kind:<42}{composite.title:<28}{params}".rstrip())
    return lines


def _names(ports: "tuple[Port, ...]") -> str:
    return ", ".join(f"{port.name}…" if port.many else port.name for port in ports) or "·"


def _declare(parser: ArgumentParser) -> None:
    add_json(parser)


BLOCKS = Verb(
    "blocks",
    "List the blocks, composites, sources of data, optimisers and schedules",
    "With ids, ports, parameters (type, default, range), formula and source text.",
    _declare,
    run,
)
