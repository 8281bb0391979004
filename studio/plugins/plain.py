"""Plain modules: an ordinary ``nn.Module`` read as the block that it is, without importing torch.

The constructor's signature gives the parameters, ``forward`` the ports, the docstring the words.
Parameters without a default whose name says that they are a size of what arrives, such as
``in_features`` or ``dim``, are taken from there. What the code cannot say stands in ``plugin.toml``
under ``[blocks.ClassName]``.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

from studio.api import FileError, Param, Value

LAST, CHANNELS = -1, 1
SIZES: Mapping[str, int] = {
    "in_features": LAST,
    "features": LAST,
    "num_features": LAST,
    "input_size": LAST,
    "input_dim": LAST,
    "in_dim": LAST,
    "dim": LAST,
    "d_model": LAST,
    "embed_dim": LAST,
    "hidden_size": LAST,
    "width": LAST,
    "in_channels": CHANNELS,
    "channels": CHANNELS,
    "num_channels": CHANNELS,
}
"""Arguments that are a size of the first input, and on which axis it lies."""

_BASES = {"nn.Module", "torch.nn.Module", "Module"}
_WHOLE = {"tokens", "ids", "indices", "index", "labels", "classes"}
_ANY_NUMBER = {"int": 64, "float": 1.0, "bool": False}


@dataclass(frozen=True, slots=True)
class PlainModule:
    """A class as it stands in a file.

    ``sizes`` are arguments that what arrives decides: input and axis. ``inputs`` tells for every
    argument of ``forward`` whether it can be left out and whether it is of whole numbers.
    """

    name: str
    help: str = ""
    params: tuple[Param, ...] = ()
    sizes: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    inputs: tuple[tuple[str, bool, bool], ...] = ()
    outputs: tuple[str, ...] = ("y",)


def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax.

    Raises:
        FileError: it cannot be read, or is no Python, with the line.
    """
    try:
        return ast.parse(path.read_text(encoding="utf-8"), path.name)
    except SyntaxError as error:
        raise FileError(f"{path.name}, line {error.lineno or 1}: {error.msg}") from error
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        what = (
            "text in UTF-8" if isinstance(error, UnicodeDecodeError) else "Python that nests less"
        )
        raise FileError(f"{path.name}: expected {what}") from error


def imports_of(tree: ast.Module) -> set[str]:
    """Return the packages that are imported when a file is."""
    found: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            found.add((statement.module or "").partition(".")[0])
    return found


def is_plain(tree: ast.Module) -> bool:
    """Tell whether a file declares nothing: its modules are then the blocks."""
    return "studio" not in imports_of(tree) and any(True for _ in _classes(tree))


