"""Updating: a plug-in of a person is taken anew from the folder that it was copied from."""

from pathlib import Path

from studio.api import FileError

from .entry import Plugin
from .files import digest_of
from .installing import SOURCE, install
from .manifest import MANIFEST, read_manifest


def source_of(folder: Path) -> Path | None:
    """Return the folder that a plug-in was copied from, while that is there."""
    try:
        source = Path((folder / SOURCE).read_text(encoding="utf-8").strip())
        return source if (source / MANIFEST).is_file() else None
    except (OSError, ValueError):
        return None


def update(plugin: Plugin, own: Path, source: Path | None = None) -> bool:
    """Copy a plug-in anew, from ``source`` or else from where it was copied from.

    Returns:
        Whether anything of it is other than before.

    Raises:
        FileError: it is not a copy of a folder, that folder is gone, or holds another plug-in.
    """
    source = source or _source(plugin)
    manifest = read_manifest(source)
    if manifest.id != plugin.id:
        raise FileError(
            f"{source} holds the plug-in {manifest.id}, expected {plugin.id}; "
            "netwright plugins install takes it"
        )
    same = digest_of(source) == digest_of(plugin.folder)
    if not same:
        install(source, own)
    return not same


def _source(plugin: Plugin) -> Path:
    if plugin.origin == "shipped":
        raise FileError(f"{plugin.title} comes with the program and is updated with it")
    if plugin.origin == "package":
        raise FileError(
            f"{plugin.title} is an installed package: update it with pip install --upgrade"
        )
    if plugin.folder.is_symlink():
        raise FileError(
            f"{plugin.title} is used where it lies, {plugin.folder.resolve()}: nothing is copied"
        )
    source = source_of(plugin.folder)
    if source is None:
        raise FileError(
            f"It is not known where {plugin.title} was copied from, or that folder is gone; "
            "say which: netwright plugins update FOLDER"
        )
    return source
