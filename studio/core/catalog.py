"""Catalog: all declared things by id, each with the owner that gave it."""

from collections.abc import Iterable
from typing import TypeAlias

from .blocks import BlockSpec
from .errors import StudioError
from .recipes import Optimizer, Schedule, Source, Step

Declared: TypeAlias = BlockSpec | Optimizer | Schedule | Source | Step


class Catalog:
    """What can be placed, chosen and loaded. Ids are unique; a former id finds its successor."""

    def __init__(self, declared: Iterable[Declared] = ()) -> None:
        self.blocks: dict[str, BlockSpec] = {}
        self.optimizers: dict[str, Optimizer] = {}
        self.schedules: dict[str, Schedule] = {}
        self.sources: dict[str, Source] = {}
        self.steps: dict[str, Step] = {}
        self._owners: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        self.ways: dict[str, str] = {}
        """By plug-in that gives nothing now: what a person can do about it."""
        self.version = 0
        for value in declared:
            self.add(value)

    def add(self, value: Declared, *, owner: str = "studio") -> None:
        """Take one declaration in.

        Raises:
            StudioError: the id is taken.
        """
        if value.id in self._owners:
            raise StudioError(
                f"{value.id}: expected a new id, received one that {self._owners[value.id]} gave"
            )
        self._owners[value.id] = owner
        self.version += 1
        match value:
            case BlockSpec():
                self.blocks[value.id] = value
                self._renamed.update(dict.fromkeys(value.was, value.id))
            case Optimizer():
                self.optimizers[value.id] = value
            case Schedule():
                self.schedules[value.id] = value
            case Source():
                self.sources[value.id] = value
            case Step():
                self.steps[value.id] = value

    def drop(self, owner: str) -> None:
        """Take out everything that ``owner`` gave."""
        gone = {id_ for id_, whose in self._owners.items() if whose == owner}
        tables: tuple[
            dict[str, BlockSpec]
            | dict[str, Optimizer]
            | dict[str, Schedule]
            | dict[str, Source]
            | dict[str, Step],
            ...,
        ]
        tables = (self.blocks, self.optimizers, self.schedules, self.sources, self.steps)
        for id_ in gone:
            del self._owners[id_]
            for table in tables:
                table.pop(id_, None)
        self._renamed = {old: new for old, new in self._renamed.items() if new not in gone}
        self.version += 1

    def block(self, kind: str) -> BlockSpec | None:
        """Return the block of this id, or of the id it had before; None for an unknown one."""
        return self.blocks.get(kind) or self.blocks.get(self._renamed.get(kind, ""))

    def given_by(self, owner: str) -> tuple[str, ...]:
        """Return the ids of everything that ``owner`` gave."""
        return tuple(id_ for id_, whose in self._owners.items() if whose == owner)

    def way_to(self, kind: str) -> str:
        """Return what a person can do to have something that is not there, by its id.

        What plug-ins give begins with their own name: ``kan.layer`` comes from ``kan``.
        """
        plugin, dot, _ = kind.partition(".")
        if plugin in self.ways:
            return self.ways[plugin]
        return f"Install the plug-in {plugin}" if dot else "Install the plug-in that gives it"

    def touch(self) -> None:
        """Say that what is declared means something else than before."""
        self.version += 1

    def owner_of(self, id_: str) -> str:
        """Return who gave this declaration."""
        return self._owners[id_]
