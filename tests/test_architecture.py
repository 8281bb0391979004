"""The rules of the house that no other tool checks: sizes, imports, remarks, configuration.

Everything here walks what lies in the folders, so a new module is bound by it without being named.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STUDIO = ROOT / "studio"
OURS = sorted([*STUDIO.rglob("*.py"), *(ROOT / "plugins").rglob("*.py")])

LARGEST_MODULE = 300
LARGEST_FUNCTION = 30

# An exception is one line here, with its reason.
ALLOWED_LARGE_MODULES: dict[str, str] = {}
ALLOWED_LARGE_FUNCTIONS: dict[str, str] = {}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_modules_are_small() -> None:
    sizes = {_name(path): len(_read(path).splitlines()) for path in OURS}

    large = {name: size for name, size in sizes.items() if size > LARGEST_MODULE}

    assert large.keys() == ALLOWED_LARGE_MODULES.keys(), large


def test_functions_are_short() -> None:
    sizes = {
        f"{_name(path)}:{function.name}": _lines_of_code(function, _read(path))
        for path in OURS
        for function in _all(path, Function)
    }

    large = {name: size for name, size in sizes.items() if size > LARGEST_FUNCTION}

    assert large.keys() == ALLOWED_LARGE_FUNCTIONS.keys(), large


def test_no_signal_is_connected_to_a_lambda() -> None:
    """A lambda has no thread of its own and keeps its widget alive: connect a bound method."""
    lambdas = [
        _where(path, call)
        for path in OURS
        for call in _all(path, ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "connect"
        if any(isinstance(argument, ast.Lambda) for argument in call.args)
    ]

    assert lambdas == []


@pytest.mark.parametrize(
    ("library", "home"),
    [("PySide6", "ui"), ("shiboken6", "ui"), ("pyqtgraph", "ui"), ("torch", "engine")],
)
def test_a_heavy_library_is_known_in_one_package_only(library: str, home: str) -> None:
    elsewhere = (path for path in STUDIO.rglob("*.py") if not path.is_relative_to(STUDIO / home))

    assert [] == _importing(library, elsewhere)


@pytest.mark.parametrize("library", ["PySide6", "pyqtgraph", "pytestqt", "torch"])
def test_unit_tests_need_neither_window_nor_tensor(library: str) -> None:
    assert [] == _importing(library, (ROOT / "tests" / "unit").rglob("*.py"))


HEAVY = ("PySide6", "pyqtgraph", "torch", "sklearn")
PARTS = {path.stem for path in STUDIO.glob("*.py")} | {
    path.parent.name for path in STUDIO.glob("*/__init__.py")
}
WITHOUT_WINDOW = sorted(PARTS - {"__init__", "__main__", "ui", "engine"})


@pytest.mark.parametrize("part", WITHOUT_WINDOW)
def test_loading_all_of_a_part_loads_nothing_heavy(part: str) -> None:
    assert set() == _loaded_by(_modules_of(part), HEAVY)


def test_loading_all_of_the_window_does_not_load_torch() -> None:
    assert set() == _loaded_by(_modules_of("ui"), ("torch", "sklearn"))


def test_the_first_paint_waits_for_no_chart() -> None:
    first = [name for name in ("studio.ui.start", "studio.ui.window") if name in _modules_of("ui")]

    assert set() == _loaded_by(first, ("pyqtgraph", "torch", "sklearn", "networkx"))


def test_a_workaround_names_the_issue_that_makes_it_necessary() -> None:
    unexplained = [
        where
        for where, remark in _remarks()
        if "WORKAROUND" in remark and not re.search(r"https?://|[\w-]#\d", remark)
    ]

    assert unexplained == []


def test_what_is_left_to_do_has_an_issue() -> None:
    forgotten = [
        where
        for where, remark in _remarks()
        if re.search(r"\b(TODO|FIXME|XXX)\b", remark)
        if not re.search(r"TODO \(?#\d+", remark)
    ]

    assert forgotten == []


def test_types_are_checked_everywhere() -> None:
    mypy = tomllib.loads(_read(ROOT / "pyproject.toml"))["tool"]["mypy"]

    exempted = [
        module
        for override in mypy["overrides"]
        for module in override["module"]
        if module.startswith(("studio", "plugins")) or override.keys() - _ONLY_MISSING_TYPES
    ]

    assert exempted == []
    assert mypy["strict"]
    assert "ignore_errors" not in mypy


_ONLY_MISSING_TYPES = {"module", "ignore_missing_imports"}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _where(path: Path, node: ast.stmt | ast.expr) -> str:
    return f"{_name(path)}:{node.lineno}"


def _all(path: Path, kind: type | object) -> Iterator:
    tree = ast.parse(_read(path), str(path))
    return (node for node in ast.walk(tree) if isinstance(node, kind))


def _lines_of_code(function: Function, source: str) -> int:
    """Count the lines of the body that are neither docstring nor blank nor a comment."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    lines = source.splitlines()[body[0].lineno - 1 : function.end_lineno]
    return sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))


def _importing(library: str, paths: Iterable[Path]) -> list[str]:
    return [
        _where(path, statement)
        for path in paths
        for statement in _all(path, ast.Import | ast.ImportFrom)
        if library in {name.partition(".")[0] for name in _imported(statement)}
    ]


def _imported(statement: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(statement, ast.ImportFrom):
        return [statement.module or ""] if statement.level == 0 else []
    return [alias.name for alias in statement.names]


def _remarks() -> Iterator[tuple[str, str]]:
    """Yield every block of comment lines as one text, with where it begins."""
    for path in [*OURS, *sorted((ROOT / "tests").rglob("*.py"))]:
        block: list[str] = []
        last = -1
        for token in tokenize.generate_tokens(io.StringIO(_read(path)).readline):
            if token.type != tokenize.COMMENT:
                continue
            if block and token.start[0] != last + 1:
                yield f"{_name(path)}:{last + 1 - len(block)}", " ".join(block)
                block = []
            block.append(token.string)
            last = token.start[0]
        if block:
            yield f"{_name(path)}:{last + 1 - len(block)}", " ".join(block)


def _modules_of(part: str) -> list[str]:
    """Name all modules of a part of the studio, by their files: nothing is imported."""
    path = STUDIO / part
    files = path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in sorted(files))
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def _loaded_by(modules: list[str], watched: tuple[str, ...]) -> set[str]:
    """Import modules in a fresh interpreter and name what of the watched ones came along."""
    program = f"""
import importlib, sys
for name in {modules!r}:
    importlib.import_module(name)
print(*sorted(set({watched!r}) & set(sys.modules)))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())
