"""Tables of any kind of file: rows of cells become typed columns, bad rows are told by line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from studio.api import Examination, Field, FieldKind, FileError, Loaded, Param, Params, Value

from ._guess import Column, column, distinct_names, with_target
from ._reader import Reader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row: TypeAlias = tuple[int, Sequence[str]]
"""Its line in the file, from 1, and its cells."""

MOST_COLUMNS = 10_000
BLOCK = 20_000
SHOWN_FAULTS = 3
BAD_ROWS = Param(
    "bad_rows",
    "skip",
    choices=("skip", "stop"),
    title="bad rows",
    help="Rows with too few or too many cells, or with words where numbers are: pass over them and "
    "say which, or stop at the first",
)
MOST_ROWS = Param(
    "rows", 0, low=0, high=2**31 - 1, zero="all", title="at most", unit="rows",
    help="Read only so many from the beginning",
)  # fmt: skip


@dataclass(slots=True)
class Faults:
    """Rows that do not fit: which, and why."""

    stop: bool
    file: str
    unit: str = "line"
    count: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, line: int, why: str) -> None:
        """Take note of a row.

        Raises:
            FileError: it is not to be passed over.
        """
        if self.stop:
            raise FileError(f"{self.file}, {self.unit} {line:,}: {why}")
        self.count += 1
        if len(self.told) < SHOWN_FAULTS:
            self.told.append(f"{self.unit} {line:,}: {why}")

    def sentences(self, rows: int) -> tuple[str, ...]:
        """Say what was passed over.

        Raises:
            FileError: it was most of the file.
        """
        if not self.count:
            return ()
        told = "; ".join(self.told) + ("; …" if self.count > len(self.told) else "")
        if self.count > rows:
            raise FileError(
                f"{self.file}: most rows do not fit what was read of it ({told}). "
                "Read the file again on the Data page, or correct it"
            )
        noun = "row" if self.unit == "line" else self.unit
        rows_ = f"1 {noun} was" if self.count == 1 else f"{self.count:,} {noun}s were"
        return (f"{rows_} passed over in {self.file} ({told})",)


def expect_columns(count: int, file: str) -> None:
    """Refuse tables that are too wide to be looked at column by column.

    Raises:
        FileError: there are more than 10,000 columns, or none.
    """
    if count > MOST_COLUMNS:
        raise FileError(
            f"{file}: expected at most {MOST_COLUMNS:,} columns, found {count:,}. Save so wide a "
            "table as a NumPy file, whose numbers are one column"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a look into a table went: what it found of its manner, and what is set already."""

    params: Mapping[str, Value] = field(default_factory=dict)
    estimate: int | None = None
    """About how many rows there are, where they were not counted."""
    notes: Sequence[str] = ()
    comma: bool = False
    kinds: Mapping[str, FieldKind] = field(default_factory=dict)


def examined(names: Sequence[str], rows: Iterable[Row], look: Look) -> Examination:
    """Return the typed columns of a table of which these rows were read.

    Raises:
        FileError: there is no row.
    """
    given, renamed = distinct_names(names)
    good = [cells for _, cells in rows if len(cells) == len(given)]
    if not good:
        raise FileError("expected at least one row below the names of the columns, found none")
    cells = [list(column_) for column_ in zip(*good, strict=True)]
    known = [
        column(name, mine, comma=look.comma, kind=look.kinds.get(name))
        for name, mine in zip(given, cells, strict=True)
    ]
    if not look.kinds:
        known = with_target(known, cells)
    told = [one.note for one in known if one.note]
    if len(told) > 6:
        told = [*told[:5], f"and {len(told) - 5:,} more columns are left out"]
    return Examination(
        fields=tuple(one.field for one in known),
        rows=len(good) if look.estimate is None else look.estimate,
        exact=look.estimate is None,
        params=look.params,
        notes=(*look.notes, *renamed[:5], *told),
        missing=tuple(one.field.name for one in known if one.missing and _used(one)),
    )


def _used(one: Column) -> bool:
    return one.field.role != "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read: its fields with their places among the cells, and what is unusual."""

    fields: Sequence[Field]
    places: Sequence[int]
    width: int
    comma: bool = False

    @classmethod
    def of(
        cls, fields: Sequence[Field], names: Sequence[str], file: str, *, comma: bool = False
    ) -> "Reading":
        """Return how to read these fields from a table with these names.

        Raises:
            FileError: a column is gone.
        """
        given, _ = distinct_names(names)
        place = {name: at for at, name in enumerate(given)}
        gone = [one.name for one in fields if one.name not in place]
        if gone:
            raise FileError(
                f"{file}: expected a column {gone[0]}, found {', '.join(given[:8])}"
                f"{' …' * (len(given) > 8)}. Read the file again on the Data page"
            )
        return cls(fields, [place[one.name] for one in fields], len(given), comma)


def loaded(rows: Iterable[Row], reading: Reading, faults: Faults, *, most: int) -> Loaded:
    """Return the columns of a table, read block by block.

    Raises:
        FileError: no row fits, or a bad row is not to be passed over.
    """
    import numpy as np

    readers = [Reader(one, comma=reading.comma) for one in reading.fields]
    lines: list[NDArray[np.int64]] = []
    count = 0
    for block in _blocks(rows, reading, faults):
        wanted = block[: most - count] if most else block
        good, columns = _read(wanted, readers, reading, faults)
        count += len(good)
        lines.append(np.array(good, np.int64))
        for reader, values in zip(readers, columns, strict=True):
            reader.pieces.append(values)
        if most and count >= most:
            break
    if not count:
        told = f" ({faults.told[0]})" if faults.told else ""
        raise FileError(
            f"{faults.file}: expected at least one row that can be read, found none{told}"
        )
    notes = faults.sentences(count)
    columns_ = {reader.field.name: np.concatenate(reader.pieces) for reader in readers}
    return Loaded(columns_, notes, np.concatenate(lines), faults.unit)


def _blocks(rows: Iterable[Row], reading: Reading, faults: Faults) -> Iterator[list[Row]]:
    """Yield the rows with as many cells as there are columns, many at a time."""
    block: list[Row] = []
    for line, cells in rows:
        if len(cells) != reading.width:
            found = f"{len(cells):,}" if len(cells) != 1 else f"1 ({cells[0][:40]})"
            faults.add(line, f"expected {reading.width:,} cells, found {found}")
            continue
        block.append((line, cells))
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _read(
    block: Sequence[Row], readers: "Sequence[Reader]", reading: Reading, faults: Faults
) -> "tuple[list[int], list[NDArray[np.generic]]]":
    """Return the lines of a block's good rows, and the values of every column in them."""
    columns = []
    bad: dict[int, str] = {}
    for reader, place in zip(readers, reading.places, strict=True):
        values, wrong = reader.read([cells[place] for _, cells in block])
        for at in wrong:
            bad.setdefault(at, reader.complaint(block[at][1][place]))
        columns.append(values)
    for at, why in sorted(bad.items()):
        faults.add(block[at][0], why)
    good = [at for at in range(len(block)) if at not in bad]
    if bad:
        columns = [values[good] for values in columns]
    return [block[at][0] for at in good], columns


def keep_of(params: Params) -> bool:
    """Return whether to stop at the first bad row."""
    return params.text("bad_rows") == "stop"
