"""Taking: the tables that plug-ins add to."""

from typing import Protocol

from studio.api import BlockSpec, Catalog, Optimizer, Schedule, Source
from studio.core.recipes import Step

from .giving import Given


class Taker(Protocol):
    """A table that plug-ins add to; it says for which kinds it is."""

    kinds: frozenset[str]

    def take(self, given: Given, plugin: str) -> None:
        """Take one thing in.

        Raises:
            StudioError: it cannot be.
        """

    def drop(self, plugin: str) -> None:
        """Take out everything that a plug-in gave."""


class CatalogTaker:
    """Takes what the catalog has tables for."""

    kinds = frozenset(
        {"blocks", "losses", "metrics", "optimizers", "schedules", "sources", "transforms"}
    )

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def take(self, given: Given, plugin: str) -> None:
        """Add a declaration."""
        if isinstance(given.value, (BlockSpec, Optimizer, Schedule, Source, Step)):
            self._catalog.add(given.value, owner=plugin)

    def drop(self, plugin: str) -> None:
        """Take out what the plug-in gave."""
        if self._catalog.given_by(plugin):
            self._catalog.drop(plugin)
