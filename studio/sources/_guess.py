"""What the columns of a table are: numbers, categories, dates, texts, and which is learned."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from studio.api import Field, FieldKind, FieldRole

from ._cells import date_form, is_missing, number

MOST_LABELS = 1000
MOST_CHOSEN = 10_000
MOST_TRIED, MOST_IN_ORDER = 20_000, 2000
"""So many different cells are tried as numbers and dates, so many from the top as an index."""
_NEARLY = 0.95
_ROLE_NAMES = re.compile(
    r"target|label|class|classes|y|outcome|species|survived|churn(?:ed)?|default|diagnosis|quality"
    r"|(?:sale_?|house_?)?price|median_house_value|medv|category|sentiment|spam|rating|is_?fraud",
    re.IGNORECASE,
)
_ID_NAMES = re.compile(
    r"(?:.*[_ ])?(?:id|uuid|guid|index|row_?(?:id|number)?)|unnamed.*|#|no\.?|nr\.?"
)


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of one column from the cells that were read."""

    field: Field
    missing: int
    distinct: int
    rows: int
    whole: bool = False
    """Whether all its numbers are whole ones."""
    note: str = ""

    @property
    def countable(self) -> bool:
        """Whether its numbers may be the names of classes."""
        few = self.distinct <= max(2, min(20, self.rows // 5))
        return self.field.kind == "number" and self.whole and 2 <= self.distinct and few


def column(
    name: str, cells: Sequence[str], *, comma: bool = False, kind: FieldKind | None = None
) -> Column:
    """Return what a column is, from its cells, or what ``kind`` says that it is."""
    counts: Counter[str] = Counter()
    for cell, times in Counter(cells).items():
        if not is_missing(cell):
            counts[cell.strip()] += times
    rows, missing = len(cells), len(cells) - counts.total()
    if kind is not None:
        labels = _labels(counts) if kind == "category" else ()
        return Column(Field(name, kind, labels=labels), missing, len(counts), rows)
    if not counts:
        field = Field(name, "number", "none")
        return Column(field, missing, 0, rows, note=f"{name} is empty and is left out")
    tried = list(islice(counts, MOST_TRIED))
    numbers = [number(cell, comma=comma) for cell in tried]
    fitting = [value for value in numbers if value is not None]
    right = sum(
        counts[cell] for cell, value in zip(tried, numbers, strict=True) if value is not None
    )
    if right >= _NEARLY * sum(counts[cell] for cell in tried):
        begin = [number(cell, comma=comma) for cell in cells[:MOST_IN_ORDER]]
        runs = _runs([value for value in begin if value is not None])
        whole = all(value == int(value) for value in fitting)
        return _of_numbers(Column(Field(name), missing, len(counts), rows, whole), runs=runs)
    if date_form(tried):
        return Column(Field(name, "date"), missing, len(counts), rows)
    return _of_words(name, counts, missing, rows)


def _of_numbers(found: Column, *, runs: bool) -> Column:
    name, rows = found.field.name, found.rows
    if found.distinct == 1 and rows > 1 and not found.missing:
        note = f"{name} is the same everywhere and is left out"
        return replace(found, field=Field(name, role="none"), note=note)
    named = _names_rows(name) and found.distinct >= 0.98 * rows
    if found.whole and rows > 2 and (named or (found.distinct == rows and runs)):
        note = f"{name} counts the rows and is left out"
        return replace(found, field=Field(name, role="none"), note=note)
    return found


def _labels(counts: Counter[str]) -> tuple[str, ...]:
    """Return the most frequent classes in order, numbers by their size."""
    most = [label for label, _ in counts.most_common(MOST_CHOSEN)]
    numbers = [number(label) for label in most]
    if None not in numbers:
        return tuple(sorted(most, key=float_of))
    return tuple(sorted(most))


def float_of(label: str) -> float:
    """Return the number that a label is; 0 for one that is none."""
    return number(label) or 0.0


def _names_rows(name: str) -> bool:
    return bool(_ID_NAMES.fullmatch(name.lower()) or re.fullmatch(r"[a-zA-Z]+I[dD]", name))


def _runs(numbers: list[float]) -> bool:
    """Tell whether numbers go up by one from row to row: an index without a name."""
    return len(numbers) > 20 and all(b - a == 1 for a, b in pairwise(numbers))


def _of_words(name: str, counts: Counter[str], missing: int, rows: int) -> Column:
    distinct, known = len(counts), counts.total()
    words = sum(len(text.split()) * times for text, times in counts.items()) / known
    repeated = distinct <= 20 and distinct <= max(2, known // 2)
    if repeated or (distinct <= MOST_LABELS and distinct * 4 <= known and words < 6):
        if distinct == 1 and not missing:
            field, note = Field(name, "category", "none", labels=tuple(counts)), "the same"
            note = f"{name} is the same everywhere and is left out"
            return Column(field, missing, 1, rows, note=note)
        return Column(
            Field(name, "category", labels=tuple(sorted(counts))), missing, distinct, rows
        )
    if words >= 3 or distinct > MOST_LABELS:
        role: FieldRole = "input" if words >= 3 else "none"
        note = "" if words >= 3 else f"{name} names each row and is left out"
        return Column(Field(name, "text", role), missing, distinct, rows, note=note)
    if distinct * 2 > known:
        note = f"{name} is different in nearly every row and is left out"
        return Column(Field(name, "text", "none"), missing, distinct, rows, note=note)
    return Column(Field(name, "category", labels=tuple(sorted(counts))), missing, distinct, rows)


def with_target(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[Column]:
    """Return the columns with one of them as what is to be learned.

    One whose name says so, else the last that is a category or a number, else a text never.
    """
    fit = [
        place
        for place, one in enumerate(columns)
        if one.field.role == "input" and one.field.kind in {"category", "number"}
    ]
    named = [place for place in fit if _ROLE_NAMES.fullmatch(columns[place].field.name.strip())]
    chosen = (named or fit)[-1:]
    return [
        _as_target(one, cells[place]) if place in chosen else one
        for place, one in enumerate(columns)
    ]


def _as_target(one: Column, cells: Sequence[str]) -> Column:
    if one.countable:
        labels = {cell.strip() for cell in cells if number(cell) is not None}
        field = replace(
            one.field, kind="category", role="target", labels=tuple(sorted(labels, key=float_of))
        )
        return replace(one, field=field)
    return replace(one, field=replace(one.field, role="target"))


def distinct_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a name for every column, no two alike, and what had to be changed, in sentences."""
    given: list[str] = []
    taken: set[str] = set()
    notes: list[str] = []
    for place, name in enumerate(names, 1):
        plain = " ".join(name.split())[:80]
        wanted = plain or f"column {place}"
        unique, again = wanted, 2
        while unique in taken:
            unique, again = f"{wanted} {again}", again + 1
        taken.add(unique)
        if unique != wanted:
            notes.append(f"The name {wanted} stands there twice; the second is {unique} here")
        elif not plain:
            notes.append(f"Column {place} has no name; it is {unique} here")
        given.append(unique)
    return given, notes
