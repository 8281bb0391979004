"""Memory: what a person decided about plug-ins, and what was found out of each version.

One JSON file. A version is the hash of a plug-in's files, so that trust never outlives a change.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.core.fileio import write_whole


class Memory:
    """Trust, what is switched off, faults and rehearsals; every change is written at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        content: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            read = json.loads(path.read_text(encoding="utf-8"))
            content = read if isinstance(read, dict) else {}
        self._trusted = _texts(content.get("trusted"))
        self._folders = _texts(content.get("folders"))
        self._off = set(_texts(content.get("off")))
        self._faults = _table(content.get("faults"))
        self._rehearsed = _table(content.get("rehearsed"))
        self._busy = str(content.get("busy") or "")

    def trusts(self, digest: str) -> bool:
        """Whether a person trusted exactly these files."""
        return digest in self._trusted

    def trust(self, digest: str) -> None:
        """Note that a person trusts these files."""
        if digest not in self._trusted:
            self._trusted = [*self._trusted, digest][-500:]
            self._write()

    def trusts_folder(self, folder: str) -> bool:
        """Whether a person trusts whatever comes to lie in a folder, as its author."""
        return folder in self._folders

    def trust_folder(self, folder: str) -> None:
        """Note that a person writes the plug-in of a folder."""
        if folder not in self._folders:
            self._folders = [*self._folders, folder]
            self._write()

    def is_off(self, id_: str) -> bool:
        """Whether a person switched a plug-in off."""
        return id_ in self._off

    def switch(self, id_: str, *, on: bool) -> None:
        """Note what a person wants of a plug-in."""
        self._off = self._off - {id_} if on else self._off | {id_}
        self._write()

    def fault(self, digest: str) -> str:
        """Return why these files were switched off; empty if they were not."""
        return str(self._faults.get(digest, ""))

    def note_fault(self, digest: str, sentence: str) -> None:
        """Note why these files are switched off; an empty sentence gives them another chance."""
        if sentence:
            self._faults[digest] = sentence
        else:
            self._faults.pop(digest, None)
        self._write()

    def rehearsed(self, digest: str) -> Mapping[str, Any] | None:
        """Return what a rehearsal of these files found; None if there was none."""
        found = self._rehearsed.get(digest)
        return found if isinstance(found, dict) else None

    def note_rehearsal(self, digest: str, found: Mapping[str, Any]) -> None:
        """Note what a rehearsal found."""
        self._rehearsed[digest] = dict(found)
        while len(self._rehearsed) > 200:
            del self._rehearsed[next(iter(self._rehearsed))]
        self._write()

    def forget_rehearsal(self, digest: str) -> None:
        """Let these files be tried anew."""
        if self._rehearsed.pop(digest, None) is not None:
            self._write()

    @property
    def busy(self) -> str:
        """The files that were at work when the program last ended without a word."""
        return self._busy

    def note_busy(self, digest: str) -> None:
        """Note that these files are at work and may not come back; empty when they have."""
        if digest != self._busy:
            self._busy = digest
            self._write()

    def _write(self) -> None:
        content = {
            "trusted": self._trusted,
            "folders": self._folders,
            "off": sorted(self._off),
            "faults": self._faults,
            "rehearsed": self._rehearsed,
            "busy": self._busy,
        }
        write_whole(self._path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def _texts(given: object) -> list[str]:
    return [str(item) for item in given] if isinstance(given, list) else []


def _table(given: object) -> dict[str, Any]:
    return dict(given) if isinstance(given, dict) else {}
