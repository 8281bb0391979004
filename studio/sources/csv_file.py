"""A person's own table as text: CSV, TSV and their kin, whatever their encoding and delimiter."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from studio.api import (
    Examination,
    Field,
    FieldKind,
    FileError,
    Loaded,
    Param,
    Params,
    Source,
    Value,
)

from ._files import CHOSEN, regular_file
from ._manner import DELIMITERS, Manner, manner_of
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

WHOLE_BYTES = 24 << 20
"""A file up to this size is examined whole; of a larger one the beginning and pieces all over."""
PIECES, PIECE_BYTES = 24, 1 << 17
LONGEST_LINE = 64 << 20
BROKEN = "a quotation without an end"


def examine_csv(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return the columns of a table, as far as a look at the file tells, of these kinds.

    Raises:
        FileError: it cannot be read, or is no table.
    """
    given = Params(params)
    path = regular_file(given)
    manner, notes = manner_of(path, given)
    names = _names(path, manner)
    expect_columns(len(names), path.name)
    size = path.stat().st_size
    if size <= WHOLE_BYTES:
        rows, estimate = list(_rows(path, manner)), None
    else:
        rows, estimate = _sampled(path, manner, len(names), size)
    uneven = sum(len(cells) != len(names) for _, cells in rows)
    if uneven:
        rows_ = "1 row has" if uneven == 1 else f"{uneven:,} rows have"
        notes = (*notes, f"{rows_} another number of cells than the first")
    look = Look(
        params=manner.params,
        estimate=estimate,
        notes=notes,
        comma=manner.comma,
        kinds=kinds or {},
    )
    return examined(names, rows, look)


def load_csv(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return the columns of a table.

    Raises:
        FileError: it cannot be read, or differs from what was found in it.
    """
    given = Params(params)
    path = regular_file(given)
    manner, _ = manner_of(path, given)
    reading = Reading.of(fields, _names(path, manner), path.name, comma=manner.comma)
    faults = Faults(keep_of(given), path.name)
    return loaded(_rows(path, manner), reading, faults, most=given.whole("rows"))


def _names(path: Path, manner: Manner) -> list[str]:
    first = next(_parse(path, manner), (1, []))[1]
    if manner.header:
        return [str(cell) for cell in first]
    return [f"column {place}" for place in range(1, len(first) + 1)]


def _rows(path: Path, manner: Manner) -> Iterator[Row]:
    """Yield the rows below the names, with the line each ends at; empty lines are passed over."""
    rows = _parse(path, manner)
    if manner.header:
        next(rows, None)
    yield from rows


def _parse(path: Path, manner: Manner) -> Iterator[Row]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding=manner.encoding, errors="replace", newline="")
        yield from _parsed_rows(text, manner.delimiter, path.name)


def _parsed_rows(text: io.TextIOBase, delimiter: str, name: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_LINE)
    lines = _lines(text, name)
    # Strict, so that a quotation without an end is told and does not swallow what follows.
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, [BROKEN]
            continue
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _lines(text: io.TextIOBase, name: str) -> Iterator[str]:
    """Yield lines; one without an end would fill the memory."""
    number_ = 0
    while line := text.readline(LONGEST_LINE):
        number_ += 1
        if len(line) == LONGEST_LINE:
            raise FileError(
                f"{name}, line {number_:,}: expected lines of less than 64 MB. Is it a table?"
            )
        yield line.replace("\0", "")


def _sampled(path: Path, manner: Manner, width: int, size: int) -> tuple[list[Row], int]:
    """Return rows from the beginning and from all over the file, and about how many there are."""
    if manner.encoding == "utf-16":
        rows = []
        for row in _rows(path, manner):
            rows.append(row)
            if len(rows) == 50_000:
                break
        return rows, max(len(rows), size // 64)
    rows, read = [], 0
    with path.open("rb") as file:
        for place in range(PIECES):
            start = place * (size - PIECE_BYTES) // (PIECES - 1)
            piece = _piece(file, start)
            text = io.StringIO(piece.decode(manner.encoding, errors="replace"), newline="")
            found = list(_parsed_rows(text, manner.delimiter, path.name))
            # The first of a piece may begin inside a row, the last may be cut off.
            found = found[manner.header or place > 0 :][: -1 or None]
            rows += [(0, cells) for _, cells in found if len(cells) == width]
            read += len(piece)
    if not rows:  # perhaps a line is too long for the pieces, which the reader tells
        rows = list(islice(_rows(path, manner), 1000))
    return rows, round(len(rows) * size / max(read, 1))


def _piece(file: BinaryIO, start: int) -> bytes:
    file.seek(start)
    piece = file.read(PIECE_BYTES)
    if start:
        piece = piece[piece.find(b"\n") + 1 :]
    return piece[: piece.rfind(b"\n") + 1]


CSV = Source(
    id="file_csv",
    title="Table (CSV, TSV)",
    load="studio.sources.csv_file:load_csv",
    examine="studio.sources.csv_file:examine_csv",
    endings=(".csv", ".tsv", ".tab", ".dat", ".data"),
    params=(
        CHOSEN,
        Param("delimiter", "auto", choices=("auto", *DELIMITERS), help="What stands between cells"),
        Param("header", "auto", choices=("auto", "yes", "no"), title="header row"),
        Param("decimal", "auto", choices=("auto", "point", "comma"), title="decimal mark"),
        Param(
            "encoding",
            "auto",
            choices=(
                "auto",
                "utf-8",
                "utf-8-sig",
                "utf-16",
                "cp1252",
                "latin-1",
                "gb18030",
                "shift_jis",
                "euc_kr",
                "cp1251",
            ),
            help="How letters are written as bytes",
        ),
        BAD_ROWS,
        MOST_ROWS,
    ),
    help="A table of your own, with a row a sample; columns are typed, and the rest is set here",
)
