"""A person's own table as JSON: an object a line, or one list of objects."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from studio.api import Examination, Field, FieldKind, FileError, Loaded, Params, Source, Value

from ._files import CHOSEN, regular_file
from ._table import (
    BAD_ROWS,
    MOST_ROWS,
    Faults,
    Look,
    Reading,
    Row,
    examined,
    expect_columns,
    keep_of,
    loaded,
)

EXAMINED = 50_000
LONGEST_LINE = 64 << 20
WHOLE_BYTES = 512 << 20


def examine_jsonl(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return the columns that the objects of a file have.

    Raises:
        FileError: it cannot be read, or holds no objects.
    """
    path = regular_file(Params(params))
    faults = Faults(stop=False, file=path.name)
    names: dict[str, None] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    for line, record in _records(path, faults):
        names.update(dict.fromkeys(record))
        expect_columns(len(names), path.name)
        rows.append((line, record))
        if len(rows) == EXAMINED:
            break
    if not rows:
        told = f" ({faults.told[0]})" if faults.told else ""
        raise FileError(f"{path.name}: expected a JSON object a line, found none{told}")
    estimate = None
    if len(rows) == EXAMINED:
        estimate = round(path.stat().st_size * EXAMINED / max(_place_of(path, rows[-1][0]), 1))
    notes = (f"{faults.count:,} lines are no objects",) if faults.count else ()
    cells = ((line, [record.get(name, "") for name in names]) for line, record in rows)
    return examined(list(names), cells, Look(estimate=estimate, notes=notes, kinds=kinds or {}))


def load_jsonl(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return the columns of a file of objects.

    Raises:
        FileError: it cannot be read, or differs from what was found in it.
    """
    given = Params(params)
    path = regular_file(given)
    faults = Faults(keep_of(given), path.name)
    names = [one.name for one in fields]
    reading = Reading(fields, range(len(fields)), len(fields))
    return loaded(_rows(path, names, faults), reading, faults, most=given.whole("rows"))


def _rows(path: Path, names: Sequence[str], faults: Faults) -> Iterator[Row]:
    for line, record in _records(path, faults):
        yield line, [record.get(name, "") for name in names]


def _records(path: Path, faults: Faults) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the objects, their values as cells; what is no object is a fault."""
    if _is_list(path):
        for line, item in enumerate(_whole(path), 1):
            if isinstance(item, dict):
                yield line, _cells(item)
            else:
                faults.add(line, "expected an object")
        return
    with path.open("rb") as file:
        line = 0
        while text := file.readline(LONGEST_LINE):
            line += 1
            if text.strip():
                item = _parsed(text)
                if isinstance(item, dict):
                    yield line, _cells(item)
                else:
                    faults.add(line, "expected a JSON object")


def _parsed(text: bytes) -> object:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _is_list(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


def _whole(path: Path) -> list[object]:
    if path.stat().st_size > WHOLE_BYTES:
        raise FileError(f"{path.name}: expected so large a file as an object a line, not a list")
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path.name}: expected JSON: {error}") from None
    return list(found) if isinstance(found, list) else []


def _cells(record: Mapping[str, object], before: str = "") -> dict[str, str]:
    """Return values as cells of a table; objects inside become columns ``outer.inner``."""
    cells: dict[str, str] = {}
    for name, value in record.items():
        key = f"{before}{name}"
        match value:
            case None:
                cells[key] = ""
            case bool():
                cells[key] = "true" if value else "false"
            case dict() if before.count(".") < 4:
                cells |= _cells(value, f"{key}.")
            case str() | int() | float():
                cells[key] = str(value)
            case _:
                cells[key] = json.dumps(value, ensure_ascii=False)
    return cells


def _place_of(path: Path, line: int) -> int:
    """Return how many bytes so many lines take."""
    size = 0
    with path.open("rb") as file:
        for _, text in zip(range(line), file, strict=False):
            size += len(text)
    return size


JSONL = Source(
    id="file_jsonl",
    title="Records (JSONL, JSON)",
    load="studio.sources.jsonl_file:load_jsonl",
    examine="studio.sources.jsonl_file:examine_jsonl",
    endings=(".jsonl", ".ndjson", ".json"),
    params=(CHOSEN, BAD_ROWS, MOST_ROWS),
    help="An object a line with the same names in each, such as texts with their classes",
)
