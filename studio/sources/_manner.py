"""How a table of text is written, by its beginning: encoding, delimiter, header, decimal mark."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.api import FileError, Params, Value

from ._cells import is_missing, number

HEAD_BYTES = 1 << 16
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY = (b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"\x93NUMPY", b"PAR1")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written."""

    encoding: str
    delimiter: str
    header: bool
    comma: bool

    @property
    def params(self) -> dict[str, Value]:
        """The parameters that say so."""
        names = {sign: name for name, sign in DELIMITERS.items()}
        return {
            "delimiter": names[self.delimiter],
            "encoding": self.encoding,
            "header": "yes" if self.header else "no",
            "decimal": "comma" if self.comma else "point",
        }


def manner_of(path: Path, given: Params) -> tuple[Manner, tuple[str, ...]]:
    """Return how the file is written: what is set, and what its beginning tells of the rest."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    encoding, notes = _encoding(head, path.name, given.text("encoding"))
    text = head.decode(encoding, errors="replace")
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    if len(head) == HEAD_BYTES and len(lines) > 1:
        lines = lines[:-1]
    if not lines:
        raise FileError(f"{path.name}: expected a table, found only empty lines")
    named = given.text("delimiter")
    delimiter = DELIMITERS.get(named) or _delimiter(lines, path.suffix)
    table = _parsed(lines, delimiter)
    header = given.text("header")
    has_header = _has_header(table) if header == "auto" else header == "yes"
    comma = given.text("decimal") == "comma" or (
        given.text("decimal") == "auto" and _decimal_comma(table, delimiter)
    )
    return Manner(encoding, delimiter, has_header, comma), notes


def _encoding(head: bytes, name: str, wanted: str) -> tuple[str, tuple[str, ...]]:
    if wanted != "auto":
        return wanted, ()
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, ()
    if head.startswith(_BINARY) or b"\0" in head:
        raise FileError(f"{name}: expected a table of text, found a binary file")
    try:
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            note = f"{name} is not UTF-8; it is read as Windows-1252, which you can change"
            return "cp1252", (note,)
    return "utf-8", ()


def _delimiter(lines: Sequence[str], suffix: str) -> str:
    """Return the sign that cuts most lines into the same number of cells, more than one."""
    if suffix.lower() == ".tsv":
        return "\t"
    best, most = ",", 0.0
    for sign in DELIMITERS.values():
        widths = [len(cells) for cells in _parsed(lines[:50], sign)]
        usual = max(set(widths), key=widths.count)
        share = widths.count(usual) / len(widths)
        worth = share * min(usual, 50) * (1.0 if widths[0] == usual else 0.3)
        if usual > 1 and worth > most and not (sign == " " and most):
            best, most = sign, worth
    return best


def _parsed(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def _has_header(table: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: words above numbers, or words seen once."""
    first, rest = table[0], table[1:40]
    if any(number(cell) is not None for cell in first):
        return False
    if not rest:
        return True
    below = [[row[at] for row in rest if at < len(row)] for at in range(len(first))]
    numeric = any(any(number(cell) is not None for cell in cells) for cells in below)
    unseen = all(first[at] not in cells for at, cells in enumerate(below) if first[at])
    return numeric or unseen


def _decimal_comma(table: Sequence[Sequence[str]], delimiter: str) -> bool:
    if delimiter == ",":
        return False
    cells = [cell for row in table[1:40] for cell in row if not is_missing(cell) and "," in cell]
    fitting = [cell for cell in cells if number(cell, comma=True) is not None]
    grouped = [cell for cell in cells if number(cell) is not None]
    return bool(fitting) and len(fitting) > len(grouped)
