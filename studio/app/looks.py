"""Looks: how often each test part was looked at, remembered beside the runs."""

import hashlib
import json
from pathlib import Path

from studio.core.errors import FileError
from studio.core.experiment import Data
from studio.core.fileio import write_whole
from studio.core.format_data import data_fields

MOST = 2000


class Looks:
    """A count by test part, in one small file; one that cannot be read counts from nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def at(self, data: Data) -> int:
        """Return how often the test part of these data was looked at."""
        return self._read().get(key_of(data), 0)

    def add(self, data: Data) -> None:
        """Count one look more; a disk that is full keeps nobody from looking."""
        known = self._read()
        key = key_of(data)
        count = known.pop(key, 0) + 1
        kept = dict(list(known.items())[-MOST:]) | {key: count}
        try:
            write_whole(self._path, json.dumps(kept, indent=1).encode())
        except FileError:
            return

    def _read(self) -> dict[str, int]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(content, dict):
            return {}
        return {str(name): count for name, count in content.items() if isinstance(count, int)}


def key_of(data: Data) -> str:
    """Return a name for the test part of some data: what is read, and how it is divided."""
    told = data_fields(data)
    text = json.dumps([told["source"], told["split"]], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
