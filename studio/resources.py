"""Where the files that are not code lie: icons, fonts, themes, gallery, data, help, plug-ins.

In a checkout (and an editable install) `resources/` and `plugins/` are folders beside this package;
in an installed wheel they are `_resources/` and `_plugins/` inside it. Both are real folders with
real paths, because Qt, numpy and torch want a file name: a program run from a zip is not supported.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = (_PACKAGE / "_resources").is_dir()


def resource(name: str) -> Path:
    """Find a file or folder under `resources/`, named with forward slashes.

    Raises:
        FileNotFoundError: there is no such resource.
    """
    path = _folder("resources").joinpath(*name.split("/"))
    if not path.exists():
        raise FileNotFoundError(f"Resource: expected a file or folder {path}, found nothing there")
    return path


def shipped_plugins() -> Path:
    """Find the folder of the plug-ins that come with the program."""
    return _folder("plugins")


def _folder(name: str) -> Path:
    return _PACKAGE / f"_{name}" if _INSTALLED else _PACKAGE.parent / name
