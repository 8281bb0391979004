"""RunSpec: everything the engine is told of a run, resolved to plain data.

The engine knows no catalog: programs come as text, loaders and optimisers as source, so that the
same value can be sent down a pipe, written into the record and started again years later.
"""

from typing import Literal, TypeAlias

import msgspec

from studio.core.fields import Field

from .computing import Computing, Ways
from .struct import Struct

__all__ = ["Computing", "Struct", "Ways"]

Scalar = bool | int | float | str | None
Setting = Scalar | tuple[int, ...]


class Array(Struct, frozen=True, kw_only=True):
    """A NumPy array without NumPy: C order, little endian."""

    shape: tuple[int, ...]
    dtype: str
    data: bytes


class Argument(Struct, frozen=True, kw_only=True):
    """An argument of the program's ``forward``, ``losses`` or ``metrics``, and its column."""

    name: str
    column: str


class BlockInfo(Struct, frozen=True, kw_only=True):
    """A block as the engine's probes know it."""

    id: str
    title: str
    kind: str
    attribute: str = ""
    """The module's attribute in the program (``conv1``), empty for a block without a module."""
    rate: float = 1.0
    """What the learning rate of its weights is multiplied with."""
    queries: str = ""
    """Of an attention: the argument of ``forward`` whose steps look, empty where none is known."""
    keys: str = ""
    """The argument whose steps are looked at."""


class MetricInfo(Struct, frozen=True, kw_only=True):
    """A number shown beside the loss, and how it is put together from batches."""

    name: str
    loss: str
    """Id of the loss block that declares it."""
    unit: str = ""
    higher_is_better: bool = True
    combine: Literal["mean", "exp"] = "mean"
    """``mean`` of what ``metrics`` returns; ``exp`` of the mean loss, which ``metrics`` leaves
    out."""
    over: str = ""
    """Key in what ``counts`` returns: of how much each batch is the mean; empty for samples."""
    per_batch: bool = False
    """Whether several batches in one would give another figure than their mean."""


class ScoreJob(Struct, frozen=True, kw_only=True):
    """A metric that is computed once over a whole part; ``scored`` returns what it looks at."""

    name: str
    block: str
    function: str
    """``module:function`` called with a list of NumPy arrays and ``core.params.Params``."""
    params: dict[str, Setting] = msgspec.field(default_factory=dict)
    unit: str = ""
    higher_is_better: bool = True
    requires: tuple[str, str] | None = None
    """A package that must be there, and the extra of ours that brings it."""
    written: bool = False
    """Whether it looks at what the network writes by itself, in place of the first of its arrays;
    known of the test part alone."""


class Program(Struct, frozen=True, kw_only=True):
    """The generated network: the text that is trained, and what its lines belong to."""

    text: str
    class_name: str
    lines: dict[int, str]
    """Line number (from 1) of ``text`` to block id."""
    tapped: str
    """The same class whose ``forward`` also calls ``tap(block id, value)`` after each block."""
    tapped_lines: dict[int, str] = msgspec.field(default_factory=dict)
    inputs: tuple[Argument, ...]
    """Arguments of ``forward``, in order."""
    outputs: tuple[str, ...]
    """Names of the values ``forward`` returns: one value, or a tuple when there are several."""
    loss_arguments: tuple[str, ...]
    """Arguments of ``losses`` and ``metrics``, in order: names of ``outputs`` or of ``targets``."""
    targets: tuple[Argument, ...]
    losses: tuple[str, ...]
    """Keys of the dictionary that ``losses`` returns: ids of the loss blocks."""
    metrics: tuple[str, ...]
    """Keys of the dictionary that ``metrics`` returns, such as ``accuracy``."""
    blocks: tuple[BlockInfo, ...]
    measured: tuple[MetricInfo, ...] = ()
    """What is known of the metrics; one in ``metrics`` alone is a mean over samples."""
    counts: tuple[str, ...] = ()
    """Keys of the dictionary that ``counts`` returns, of the arguments of ``losses``: of how much
    of a batch a loss (by its id) or a metric is the mean. Empty where there is no such method."""
    scores: tuple[ScoreJob, ...] = ()
    """Metrics of a whole part: the keys of the dictionary that ``scored`` returns are their
    blocks. Without any there is no such method."""


class ColumnInfo(Struct, frozen=True, kw_only=True):
    """A column as the source declares it; ``shape`` leaves the batch out."""

    name: str
    role: Literal["input", "target"]
    shape: tuple[int, ...]
    dtype: Literal["float", "int", "bool"] = "float"
    limit: int | None = None
    labels: tuple[str, ...] = ()


class StepJob(Struct, frozen=True, kw_only=True):
    """One step on one field, or one that drops samples, on several."""

    title: str
    params: dict[str, Setting]
    before: Field = Field("")
    after: Field = Field("")
    fit: str = ""
    """``module:function``, as are the next ones; empty where there is nothing to do."""
    change: str = ""
    undo: str = ""
    keep: str = ""
    augment: str = ""
    on: tuple[str, ...] = ()
    """The columns that decide which samples are dropped; none for all."""


