"""Trash: where deleted runs lie until somebody empties it; each can be brought back."""

import shutil
from pathlib import Path
from time import time

from studio.core.errors import FileError

_FROM = "deleted-from"


class Trash:
    """A folder of deleted folders, each of which knows where it came from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def items(self) -> list[Path]:
        """Return what lies in it, newest name first."""
        try:
            return sorted((path for path in self._folder.iterdir() if path.is_dir()), reverse=True)
        except OSError:
            return []

    def put(self, folder: Path) -> Path:
        """Move a folder into the trash, and return where it lies now.

        Raises:
            FileError: it cannot be moved; it stays where it is.
        """
        name, number = folder.name, 1
        while (self._folder / name).exists():
            number += 1
            name = f"{folder.name}_{number}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (folder / _FROM).write_text(str(folder.absolute()), encoding="utf-8")
            moved = Path(shutil.move(folder, self._folder / name))
        except OSError as error:
            raise FileError(f"{folder}: cannot be moved to the trash: {error}") from None
        return moved

    def bring_back(self, item: Path) -> Path:
        """Move a folder back to where it was, and return that place.

        Raises:
            FileError: it cannot be moved, or something else lies there by now.
        """
        try:
            place = Path((item / _FROM).read_text(encoding="utf-8"))
            if place.exists():
                raise FileError(f"{place}: something else lies there by now")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(item, place)
            (place / _FROM).unlink()
        except OSError as error:
            raise FileError(f"{item}: cannot be brought back: {error}") from None
        return place

    def empty(self, *, after_secs: float = 0.0) -> int:
        """Remove for good what lies in it, for so long at least, and return how much that was.

        Raises:
            FileError: something cannot be removed.
        """
        latest = time() - after_secs
        items = [item for item in self.items() if not after_secs or _deleted_at(item) < latest]
        try:
            for item in items:
                shutil.rmtree(item)
        except OSError as error:
            raise FileError(f"{self._folder}: cannot be emptied: {error}") from None
        return len(items)


def _deleted_at(item: Path) -> float:
    """Return when a folder was put there; of one that does not say, now."""
    try:
        return (item / _FROM).stat().st_mtime
    except OSError:
        return time()
