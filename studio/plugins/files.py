"""Files of a plug-in: which belong to it, whether they stay in its folder, and their hash."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from studio.api import FileError

MOST_FILES = 2_000
MOST_BYTES = 64_000_000
_LEFT_OUT = {"__pycache__", "node_modules"}


def files_of(folder: Path) -> tuple[Path, ...]:
    """Return the files of a plug-in, relative to its folder and sorted.

    Raises:
        FileError: they are too many or too large, or a link leads out of the folder.
    """
    found = sorted(_walked(folder))
    if len(found) > MOST_FILES:
        raise FileError(
            f"It has more than {MOST_FILES:,} files; expected one plug-in in the folder"
        )
    return tuple(found)


def digest_of(folder: Path) -> str:
    """Return the hash of all files of a plug-in, which changes with any of them.

    Raises:
        FileError: they cannot be read, or there is too much.
    """
    total, hashed = 0, hashlib.sha256()
    for path in files_of(folder):
        try:
            total += (folder / path).stat().st_size
            if total > MOST_BYTES:
                raise FileError(
                    f"Its files are larger than {MOST_BYTES // 1_000_000} MB together, up to "
                    f"{path}; keep data elsewhere"
                )
            content = (folder / path).read_bytes()
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
        hashed.update(f"{path.as_posix()}\0{len(content)}\0".encode(errors="surrogatepass"))
        hashed.update(content)
    return hashed.hexdigest()


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells a change of the files: their names, times and sizes."""
    try:
        found = [(path, (folder / path).stat()) for path in files_of(folder)]
    except (FileError, OSError):
        return ()
    return tuple((str(path), told.st_mtime_ns, told.st_size) for path, told in found)


def inside(folder: Path, name: str) -> Path:
    """Return a file or folder of the plug-in by its name in the manifest.

    Raises:
        FileError: there is none, or it lies elsewhere in truth.
    """
    path = folder / name
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise FileError(f"plugin.toml names {name}, which is not there") from error
    if not real.is_relative_to(folder.resolve()):
        raise FileError(f"{name} leads out of the plug-in's folder")
    return path


def _walked(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    count = 0
    for place, folders, names in os.walk(folder, followlinks=False):
        for name in folders:
            _expect_no_way_out(Path(place, name), root)
        folders[:] = [
            name
            for name in folders
            if name not in _LEFT_OUT
            and not name.startswith(".")
            and not Path(place, name).is_symlink()
        ]
        for name in names:
            if name.startswith(".") or name.endswith((".pyc", ".pyo")):
                continue
            _expect_no_way_out(Path(place, name), root)
            count += 1
            if count > MOST_FILES + 1:
                return
            if Path(place, name).is_file():
                yield Path(place, name).relative_to(folder)


def _expect_no_way_out(path: Path, root: Path) -> None:
    if not path.is_symlink():
        return
    try:
        out = not path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        out = True
    if out:
        raise FileError(f"The link {path.name} leads out of the plug-in's folder, or nowhere")