class DataJob(Struct, frozen=True, kw_only=True):
    """Which samples to load and how to divide them."""

    source: str
    load: str
    """``module:function`` called with the parameters; returns {column: NumPy array}."""
    params: dict[str, Setting]
    columns: tuple[ColumnInfo, ...]
    stratify: str = ""
    standardize: tuple[str, ...] = ()
    """Columns to shift and scale, feature by feature, to mean 0 and standard deviation 1 over the
    training part alone; a feature that never varies there is only shifted."""
    validation: float = 0.15
    test: float = 0.15
    seed: int = 0
    lock_test: bool = False
    """Whether runs do not judge the test part."""
    method: Literal["random", "by groups", "by time", "k-fold"] = "random"
    by: str = ""
    folds: int = 5
    fold: int = 1
    fields: tuple[Field, ...] = ()
    """The columns of a person's own file, which ``load`` is then called with too; ``columns`` are
    what the steps make of them."""
    steps: tuple[StepJob, ...] = ()


class ObjectiveJob(Struct, frozen=True, kw_only=True):
    """What one turn of the optimiser minimises."""

    name: str
    optimizer: str
    """Python over ``torch``, ``params`` and ``lr``: ``torch.optim.SGD(params, lr=lr)``."""
    code: str = ""
    """What the optimizer is made of beside torch, as the text of a module; empty for nothing."""
    lr: float
    schedule: str = ""
    """``module:function`` of a pure ``factor(step, steps, params)``, where ``params`` is a
    ``core.params.Params``; empty for a constant rate. The engine alone knows how many steps the
    data make, so that it asks for every step."""
    react: str = ""
    """``module:function`` of a pure ``react(losses, params)``: the validation losses of the epochs
    so far to one more factor; empty for none."""
    schedule_params: dict[str, Setting] = msgspec.field(default_factory=dict)
    """What is set on the schedule, and ``epochs``: the planned number of epochs."""
    losses: dict[str, float]
    """Loss block id to weight."""
    warm_ups: dict[str, float] = msgspec.field(default_factory=dict)
    """Loss block id to the share of all steps over which its weight rises from 0."""
    turns: int = 1
    """How many turns it takes in a step, all with the same samples."""
    every: int = 1
    """It has its turns at the first step and at each this many after it."""
    joint: bool = False
    """Whether it shares the forward pass of the objective before it, and its turns."""
    blocks: tuple[str, ...] = ()
    """Attributes of the modules it updates; empty for all."""
    clip_norm: float = 0.0
    clip_value: float = 0.0
    decay_all: bool = True
    """Whether weight decay takes in what has fewer than two axes: biases and scales of norms."""
    l1: float = 0.0
    """λ of λ·Σ|w|, over weights of two and more axes; so is ``l2`` of λ·Σw²."""
    l2: float = 0.0
    max_norm: float = 0.0
    """The largest norm of the weights into a unit, those along the first axis; 0 for any."""


Option: TypeAlias = bool | int | float | str | tuple[str, ...]


def _first_probes() -> dict[str, dict[str, Option]]:
    return {"gradients": {}, "attention": {}}


class Watch(Struct, frozen=True, kw_only=True):
    """What to look at while training; may be changed while the run goes on."""

    probes: dict[str, dict[str, Option]] = msgspec.field(default_factory=_first_probes)
    """The options of every probe that looks, by its id (``studio.engine.probes``)."""
    budget: float = 0.02
    """Share of the step time that watching may cost."""


class Keeping(Struct, frozen=True, kw_only=True):
    """Which checkpoints are written while a run goes on."""

    every_secs: float = 60.0
    """How long after one the next is due, and one more at the end; 0 writes none."""
    last: int = 2
    """How many of them stay; those that a person asked for all stay."""


class Adjustment(Struct, frozen=True, kw_only=True):
    """A setting that changed while training, from the step after ``step`` on.

    ``setting`` is ``lr``, ``weight_decay``, ``clip_norm`` (of the objective, or of all for an empty
    one; several rates keep their proportion) or ``batch_size`` (from the next epoch on).
    """

    setting: Literal["lr", "weight_decay", "clip_norm", "batch_size"]
    value: float
    objective: str = ""
    step: int = 0


class Origin(Struct, frozen=True, kw_only=True):
    """The checkpoint that a run began with."""

    run: str
    step: int
    checkpoint: str
    """Path of the file, or of one with weights alone."""
    names: dict[str, str] = msgspec.field(default_factory=dict)
    """Attributes of its modules to those of this program, where they differ; to nothing where
    their block is gone."""


class RunSpec(Struct, frozen=True, kw_only=True):
    """One run, complete."""

    id: str
    title: str
    experiment: str
    """The document's text, for the record."""
    program: Program
    data: DataJob
    objectives: tuple[ObjectiveJob, ...]
    epochs: int
    batch_size: int
    """Samples of a step; 0 for the whole training part."""
    seed: int
    device: str = "auto"
    early_stopping: int = 0
    restore_best: bool = True
    watch: Watch = Watch()
    folder: str = ""
    """Where the record is written; empty keeps none."""
    keeping: Keeping = Keeping()
    computing: Computing = Computing()
    ema: float = 0.0
    """How much of the averages of the weights is kept from step to step; 0 keeps no averages.
    They are what is judged, and what a run ends with."""
    adjustments: tuple[Adjustment, ...] = ()
    """What was changed while it trained, for a run that is made again: by step, in order."""
    origin: Origin | None = None
    """Where the first weights come from instead of being drawn, as far as they fit."""
