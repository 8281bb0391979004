"""Installing: a folder with a manifest is copied to a person's plug-ins, and taken out again."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from studio.api import FileError

from .files import digest_of, files_of
from .manifest import Manifest, read_manifest

SOURCE = ".source"
"""The file beside a copy that names the folder it was copied from; it is no part of the plug-in."""


def install(source: Path, own: Path) -> Manifest:
    """Copy a plug-in; one of its id that is there is replaced.

    Raises:
        FileError: it is no plug-in, or the place cannot be written.
    """
    if not source.is_dir():
        raise FileError(f"{source}: expected a folder with a plugin.toml")
    manifest = read_manifest(source)
    files = files_of(source)
    digest_of(source)  # refuses what is too large, before anything is copied
    place = own / manifest.id
    if place.resolve() == source.resolve():
        return manifest
    try:
        own.mkdir(parents=True, exist_ok=True)
        fresh = Path(mkdtemp(prefix=".new-", dir=own))
        for file in files:
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, fresh / file)
        (fresh / SOURCE).write_text(f"{source.resolve()}\n", encoding="utf-8")
        remove(manifest.id, own)
        fresh.rename(place)
    except OSError as error:
        raise FileError(f"{place} cannot be written: {error.strerror or error}") from error
    return manifest


def link(source: Path, own: Path) -> Manifest:
    """Use a plug-in where it lies, as for whoever writes it.

    Raises:
        FileError: it is no plug-in, or links cannot be made here.
    """
    manifest = read_manifest(source)
    place = own / manifest.id
    if place.resolve() == source.resolve():
        return manifest
    try:
        own.mkdir(parents=True, exist_ok=True)
        remove(manifest.id, own)
        place.symlink_to(source.resolve(), target_is_directory=True)
    except OSError as error:
        raise FileError(f"{place} cannot be written: {error.strerror or error}") from error
    return manifest


def remove(id_: str, own: Path) -> None:
    """Take a plug-in out of a person's folder; of one that was linked only the link goes.

    Raises:
        FileError: it cannot be removed.
    """
    place = own / id_
    try:
        if place.is_symlink():
            place.unlink()
        elif place.is_dir():
            aside = Path(mkdtemp(prefix=".old-", dir=own))
            place.rename(aside / id_)
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise FileError(f"{place} cannot be removed: {error.strerror or error}") from error
