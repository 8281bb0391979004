"""The studio's own catalog: every declaration found in blocks/, sources/, steps/ and training/.

A file in one of these packages is found by being there; no list needs a line.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from studio import blocks, sources, steps, training
from studio.core.blocks import BlockSpec
from studio.core.catalog import Catalog, Declared
from studio.core.recipes import Optimizer, Schedule, Source, Step


def builtin_catalog() -> Catalog:
    """Return a catalog of everything that ships with the studio."""
    return Catalog(declarations())


def declarations() -> Iterator[Declared]:
    """Yield every declared value once, package by package, in the order of the files."""
    seen: set[str] = set()
    for package in (blocks, sources, steps, training):
        for module in iter_modules(package.__path__):
            for value in vars(import_module(f"{package.__name__}.{module.name}")).values():
                if (
                    isinstance(value, (BlockSpec, Optimizer, Schedule, Source, Step))
                    and value.id not in seen
                ):
                    seen.add(value.id)
                    yield value
