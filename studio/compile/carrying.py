"""Carrying: the fitted steps of a run as a file of Python beside the network, which needs NumPy."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pprint import pformat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import CompileError
from studio.core.fields import Field
from studio.runs.spec import ColumnInfo, DataJob, Program, StepJob

from .gathering import gathered_all
from .imports import import_lines
from .modules import Copied

Fitted = Mapping[str, NDArray[np.generic] | list[str]]

_ALONE = "studio.sources._alone"
_BASIS = (
    "studio.core.params:Params",
    "studio.core.fields:Field",
    *(f"{_ALONE}:{name}" for name in ("Done", "Input", "Answer", "cells_of", "prepared", "said")),
)
_TABLE = "studio.sources.csv_file:load_csv"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}
_CELLS = {"number", "category", "date", "text"}
_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Carried:
    """The steps of a run: its data, what each step learned, and the network that reads them."""

    job: DataJob
    steps: Sequence[tuple[StepJob, Fitted]]
    program: Program
    fields: tuple[Field, ...]
    """After all steps."""


def cannot_carry(job: DataJob) -> str:
    """Say why steps cannot be exported; empty where they can."""
    if not job.fields:
        return "shipped data have no steps to export; their source says how they were made"
    strange = [
        one for one in job.fields if one.role == "input" and (one.shape or one.kind not in _CELLS)
    ]
    if strange:
        return (
            f"prepare.py is written for tables of cells; {strange[0].name} is "
            f"{'an image' if strange[0].kind == 'image' else 'an array'} and has to be given to "
            "the network as it is on the Data page"
        )
    return ""


def prepare_text(carried: Carried) -> str:
    """Return the text of ``prepare.py``.

    Raises:
        CompileError: a step needs more than NumPy, or two things are called alike.
    """
    table = carried.job.load == _TABLE
    copied = _copied(carried, [f"{_ALONE}:read_rows"] if table else [])
    parts = [_head(table), "from __future__ import annotations", _imports(copied)]
    texts = dict.fromkeys(_plain(one.text) for one in copied)
    parts += ["\n".join(_spaced(texts)), _values(carried), _functions(carried.job)]
    if table:
        parts.append(_main(carried))
    return "\n\n".join(parts).rstrip() + "\n"


def _copied(carried: Carried, more: Iterable[str]) -> list[Copied]:
    """Return everything that the file is made of, each behind what it uses.

    Raises:
        CompileError: a step cannot be exported.
    """
    titles = {
        name: step.title for step, _ in carried.steps for name in (step.change, step.undo) if name
    }
    found = []
    for one in gathered_all([*_BASIS, *more, *titles]):
        needs = [module for module in _modules_in(one) if not _is_plain(module)]
        if needs:
            title = next((t for name, t in titles.items() if name.endswith(f":{one.name}")), "")
            raise CompileError(
                f"{title or one.name} cannot be exported: it needs {needs[0]}, and prepare.py has "
                "NumPy alone. Take the step out and train again, or use netwright predict"
            )
        found.append(replace(one, imports=_without_studio(one)))
    return found


def _modules_in(one: Copied) -> Iterator[str]:
    """Yield the modules that a definition imports or uses."""
    tree = ast.parse(one.text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    yield from (words.split()[1] for name, words in one.imports.items() if name in used - _GIVEN)


_GIVEN = {"Params", "Field"}


def _is_plain(module: str) -> bool:
    return module.partition(".")[0] in {"numpy", *sys.stdlib_module_names}


def _without_studio(one: Copied) -> dict[str, str]:
    return {name: words for name, words in one.imports.items() if _is_plain(words.split()[1])}


def _imports(copied: Sequence[Copied]) -> str:
    """Return the imports, and the two names that annotations use without one."""
    lines = [line for line in import_lines("", copied) if line]
    ours = [line for line in lines if line.split()[1].partition(".")[0] != "numpy"]
    typing = "from typing import Any, Literal, TypeAlias"
    ours = [line for line in ours if not line.startswith("from typing ")]
    theirs = dict.fromkeys(["import numpy as np", "from numpy.typing import NDArray", *lines])
    others = [line for line in theirs if line not in ours and not line.startswith("from typing ")]
    names = ["", "Values: TypeAlias = NDArray[Any]", "Fitted: TypeAlias = dict[str, Any]"]
    return "\n".join([*ours, typing, "", *others, *names])


def _plain(text: str) -> str:
    """Return a definition without its own import of NumPy, and without quoted annotations."""
    text = re.sub(r"^ +import numpy as np\n\n?", "", text, flags=re.MULTILINE)
    return re.sub(
        r'(->|:) "((?:Values|Fitted|dict|Sequence|tuple|NDArray)[^"\n]*)"', r"\1 \2", text
    )


def _spaced(texts: Iterable[str]) -> Iterator[str]:
    """Yield statements with the blank lines between them that Python is written with."""
    after = False
    for text in texts:
        large = text.startswith(("def ", "class ", "@"))
        yield f"\n\n{text}" if large or after else text
        after = large


def _head(table: bool) -> str:
    usage = (
        "\n\nBeside model.py, with torch, it answers for a table like the one trained on:\n\n"
        "    python prepare.py FILE"
        if table
        else ""
    )
    return (
        '"""What is done to the rows of a table before the network reads them, and what it says '
        "of them.\n\nThe numbers were learned from the training part alone. Needs NumPy: "
        "``prepare(rows)`` returns\nthe arguments of the network, ``answers(outputs)`` what it "
        f'says in the target\'s own words and unit.{usage}\n"""'
    )


