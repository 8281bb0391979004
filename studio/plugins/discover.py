"""Discovery: which plug-ins there are, by reading their manifests and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from studio.api import FileError

from .manifest import MANIFEST, Manifest, Need, read_manifest

GROUP = "netwright.plugins"
"""The entry points that installed packages declare; the value names the package of the manifest."""

Origin: TypeAlias = Literal["shipped", "folder", "package"]


@dataclass(frozen=True, slots=True)
class Found:
    """A plug-in's folder; without a manifest where that cannot be used, which is told."""

    folder: Path
    origin: Origin
    manifest: Manifest | None = None
    wrong: str = ""

    @property
    def name(self) -> str:
        """What it is called in lists: its id, or else its folder's name."""
        return self.manifest.id if self.manifest else self.folder.name


def discovered(shipped: Path | None, own: Path) -> list[Found]:
    """Return the plug-ins that come with the program, those of a person, and installed packages.

    Of several with one id the first counts; the others are told.
    """
    found: list[Found] = []
    for folder, origin in _folders(shipped, own):
        one = _read(folder, origin)
        same = next((other for other in found if other.name == one.name), None)
        if same is not None and one.manifest is not None:
            where = "the program" if same.origin == "shipped" else f"{same.folder}"
            one = Found(
                folder,
                origin,
                wrong=f"There is a plug-in {one.name} from {where} already; give this another id",
            )
        found.append(one)
    return found


def lacking(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Return what of these packages is not installed, or too old."""
    return tuple(need for need in needs if not _installed(need))


def _folders(shipped: Path | None, own: Path) -> Iterator[tuple[Path, Origin]]:
    for place, origin in ((shipped, "shipped"), (own, "folder")):
        if place is None:
            continue
        for folder in _subfolders(place):
            if (folder / MANIFEST).is_file():
                yield folder, "shipped" if origin == "shipped" else "folder"
            elif origin == "folder" and any(_python(folder)):
                yield folder, "folder"  # somebody forgot the manifest, and should be told
    for entry in sorted(entry_points(group=GROUP), key=_entry_name):
        yield _package(entry), "package"


def _subfolders(place: Path) -> list[Path]:
    try:
        return sorted(folder for folder in place.iterdir() if _is_folder(folder))
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not path.name.startswith((".", "__"))
    except (OSError, RuntimeError):  # links in a ring
        return False


def _python(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.glob("*.py")
    except OSError:
        return


def _read(folder: Path, origin: Origin) -> Found:
    try:
        return Found(folder, origin, read_manifest(folder))
    except FileError as error:
        return Found(folder, origin, wrong=str(error))


def _entry_name(entry: EntryPoint) -> str:
    return entry.name


def _package(entry: EntryPoint) -> Path:
    """Return the folder of an installed package; only what lies on the way is looked at."""
    top, *rest = entry.value.partition(":")[0].split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        return Path(place, *rest)
    return Path(entry.value)


def _installed(need: Need) -> bool:
    try:
        there = version(need.package)
    except PackageNotFoundError:
        return False
    return not need.version or _numbers(there) >= _numbers(need.version)


def _numbers(text: str) -> tuple[int, ...]:
    numbers = []
    for part in text.split("."):
        digits = "".join(char for char in part if char.isdigit()) if part[:1].isdigit() else ""
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)
