"""Deciding: in which state a plug-in is due, and why."""

from collections.abc import Mapping
from typing import Any

from studio.api import FileError

from .discover import lacking
from .entry import Entry, State
from .files import digest_of
from .giving import parts_of
from .memory import Memory
from .rehearsing import Rehearsing


class Deciding:
    """Asks what a person decided, what is installed, and what a rehearsal found."""

    def __init__(self, memory: Memory, rehearsing: Rehearsing) -> None:
        self._memory = memory
        self._rehearsing = rehearsing

    def due(self, name: str, entry: Entry) -> tuple[State, str]:
        """Return the state that is due, and why."""
        manifest = entry.found.manifest
        if manifest is None:
            return "wrong", entry.found.wrong
        try:
            entry.digest = self.digest(entry)
            parts_of(manifest, entry.found.folder)
        except FileError as error:
            return "wrong", str(error)
        if self._memory.is_off(name):
            return "off", ""
        missing = lacking(manifest.needs)
        if missing:
            named = ", ".join(map(str, missing))
            packages = " ".join(need.package for need in missing)
            return "lacking", f"It needs {named}: pip install {packages}"
        if entry.found.origin != "shipped":
            if not self._trusts(entry):
                return "untrusted", "Its code will run as part of the program once you trust it"
            state, sentence = self._rehearsed(entry)
            if state != "on":
                return state, sentence
        fault = self._memory.fault(entry.digest)
        return ("failed", fault) if fault else ("on", "")

    def digest(self, entry: Entry) -> str:
        """Return the hash of a plug-in's files; of one that is shipped its version.

        Raises:
            FileError: they cannot be read.
        """
        manifest = entry.found.manifest
        if entry.found.origin == "shipped" and manifest is not None:
            return f"shipped {manifest.id} {manifest.version}"
        return digest_of(entry.found.folder)

    def was_busy(self, entry: Entry) -> bool:
        """Tell whether the program last ended while it was being loaded."""
        if not self._memory.busy or entry.found.manifest is None:
            return False
        try:
            return self.digest(entry) == self._memory.busy
        except FileError:
            return False

    def take(self) -> list[str]:
        """Note what rehearsals found, and return the hashes they are about."""
        found: list[tuple[str, Mapping[str, Any]]] = self._rehearsing.take()
        for digest, told in found:
            self._memory.note_rehearsal(digest, told)
        return [digest for digest, _ in found]

    def _trusts(self, entry: Entry) -> bool:
        folder = str(entry.found.folder)
        return self._memory.trusts(entry.digest) or self._memory.trusts_folder(folder)

    def _rehearsed(self, entry: Entry) -> tuple[State, str]:
        found = self._memory.rehearsed(entry.digest)
        if found is None:
            self._rehearsing.begin(entry.digest, entry.found.folder)
            return "trying", "It is being tried in a process of its own"
        entry.gives = tuple((str(a), str(b), str(c)) for a, b, c in found.get("gives", ()))
        if "wrong" in found:
            entry.details = str(found.get("details", ""))
            return "failed", str(found["wrong"])
        return "on", ""
