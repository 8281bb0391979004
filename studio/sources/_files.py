"""A person's own files: opened with a sentence for everything that can be wrong with them."""

import os
import stat
from pathlib import Path

from studio.api import FileError, Param, Params

CHOSEN = Param("path", "", path="file", help="The file; beside the experiment's, or anywhere")
FOLDER = Param("path", "", path="folder", help="The folder; beside the experiment's, or anywhere")

GIB = 1 << 30


def regular_file(params: Params, name: str = "path") -> Path:
    """Return the file that a parameter names.

    Raises:
        FileError: there is none, or it is none that can be read.
    """
    path = _named(params, name)
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        raise FileError(f"{path.name}: expected a file, received a folder")
    if not stat.S_ISREG(mode):
        raise FileError(f"{path.name}: expected a file, received a device or a pipe")
    if not os.access(path, os.R_OK):
        raise FileError(f"{path.name}: you may not read it; change its permissions")
    if not path.stat().st_size:
        raise FileError(f"{path.name}: the file is empty")
    return path


def folder(params: Params, name: str = "path") -> Path:
    """Return the folder that a parameter names.

    Raises:
        FileError: there is none, or it cannot be read.
    """
    path = _named(params, name)
    if not stat.S_ISDIR(_mode(path)):
        raise FileError(f"{path.name}: expected a folder, received a file")
    if not os.access(path, os.R_OK | os.X_OK):
        raise FileError(f"{path.name}: you may not read it; change its permissions")
    return path


def _named(params: Params, name: str) -> Path:
    text = params.text(name)
    if not text:
        raise FileError("no file is chosen yet; choose one on the Data page")
    if "\0" in text:
        raise FileError("expected the name of a file, received one with a zero byte")
    return Path(text).expanduser()


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        raise FileError(
            f"{path}: there is no such file; choose where it is now on the Data page"
        ) from None
    except PermissionError:
        raise FileError(f"{path}: you may not read it; change its permissions") from None
    except OSError as error:
        # Links that lead to each other, names that are too long, disks that are gone.
        raise FileError(f"{path.name}: cannot be read: {error.strerror or error}") from None
