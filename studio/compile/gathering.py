"""Gathering: a class of a plug-in with everything of its own that it uses, for a program's text.

A program must run where the plug-in is not: so helpers of the same file, and of the plug-in's other
files where they are imported relatively, are copied with the class. What comes from installed
packages stays an import.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from studio.core.errors import CompileError
from studio.core.plugin_code import PACKAGE

from .modules import Copied, imports_in, locate, read_definition


def gathered(reference: str) -> tuple[Copied, ...]:
    """Return what ``package.module:Name`` names, of a plug-in with what it uses before it.

    Raises:
        CompileError: something of it is not there, or cannot be copied.
    """
    if not reference.startswith(f"{PACKAGE}."):
        return (read_definition(reference),)
    return gathered_all([reference])


def gathered_all(references: Iterable[str]) -> tuple[Copied, ...]:
    """Return what ``package.module:Name`` name, our own too, each behind all that it uses.

    Raises:
        CompileError: something of it is not there, cannot be copied, or has two meanings.
    """
    gathering = _Gathering()
    for reference in references:
        gathering.add(*reference.split(":"))
    return tuple(gathering.found.values())


@dataclass(slots=True)
class _Gathering:
    found: dict[str, Copied] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)

    def add(self, module: str, name: str) -> None:
        """Copy a definition, what it uses before it."""
        if name in self.begun:
            if self.begun[name] != module:
                raise CompileError(
                    f"expected one meaning of {name}, received one of {self.begun[name]} and one "
                    f"of {module}; rename one of them"
                )
            return
        self.begun[name] = module
        file = _file(module)
        if name not in file.statements:
            raise CompileError(f"{file.path.name} has no {name}")
        statement = file.statements[name]
        imports = dict(file.imports)
        for used in _names_in(statement):
            if used in file.relative:
                self._add_relative(module, used, file.relative[used])
                imports.pop(used, None)
            elif used in file.statements and used != name:
                self.add(module, used)
        text = "\n".join(file.lines[_first(statement) - 1 : statement.end_lineno])
        self.found[name] = Copied(name, text, imports)

    def _add_relative(self, module: str, used: str, origin: tuple[int, str, str]) -> None:
        level, inner, name = origin
        if name != used or not inner:
            raise CompileError(
                f"{module}: expected names of other files of the plug-in to be imported as they "
                f"are, such as from .helpers import {name}, received {used}"
            )
        parent = module.rsplit(".", level)[0]
        self.add(f"{parent}.{inner}", name)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    lines: list[str]
    statements: dict[str, ast.stmt]
    imports: dict[str, str]
    relative: dict[str, tuple[int, str, str]]
    """Names imported from other files of the plug-in: level, module and name there."""


def _file(module: str) -> _File:
    path = locate(module)
    if path is None:
        raise CompileError(f"the source of {module} is not installed")
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, _changed_ns: int) -> _File:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, str(path))
    relative = {
        alias.asname or alias.name: (statement.level, statement.module or "", alias.name)
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.level
        for alias in statement.names
    }
    imports = {name: words for name, words in imports_in(tree).items() if name not in relative}
    named = {name: statement for statement in tree.body for name in _bound_by(statement)}
    return _File(path, source.splitlines(), named, imports, relative)


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (part.id for part in parts if isinstance(part, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id


def _names_in(statement: ast.stmt) -> list[str]:
    names = (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
    return list(dict.fromkeys(names))


def _first(statement: ast.stmt) -> int:
    if not isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return statement.lineno
    return min([statement.lineno, *(mark.lineno for mark in statement.decorator_list)])
