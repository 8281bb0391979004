"""Conformance: what a plug-in gives is held to what the studio's own keep, one sentence a failure.

Everything is declared by rule: a rule looks at one thing of a kind, and says what does not hold.
Blocks are compiled here and run by a process of their own.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.api import (
    Catalog,
    FileError,
    StudioError,
)

from .answers import Answers
from .discover import Found
from .entry import Entry
from .files import files_of
from .giving import Given
from .guard import Guard
from .loading import Loading
from .manifest import Manifest, read_manifest
from .memory import Memory
from .promises import Finding, examined, file_promises
from .rehearsal import rehearse
from .taking import CatalogTaker
from .watchdog import Watchdog


@dataclass(frozen=True, slots=True)
class Conformed:
    """What was looked at, and what was found."""

    looked_at: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


def conform(folder: Path, catalog: Catalog) -> Conformed:
    """Look at a plug-in; ``catalog`` has what ships, and is given the plug-in's for a while."""
    try:
        manifest = read_manifest(folder)
        files = files_of(folder)
    except FileError as error:
        return Conformed((), (Finding(folder.name, "manifest", str(error)),))
    found = [*_about_folder(manifest, {path.as_posix() for path in files})]
    tried = rehearse(folder)
    if "wrong" in tried:
        found.append(Finding(manifest.id, "loading", str(tried["wrong"])))
        return Conformed((), tuple(found))
    gives = tuple((str(kind), str(id_)) for kind, id_, _ in tried["gives"])
    if not gives:
        found.append(Finding(manifest.id, "manifest", "It contributes nothing"))
    with tempfile.TemporaryDirectory() as place:
        looking = _Looking(folder, manifest, catalog, Path(place))
        try:
            found += looking.findings()
        finally:
            looking.close()
    return Conformed(gives, tuple(found))


class _Looking:
    """Has the plug-in loaded, and asks every rule."""

    def __init__(self, folder: Path, manifest: Manifest, catalog: Catalog, place: Path) -> None:
        memory = Memory(place / "memory.json")
        self.answers = Answers(place / "shapes.json", patient=True)
        self.catalog = catalog
        self._watchdog = Watchdog()
        self._name = manifest.id
        self._entry = Entry(Found(folder, "folder", manifest))
        self._wrong: list[str] = []
        self._entry.guard = Guard(self._watchdog, self._note)
        self._files = _Files()
        self._loading = Loading(memory, self.answers)
        self._loading.takers += [CatalogTaker(catalog), self._files]

    def findings(self) -> Iterator[Finding]:
        try:
            self._loading.load(self._name, self._entry)
        except StudioError as error:
            yield Finding(self._name, "loading", str(error))
            return
        for id_ in self.catalog.given_by(self._name):
            yield from examined(id_, self.catalog, self.answers.asker)
        for given in self._files.given:
            yield from (
                Finding(given.id, rule, told) for rule, told in file_promises(given, self.catalog)
            )
        yield from (Finding(self._name, "running", sentence) for sentence in self._wrong)

    def close(self) -> None:
        self._loading.unload(self._name, self._entry)
        self.answers.close()
        self._watchdog.close()

    def _note(self, sentence: str, _: BaseException | None) -> None:
        self._wrong.append(sentence)


class _Files:
    kinds = frozenset({"gallery", "composites"})

    def __init__(self) -> None:
        self.given: list[Given] = []

    def take(self, given: Given, plugin: str) -> None:
        """Keep it to be looked at."""
        self.given.append(given)

    def drop(self, plugin: str) -> None:
        """Forget all."""
        self.given.clear()


def _about_folder(manifest: Manifest, files: set[str]) -> Iterator[Finding]:
    if not manifest.summary:
        yield Finding(manifest.id, "docs", "Say in plugin.toml in one sentence what it is: summary")
    if "README.md" not in files:
        yield Finding(manifest.id, "docs", "Write a README.md: what it gives, and how to use it")
    if not any(Path(name).name.startswith("test_") for name in files):
        yield Finding(manifest.id, "tests", "Write a test in a file such as test_it.py")
