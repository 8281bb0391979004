"""Our own code as text: found by name and read, never imported, and copied into programs."""

import ast
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from studio.core.errors import CompileError
from studio.core.plugin_code import PACKAGE, plugin_finder


@dataclass(frozen=True, slots=True)
class Copied:
    """The source of a class or function, and the imports of its file by the name they bind."""

    name: str
    text: str
    imports: dict[str, str]


def read_definition(reference: str) -> Copied:
    """Return the class or function that ``package.module:Name`` names.

    Raises:
        CompileError: there is no such file, or no such name in it.
    """
    module, _, name = reference.partition(":")
    path = locate(module)
    if path is None:
        raise CompileError(f"the source of {reference} is not installed")
    found = _definitions_in(path, path.stat().st_mtime_ns).get(name)
    if found is None:
        raise CompileError(f"{path.name} has no {name}")
    return found


def imports_in(tree: ast.Module) -> dict[str, str]:
    """Return the statement behind every name that a file imports."""
    bound: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                words = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
                origin = (
                    f"from {statement.module} " if isinstance(statement, ast.ImportFrom) else ""
                )
                bound[alias.asname or alias.name.partition(".")[0]] = f"{origin}import {words}"
    return bound


def locate(module: str) -> Path | None:
    """Find a module's file; importing its packages on the way could load anything."""
    top, *rest = module.split(".")
    if top == PACKAGE:
        return plugin_finder().file_of(module)
    spec = find_spec(top)
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin else None
    places = (
        Path(folder, *rest).with_suffix(".py") for folder in spec.submodule_search_locations or ()
    )
    return next((place for place in places if place.is_file()), None)


@lru_cache(maxsize=64)
def _definitions_in(path: Path, _changed_ns: int) -> dict[str, Copied]:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, str(path))
    imports = imports_in(tree)
    lines = source.splitlines()
    return {
        statement.name: Copied(
            statement.name,
            "\n".join(lines[_first_line(statement) - 1 : statement.end_lineno]),
            imports,
        )
        for statement in tree.body
        if isinstance(statement, ast.ClassDef | ast.FunctionDef)
    }


def _first_line(statement: ast.ClassDef | ast.FunctionDef) -> int:
    return min([statement.lineno, *(mark.lineno for mark in statement.decorator_list)])
