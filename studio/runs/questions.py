"""Questions about data that an engine answers beside its run, and their answers."""

from typing import TypeAlias

import msgspec

from studio.core.fields import Field, FieldKind

from .rehearsal import Rehearse, Rehearsed
from .spec import Array, DataJob, Setting, Struct, Watch


class Show(Struct, frozen=True, kw_only=True, tag="show"):
    """Answer with a Preview of the data: some samples and the class balance."""

    request: int
    data: DataJob
    samples: int = 48


class Examine(Struct, frozen=True, kw_only=True, tag="examine"):
    """Answer with what a file holds: Examined."""

    request: int
    title: str
    examine: str
    """``module:function`` called with the parameters, and with the kinds if there are any; returns
    a ``core.fields.Examination``."""
    params: dict[str, Setting]
    kinds: dict[str, FieldKind] = msgspec.field(default_factory=dict)
    """What a person says that columns are, by name."""


class Inspect(Struct, frozen=True, kw_only=True, tag="inspect"):
    """Answer with what can be said of a person's own data, column by column: Inspected."""

    request: int
    data: DataJob


class Vary(Struct, frozen=True, kw_only=True, tag="vary"):
    """Answer with one training sample as the augmentation shows it, many times: Varied."""

    request: int
    data: DataJob
    sample: int = 0
    times: int = 16


class Predict(Struct, frozen=True, kw_only=True, tag="predict"):
    """Answer with what a trained network says of new samples: Predicted.

    They lie in another file of the same kind, whose ``path`` is given, or are ``rows`` of cells
    under ``names``, or one picture. ``to`` is a file that all answers are written to.
    """

    request: int
    folder: str
    """Of the run, with its weights."""
    path: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    picture: Array | None = None
    part: str = ""
    """A part of the data it was trained with, instead of new ones: ``test``."""
    to: str = ""
    most: int = 200
    """So many answers are told; the file has all."""


class Glance(Struct, frozen=True, kw_only=True, tag="glance"):
    """Look once more at the network of a run that is over: Glanced.

    It is answered by the training thread between two runs, for a network cannot be built beside one
    without a trace.
    """

    request: int
    folder: str
    """Of the run, with its record."""
    weights: str
    """The file of its weights, or a checkpoint."""
    step: int
    """What was seen is told as seen at this step."""
    watch: Watch
    """Only what looks between steps can be seen."""


Question: TypeAlias = Show | Examine | Inspect | Vary | Predict | Rehearse
"""What is answered beside a run."""


class Examined(Struct, frozen=True, kw_only=True, tag="examined"):
    """What a file holds, or why it cannot be read."""

    request: int
    fields: tuple[Field, ...] = ()
    rows: int = 0
    exact: bool = True
    params: dict[str, Setting] = msgspec.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    error: str = ""


class FieldFacts(Struct, frozen=True, kw_only=True):
    """What the training part says of one field."""

    name: str
    missing: int = 0
    distinct: int = 0
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deviation: float | None = None
    median: float | None = None
    outliers: int = 0
    """Values beyond three interquartile ranges from the quartiles."""
    histogram: tuple[int, ...] = ()
    most: tuple[tuple[str, int], ...] = ()
    """The most frequent values."""
    target: float | None = None
    """How much of the target's variation the field alone explains, from 0 to 1."""


class Inspected(Struct, frozen=True, kw_only=True, tag="inspected"):
    """What can be said of a person's own data."""

    request: int
    rows: int = 0
    samples: dict[str, int] = msgspec.field(default_factory=dict)
    facts: tuple[FieldFacts, ...] = ()
    repeated: int = 0
    """Samples that are there before, whatever their part."""
    leaked: dict[str, int] = msgspec.field(default_factory=dict)
    """Held-out samples, by part, whose inputs were trained on."""
    shared_groups: int = 0
    contradicting: int = 0
    """Samples with the inputs of another and a different target."""
    correlated: tuple[tuple[str, str, float], ...] = ()
    """The pairs of numbers that go together most, and Pearson's coefficient."""
    names: tuple[str, ...] = ()
    correlations: Array | None = None
    notes: tuple[str, ...] = ()
    error: str = ""


class Varied(Struct, frozen=True, kw_only=True, tag="varied"):
    """One sample, many times; ``arrays`` by column."""

    request: int
    arrays: dict[str, Array] = msgspec.field(default_factory=dict)
    error: str = ""


class Predicted(Struct, frozen=True, kw_only=True, tag="predicted"):
    """What a network says: a table of answers, the first of them."""

    request: int
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    count: int = 0
    notes: tuple[str, ...] = ()
    file: str = ""
    metrics: dict[str, float] = msgspec.field(default_factory=dict)
    """What it is worth, where the file tells what is right."""
    error: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """What a Snapshot tells, of the step that was asked for."""

    kind: str
    block: str
    arrays: dict[str, Array] = msgspec.field(default_factory=dict)
    notes: dict[str, str] = msgspec.field(default_factory=dict)


class Glanced(Struct, frozen=True, kw_only=True, tag="glanced"):
    """What was seen of a network whose run is over."""

    request: int
    step: int = 0
    seen: tuple[Seen, ...] = ()
    error: str = ""


Answer: TypeAlias = Examined | Inspected | Varied | Predicted | Rehearsed | Glanced