def _values(carried: Carried) -> str:
    """Return columns, steps, arguments and answers as statements."""
    job = carried.job
    inputs = {one.name for one in job.fields if one.role == "input"}
    done = [(step, known) for step, known in carried.steps if step.before.name in inputs]
    fields = [_field(one) for one in job.fields if one.name in inputs]
    comma = job.params.get("decimal") == "comma"
    return "\n".join(
        [
            "",
            "# The columns that are read.",
            *_tuple("COLUMNS", fields),
            f"DECIMAL_COMMA = {comma}",
            "",
            "# What is done to them, in order, with what was learned of the training part.",
            *_tuple("STEPS", [_done(*one) for one in done]),
            "",
            "# The arguments of the network, in order.",
            *_tuple("INPUTS", [_input(one.column, carried) for one in carried.program.inputs]),
            "",
            f"ANSWER = {_answer(carried)}",
        ]
    )


def _tuple(name: str, items: Sequence[str]) -> list[str]:
    return [f"{name} = (", *(f"    {line}" for one in items for line in f"{one},".split("\n")), ")"]


def _field(one: Field) -> str:
    given = f"Field({one.name!r}, {one.kind!r}, {one.role!r}, {one.shape!r}"
    return f"{given}, {_pretty(one.labels)})" if one.labels else f"{given})"


def _done(step: StepJob, known: Fitted) -> str:
    change, undo = (name.rpartition(":")[2] or "None" for name in (step.change, step.undo))
    fitted = "".join(f"\n        {name!r}: {_array(value)}," for name, value in known.items())
    learned = f"{{{fitted}\n    }}" if fitted else "{}"
    return (
        f"# {' '.join(f'{step.title}: {step.before.name}'.split())}\n"
        f"Done(\n    {change}, {undo},\n    {learned},\n    {_pretty(dict(step.params))},\n"
        f"    {_field(step.before)},\n)"
    )


def _array(value: NDArray[np.generic] | list[str]) -> str:
    if isinstance(value, list):
        return _pretty(value)
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "fiub":
        raise CompileError(f"expected numbers or words, received {numbers.dtype}")
    words = re.sub(r"\b(nan|inf)\b", r"np.\1", _pretty(numbers.tolist()))
    return f"np.array({words}, dtype={numbers.dtype.name!r})"


def _pretty(value: Any) -> str:
    return pformat(value, width=_WIDTH, compact=True, sort_dicts=False)


def _input(name: str, carried: Carried) -> str:
    column = _column(name, carried.job)
    used = [one for one in carried.fields if one.role == "input"]
    own = [one for one in used if one.name == name and not one.flat]
    names = tuple(one.name for one in own) or tuple(one.name for one in used if one.flat)
    classes = len(column.labels) if own and own[0].kind == "category" else 0
    dtype = "int64" if column.dtype == "int" else "float32"
    return f"Input({name!r}, {names!r}, {dtype!r}, {classes})"


def _answer(carried: Carried) -> str:
    """Return what the first output that answers a target means; None where none does."""
    for place, argument in enumerate(carried.program.targets[: len(carried.program.outputs)]):
        column = _column(argument.column, carried.job)
        classes = column.dtype == "int" and column.shape == ()
        if not classes and column.dtype != "float":
            continue
        labels = _pretty(column.labels) if classes else "()"
        steps = [_done(*one) for one in carried.steps if one[0].before.name == column.name]
        told = "".join(f"{one},\n" for one in steps)
        return f"Answer({column.name!r}, {place}, {labels}, ({told}))"
    return "None"


def _column(name: str, job: DataJob) -> ColumnInfo:
    return next(one for one in job.columns if one.name == name)


def _functions(job: DataJob) -> str:
    more = (
        "\n    Rows that the steps leave out of the training are answered for too.\n    "
        if any(step.keep for step in job.steps)
        else ""
    )
    return f'''
def prepare(rows: Sequence[Mapping[str, object]]) -> tuple[np.ndarray, ...]:
    """Return the arguments of the network for rows of cells, as they stand in the file.{more}"""
    return prepared(cells_of(rows, COLUMNS, comma=DECIMAL_COMMA), STEPS, INPUTS)


def answers(outputs: Sequence[np.ndarray]) -> list[Any]:
    """Return what the network says of each row; ``outputs`` are what ``forward`` returns."""
    if ANSWER is None:
        raise ValueError("this network answers neither with a class nor with a value")
    return said(outputs, ANSWER)
'''


def _main(carried: Carried) -> str:
    params = carried.job.params
    encoding = str(params.get("encoding"))
    plain = "utf-8-sig" if encoding in {"auto", "utf-8"} else encoding
    delimiter = _DELIMITERS.get(str(params.get("delimiter")), ",")
    return f'''\
def main(path: str) -> None:
    """Print what the network says of every row of a table."""
    import torch
    from model import build

    header = {params.get("header") != "no"}
    rows = read_rows(path, encoding={plain!r}, delimiter={delimiter!r}, header=header)
    with torch.no_grad():
        found = build().eval()(*map(torch.from_numpy, prepare(rows)))
    outputs = found if isinstance(found, tuple) else (found,)
    for answer in answers([output.numpy() for output in outputs]):
        print(answer)


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
'''
