"""Manifest: what ``plugin.toml`` says of a plug-in, read without running anything of it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from studio.api import API_VERSION, FileError

MANIFEST = "plugin.toml"
LARGEST_BYTES = 100_000

KINDS = (
    "blocks",
    "losses",
    "metrics",
    "optimizers",
    "schedules",
    "sources",
    "transforms",
    "probes",
    "panels",
    "actions",
    "gallery",
    "composites",
    "themes",
)
"""What can be contributed."""

FILES = frozenset({"gallery", "composites", "themes"})
"""Kinds that are no code: experiments, and tables of colours."""

RESERVED = frozenset({"composite", "io", "loss", "metric", "netwright", "nn", "studio"})
"""What ids of our own begin with."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VERSION = re.compile(r"\d+(\.\d+){0,3}([-.+]?[0-9A-Za-z]+)*")
_NEED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:>=\s*(\d+(?:\.\d+)*))?")

Table: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Need:
    """A package that must be installed, at least in a version (empty: in any)."""

    package: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.package} {self.version} or newer" if self.version else self.package


@dataclass(frozen=True, slots=True)
class Part:
    """A file or folder of the plug-in that contributes something of a kind, if its needs are
    met.
    """

    kind: str
    path: str
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a plug-in says of itself.

    Attributes:
        parts: where what it contributes is; None where it leaves that to be looked for.
        words: by class of a plain module, what is said of its block beside the code.
    """

    id: str
    title: str
    version: str
    api: int
    summary: str = ""
    author: str = ""
    licence: str = ""
    homepage: str = ""
    needs: tuple[Need, ...] = ()
    parts: tuple[Part, ...] | None = None
    words: Mapping[str, Table] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The name its code is imported by, below ``netwright_plugins``."""
        return self.id.replace("-", "_")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a plug-in's folder.

    Raises:
        FileError: there is none, or it says something that cannot be; with the place in it.
    """
    path = folder / MANIFEST
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileError(f"{path.name}: expected at most {LARGEST_BYTES:,} bytes")
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path.name}: expected text in UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(f"{path.name} is no TOML: {error}") from error
    return _Reader(content).manifest()


class _Reader:
    """Takes a manifest apart, and says where what is not as expected."""

    def __init__(self, content: Table) -> None:
        self._content = content

    def manifest(self) -> Manifest:
        self._only(self._content, {"plugin", "contributes", "blocks"}, "")
        head = self._table(self._content, "plugin", "")
        known = {"id", "title", "version", "api", "requires"}
        self._only(head, known | {"summary", "author", "licence", "homepage"}, "plugin")
        api = head.get("api")
        if not isinstance(api, int) or isinstance(api, bool) or api < 1:
            raise _wrong("plugin.api", f"a whole number such as {API_VERSION}", api)
        if api > API_VERSION:
            raise FileError(
                f"It is written for version {api} of studio.api, and this program has version "
                f"{API_VERSION}. Update Netwright, or use an older version of the plug-in"
            )
        return Manifest(
            id=self._id(head),
            title=self._text(head, "title", limit=60, needed=True),
            version=self._matching(head, "version", _VERSION, "a version such as 1.0.0"),
            api=api,
            summary=self._text(head, "summary"),
            author=self._text(head, "author"),
            licence=self._text(head, "licence"),
            homepage=self._homepage(head),
            needs=tuple(self._needs(head.get("requires", []), "plugin.requires")),
            parts=self._parts() if "contributes" in self._content else None,
            words=self._words(),
        )

    def _id(self, head: Table) -> str:
        id_ = self._matching(
            head, "id", _ID, "lower-case letters a to z, digits and hyphens, such as my-layers"
        )
        if id_ in RESERVED or len(id_) > 40:
            what = "a name of at most 40 letters that the program does not use itself"
            raise _wrong("plugin.id", what, id_)
        return id_

    def _parts(self) -> tuple[Part, ...]:
        given = self._table(self._content, "contributes", "")
        self._only(given, set(KINDS), "contributes")
        return tuple(
            self._part(kind, item, f"contributes.{kind}")
            for kind in KINDS
            for item in self._list(given.get(kind, []), f"contributes.{kind}")
        )

    def _part(self, kind: str, item: object, place: str) -> Part:
        needs: tuple[Need, ...] = ()
        if isinstance(item, Mapping):
            self._only(item, {"file", "requires"}, place)
            needs = tuple(self._needs(item.get("requires", []), f"{place}.requires"))
            item = item.get("file")
        if not isinstance(item, str) or not item:
            raise _wrong(place, "the name of a file of the plug-in", item)
        path = PurePosixPath(item)
        inside = not path.is_absolute() and ".." not in path.parts
        if not inside or "\\" in item or ":" in item or not item.isprintable():
            raise _wrong(place, "a file inside the plug-in's own folder", item)
        if kind not in FILES and path.suffix != ".py":
            raise _wrong(place, "a file that ends in .py", item)
        return Part(kind, item, needs)

    def _words(self) -> dict[str, Table]:
        given = self._table(self._content, "blocks", "") if "blocks" in self._content else {}
        return {name: self._table(given, name, "blocks") for name in given}

    def _needs(self, given: object, place: str) -> Iterator[Need]:
        for item in self._list(given, place):
            found = _NEED.fullmatch(item.strip()) if isinstance(item, str) else None
            if found is None:
                raise _wrong(place, "packages such as torchvision or torchvision>=0.15", item)
            yield Need(found[1], found[2] or "")

    def _homepage(self, head: Table) -> str:
        url = self._text(head, "homepage")
        if url and not url.startswith(("https://", "http://")):
            raise _wrong("plugin.homepage", "an address that begins with https://", url)
        return url

    def _text(self, table: Table, name: str, *, limit: int = 400, needed: bool = False) -> str:
        value = table.get(name, "")
        if not isinstance(value, str) or (needed and not value.strip()):
            raise _wrong(f"plugin.{name}", "text", value)
        if len(value) > limit or not value.isprintable():
            what = f"at most {limit} letters in one line"
            raise _wrong(f"plugin.{name}", what, f"{value[:20]!a}…")
        return value.strip()

    def _matching(self, table: Table, name: str, form: re.Pattern[str], what: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise _wrong(f"plugin.{name}", what, value)
        return value

    def _table(self, table: Table, name: str, place: str) -> Table:
        value = table.get(name)
        if not isinstance(value, Mapping):
            where = f"{place}.{name}" if place else name
            raise FileError(f"{MANIFEST}: expected a section [{where}]")
        return value

    def _list(self, value: object, place: str) -> Sequence[object]:
        if not isinstance(value, list):
            raise _wrong(place, "a list in brackets", value)
        return value

    def _only(self, table: Table, known: set[str], place: str) -> None:
        for name in table:
            if name not in known:
                where = f" in [{place}]" if place else ""
                raise FileError(
                    f"{MANIFEST}: there is no {name!r}{where}; expected one of "
                    f"{', '.join(sorted(known))}"
                )


def _wrong(place: str, what: str, value: object) -> FileError:
    received = "nothing" if value is None else str(value)[:60]
    return FileError(f"{MANIFEST}, {place}: expected {what}, received {received}")