def plain_modules(tree: ast.Module, words: Mapping[str, Mapping[str, object]]) -> list[PlainModule]:
    """Return the modules of a file that are blocks: all that are not private.

    Raises:
        FileError: one of them cannot be read as a block.
    """
    return [_read(kind, words.get(kind.name, {})) for kind in _classes(tree)]


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Yield the modules of a file, also those that derive from another one of it.

    One of a family of classes that has no forward is no block.
    """
    known: dict[str, ast.ClassDef] = {}
    family: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            bases = [ast.unparse(base) for base in statement.bases]
            inside = [known[base] for base in bases if base in known]
            if inside or _BASES & set(bases):
                known[statement.name] = _with_inherited(statement, inside)
                family.update([*bases, *([statement.name] if inside else [])])
    for name, kind in known.items():
        if not name.startswith("_") and (name not in family or "forward" in _methods(kind)):
            yield kind


def _with_inherited(kind: ast.ClassDef, bases: list[ast.ClassDef]) -> ast.ClassDef:
    """Return a class with the methods that it has from others, its own first."""
    methods: dict[str, ast.stmt] = {}
    for base in (kind, *bases):
        methods = {**_methods(base), **methods}
    whole = copy(kind)
    own = _methods(kind)
    whole.body = [*kind.body, *(one for name, one in methods.items() if name not in own)]
    return whole


def _methods(kind: ast.ClassDef) -> dict[str, ast.stmt]:
    return {one.name: one for one in kind.body if isinstance(one, ast.FunctionDef)}


def _read(kind: ast.ClassDef, words: Mapping[str, object]) -> PlainModule:
    doc = ast.get_docstring(kind) or ""
    arguments = _arguments(kind, "__init__")
    inputs = _inputs(kind)
    if not inputs:
        raise FileError(f"{kind.name}: expected a forward with at least one input")
    explained = _explained(doc)
    params: list[Param] = []
    sizes: dict[str, tuple[str, int]] = {}
    for name, annotation, default in arguments:
        if default is None and name in SIZES and name not in _names(words, "params"):
            sizes[name] = (inputs[0][0], SIZES[name])
            continue
        param = _param(name, annotation, default, explained.get(name, ""))
        if param is not None:
            params.append(param)
        elif default is None:
            raise FileError(
                f"{kind.name}: expected a default for {name}, or a kind such as {name}: int"
            )
    sizes |= _sizes(kind.name, words, {name for name, _, _ in arguments})
    params = [param for param in params if param.name not in sizes]
    return PlainModule(
        kind.name, _without_arguments(doc), tuple(params), sizes, inputs, _outputs(kind)
    )


def _arguments(kind: ast.ClassDef, name: str) -> list[tuple[str, str, ast.expr | None]]:
    """Return name, annotation and default of what a method takes beside ``self``."""
    for statement in kind.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            given = statement.args
            places = [*given.posonlyargs, *given.args]
            none: list[ast.expr | None] = [None] * (len(places) - len(given.defaults))
            pairs = [*zip(places, [*none, *given.defaults], strict=True)][1:]
            pairs += zip(given.kwonlyargs, given.kw_defaults, strict=True)
            return [
                (place.arg, ast.unparse(place.annotation) if place.annotation else "", default)
                for place, default in pairs
            ]
    return []


def _inputs(kind: ast.ClassDef) -> tuple[tuple[str, bool, bool], ...]:
    return tuple(
        (name, default is not None, name in _WHOLE or "LongTensor" in annotation)
        for name, annotation, default in _arguments(kind, "forward")
    )


def _outputs(kind: ast.ClassDef) -> tuple[str, ...]:
    """Return ``y``, or a name for each of the tensors that ``forward`` says it returns."""
    for statement in kind.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "forward":
            told = ast.unparse(statement.returns) if statement.returns else ""
            inside = re.fullmatch(r"(?:tuple|Tuple)\[(.*)\]", told)
            count = len(inside[1].split(",")) if inside else 1
            return tuple(f"y{place}" for place in range(1, count + 1)) if count > 1 else ("y",)
    return ("y",)


def _param(name: str, annotation: str, default: ast.expr | None, help_: str) -> Param | None:
    """Return the parameter of an argument; None for one that nobody can set in a form."""
    choices = _choices(annotation)
    if default is None:
        value: Value = choices[0] if choices else _ANY_NUMBER.get(annotation)
        if value is None:
            return None
    else:
        try:
            value = ast.literal_eval(default)
        except ValueError:
            return None
        if annotation == "float" and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    sizes = isinstance(value, tuple) and bool(value) and all(isinstance(n, int) for n in value)
    if not (sizes or isinstance(value, (bool, int, float, str))):
        return None
    low = float(value > 0) if whole and isinstance(value, int) and value >= 0 else None
    length = len(value) if isinstance(value, tuple) else 0
    return Param(name, value, choices=choices, low=low, length=length, help=help_)


def _choices(annotation: str) -> tuple[str, ...]:
    found = re.fullmatch(r"(?:typing\.)?Literal\[(.*)\]", annotation)
    if not found:
        return ()
    values = ast.literal_eval(f"({found[1]},)")
    return tuple(values) if all(isinstance(value, str) for value in values) else ()


def _names(words: Mapping[str, object], table: str) -> Mapping[str, object]:
    found = words.get(table, {})
    return found if isinstance(found, Mapping) else {}


def _sizes(
    kind: str, words: Mapping[str, object], arguments: set[str]
) -> dict[str, tuple[str, int]]:
    """Return what the manifest says of sizes, such as ``dim = "x.-1"``."""
    found: dict[str, tuple[str, int]] = {}
    for name, place in _names(words, "sizes").items():
        match = re.fullmatch(r"(\w+)\.(-?\d)", str(place))
        if match is None or name not in arguments:
            raise FileError(
                f"plugin.toml, blocks.{kind}.sizes.{name}: expected an argument of __init__ and "
                f"an input with an axis, such as x.-1, received {str(place)[:40]}"
            )
        found[name] = (match[1], int(match[2]))
    return found


def _explained(doc: str) -> dict[str, str]:
    """Return what a docstring says below ``Args:`` of every argument."""
    _, _, below = doc.partition("Args:\n")
    found = re.findall(
        r"^ +(\w+)(?: \([^)]*\))?: (.+?)(?=\n +\w+(?: \([^)]*\))?: |\n\n|\Z)", below, re.M | re.S
    )
    return {name: " ".join(told.split()).rstrip(".") for name, told in found}


def _without_arguments(doc: str) -> str:
    return " ".join(doc.partition("Args:\n")[0].split()).rstrip(".")
