"""Fields: the columns of a person's own file, typed, and what became of them on the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from .params import Value
from .recipes import Column, ColumnRole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FieldKind: TypeAlias = Literal["number", "category", "date", "text", "tokens", "image"]
FieldRole: TypeAlias = Literal["input", "target", "none"]
KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
ROLES: tuple[FieldRole, ...] = get_args(FieldRole)

OTHER = "other"
"""The last class of a category that is read: what was not known, and what is missing."""

FEATURES = "features"
"""The input in which all numbers of a table stand side by side."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a file: what its values are, and what they are used for.

    ``shape`` is that of one value: empty for a number, channels × height × width for a picture.
    ``labels`` are the names of the classes of a category, or the vocabulary of tokens.
    """

    name: str
    kind: FieldKind = "number"
    role: FieldRole = "input"
    shape: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers one value has."""
        return prod(self.shape)

    @property
    def flat(self) -> bool:
        """Whether it stands beside others among the features."""
        return self.role == "input" and self.kind == "number" and len(self.shape) <= 1


@dataclass(frozen=True, slots=True)
class Examination:
    """What a look into a file found: its columns, and how it has to be read."""

    fields: tuple[Field, ...]
    rows: int
    exact: bool = True
    """Whether the rows were counted; else they are estimated from the size of the file."""
    params: Mapping[str, Value] = field(default_factory=dict)
    """Parameters of the source that were found out, such as the delimiter."""
    notes: tuple[str, ...] = ()
    """Sentences on what is odd about the file."""
    missing: tuple[str, ...] = ()
    """Columns in which values are missing, as far as was read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loader of a person's own file returns: one array a field, and what to say of it.

    Numbers are real, NaN where they are missing; categories are places in the field's labels, −1
    where they are missing and −2 where they are none of them; dates are ``datetime64[s]``; texts
    are objects. Pictures and arrays may be read as they are asked for: anything with ``shape``,
    ``dtype``, ``len`` and rows by an array of their numbers will do.
    """

    columns: "Mapping[str, NDArray[np.generic]]"
    notes: tuple[str, ...] = ()
    lines: "NDArray[np.int64] | None" = None
    """Where in the file each sample stands, from 1."""
    unit: str = "line"


def columns_in(fields: Iterable[Field]) -> tuple[Column, ...]:
    """Return the tensors that these fields become: numbers side by side, everything else alone.

    Fields that no tensor can hold (texts, dates) are left out; ``unready`` names them.
    """
    known = [known for known in fields if known.role != "none"]
    width = sum(one.size for one in known if one.flat)
    alone = [one for one in known if not one.flat]
    columns = [_column(one) for one in alone]
    if width:
        columns.insert(0, Column(features_name(alone), "input", (width,)))
    return tuple(column for column in columns if column is not None)


def features_name(alone: Iterable[Field]) -> str:
    """Return the name of the input of all numbers, other than those of the fields alone."""
    taken = {one.name for one in alone}
    name = FEATURES
    while name in taken:
        name += "_"
    return name


def unready(fields: Iterable[Field]) -> list[Field]:
    """Return the fields that are used but are no numbers yet."""
    return [one for one in fields if one.role != "none" and one.kind in {"text", "date"}]


def _column(one: Field) -> Column | None:
    role: ColumnRole = "target" if one.role == "target" else "input"
    match one.kind:
        case "number":
            return Column(one.name, role, one.shape or (1,))
        case "image":
            return Column(one.name, role, one.shape)
        case "tokens":
            return Column(one.name, role, one.shape, "int", max(len(one.labels), 1), one.labels)
        case "category" if role == "target":
            return Column(one.name, role, (), "int", max(len(one.labels), 1), one.labels)
        case "category":
            labels = (*one.labels, OTHER)
            return Column(one.name, role, (1,), "int", len(labels), labels)
    return None
