"""Giving: what the files of a plug-in declare, found as what ships is found.

A plain module is read; everything else is imported, and its values are known by their type. The
table ``_TYPES`` is all that a new kind of declaration needs here.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from studio.api import BlockSpec, FileError
from studio.core.fileio import SUFFIX
from studio.core.plugin_code import PACKAGE

from .files import inside
from .manifest import FILES, Manifest, Part
from .plain import imports_of, is_plain, plain_modules, tree_of
from .plain_blocks import Ask, plain_block

WINDOW = frozenset({"panels", "actions"})
"""Kinds whose code only a window loads."""

_TYPES: Mapping[str, str] = {
    "studio.core.blocks:BlockSpec": "blocks",
    "studio.core.recipes:Optimizer": "optimizers",
    "studio.core.recipes:Schedule": "schedules",
    "studio.core.recipes:Source": "sources",
    "studio.core.recipes:Step": "transforms",
    "studio.ui.dashboard.panel:PanelSpec": "panels",
    "studio.app.actions:Action": "actions",
    "studio.app.actions:ActionList": "actions",
}
PROBES = "probes"
"""The kind whose code only the engine loads; what its files declare is read."""
_ROLES = {"loss": "losses", "metric": "metrics"}
_ENDINGS = {"gallery": SUFFIX, "composites": SUFFIX, "themes": ".toml"}


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that a plug-in contributes; of a file (kinds that are no code) its path.

    ``code`` tells whether something of the plug-in runs in this process when it is used.
    """

    kind: str
    id: str
    title: str
    value: object
    code: bool = True


def parts_of(manifest: Manifest, folder: Path) -> tuple[Part, ...]:
    """Return where to look: as the manifest says, else all files of the folder by what they are.

    Raises:
        FileError: a file is named that is not there, or one is no Python.
    """
    if manifest.parts is not None:
        for part in manifest.parts:
            inside(folder, part.path)
        return manifest.parts
    return tuple(_looked_for(folder))


def given_by(manifest: Manifest, folder: Path, part: Part, ask: Ask) -> list[Given]:
    """Return what one file or folder contributes; code that declares something is run.

    Raises:
        FileError: it declares nothing, or what it must not.
    """
    path = inside(folder, part.path)
    if part.kind in FILES:
        found = list(_files(manifest, part.kind, path))
    elif part.kind == PROBES:
        found = list(_probes(tree_of(path)))
    elif is_plain(tree := tree_of(path)):
        found = [
            replace(_of(plain_block(module, part.path, manifest, ask)), code=False)
            for module in plain_modules(tree, manifest.words)
        ]
    else:
        found = list(_declared(manifest, part, imports_of(tree)))
    if not found:
        raise FileError(f"{part.path} contributes nothing; expected {_wanted(part.kind)}")
    for given in found:
        _expect_own(manifest, part, given)
    return found


def is_window(part: Part) -> bool:
    """Tell whether only a window loads it."""
    return part.kind in WINDOW


def _looked_for(folder: Path) -> Iterator[Part]:
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith(("_", "test_", "conftest")):
            continue
        tree = tree_of(path)
        packages = imports_of(tree)
        if is_plain(tree):
            yield Part("blocks", path.name)
        elif "PySide6" in packages:
            yield Part("panels", path.name)
        elif "studio" in packages:
            yield Part("", path.name)
    for kind in sorted(FILES):
        if (folder / kind).is_dir():
            yield Part(kind, kind)


def _probes(tree: ast.Module) -> Iterator[Given]:
    for statement in tree.body:
        call = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "ProbeSpec":
            told = {
                word.arg: word.value.value
                for word in call.keywords
                if isinstance(word.value, ast.Constant)
            }
            yield Given(PROBES, str(told.get("id", "")), str(told.get("title", "")), None, False)


def _files(manifest: Manifest, kind: str, path: Path) -> Iterator[Given]:
    files = sorted(path.glob(f"*{_ENDINGS[kind]}")) if path.is_dir() else [path]
    for file in files:
        inside(path if path.is_dir() else path.parent, file.name)
        title = file.stem.replace("-", " ").replace("_", " ")
        yield Given(kind, f"{manifest.id}.{file.stem}", title[:1].upper() + title[1:], file, False)


def _declared(manifest: Manifest, part: Part, packages: set[str]) -> Iterator[Given]:
    if "torch" in packages:
        raise FileError(
            f"{part.path} imports torch, which the window must not load. Declare in a file of its "
            "own, and name the class there by needs, or import torch inside the function"
        )
    stem = part.path.removesuffix(".py").replace("/", ".")
    seen: set[int] = set()
    for value in vars(import_module(f"{PACKAGE}.{manifest.module}.{stem}")).values():
        for item in value if isinstance(value, tuple) else (value,):
            if (
                f"{type(item).__module__}:{type(item).__qualname__}" in _TYPES
                and id(item) not in seen
            ):
                seen.add(id(item))
                yield _of(item)


def _of(value: object) -> Given:
    kind = _TYPES[f"{type(value).__module__}:{type(value).__qualname__}"]
    if isinstance(value, BlockSpec):
        kind = _ROLES.get(value.role, kind)
    id_, title = getattr(value, "id", ""), getattr(value, "title", "")
    return Given(kind, str(id_), str(title), value)


def _expect_own(manifest: Manifest, part: Part, given: Given) -> None:
    if not given.id.startswith(f"{manifest.id}.") or not given.id.isprintable():
        raise FileError(
            f"{part.path} declares {given.id!r}: expected an id that begins with {manifest.id}. as "
            "everything of this plug-in, so that nothing of another is hidden"
        )
    known = {"blocks", "losses", "metrics"}
    if part.kind and given.kind != part.kind and not {part.kind, given.kind} <= known:
        raise FileError(
            f"{part.path} declares {given.id}, which belongs under {given.kind} and not under "
            f"{part.kind} in plugin.toml"
        )


def _wanted(kind: str) -> str:
    if kind in FILES:
        return f"files that end in {_ENDINGS[kind]}"
    if kind == PROBES:
        return "a ProbeSpec at the top level"
    wanted = [name.partition(":")[2] for name, known in _TYPES.items() if known == kind]
    return f"a value such as a {wanted[0] if wanted else 'BlockSpec'}, or a class of nn.Module"
