"""Declared things that are not blocks: optimisers, schedules and sources of data.

Each is one frozen value in one file; forms, help, command line and documentation come from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .params import Param, Params
from .shapes import DType, Shape

if TYPE_CHECKING:
    from .fields import Field

ColumnRole: TypeAlias = Literal["input", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimizer:
    """A way to turn gradients into steps.

    ``source`` is Python over ``params`` (the trainable tensors), ``lr`` and the parameters' names
    in braces, such as ``torch.optim.SGD({params}, lr={lr}, momentum={momentum})``. ``needs`` names
    its own class as ``package.module:Class``; the text of it is told to the engine.
    """

    id: str
    title: str
    source: str
    params: tuple[Param, ...]
    needs: tuple[str, ...] = ()
    formula: str = ""
    help: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How the learning rate changes: ``factor(step, steps, params)`` multiplies the base rate.

    ``step`` counts from 0, ``steps`` is the planned total, ``params`` also hold ``epochs``, the
    planned number of epochs; pure, so that the curve can be drawn before training. ``react`` is
    for what only the training tells: called after every epoch with the validation losses so far
    (those of training where nothing is held out), it gives one more factor for the epochs to come.
    The engine finds both functions by name: they stand at the top level of their module.
    """

    id: str
    title: str
    factor: Callable[[int, int, Params], float]
    react: Callable[[Sequence[float], Params], float] | None = None
    params: tuple[Param, ...] = ()
    formula: str = ""
    help: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One named tensor of a data set; ``shape`` leaves the batch out."""

    name: str
    role: ColumnRole
    shape: tuple[int, ...]
    dtype: DType = "float"
    limit: int | None = None
    labels: tuple[str, ...] = ()

    @property
    def batched(self) -> Shape:
        """The shape of a batch of this column."""
        return Shape(("B", *self.shape), self.dtype, self.limit)


def no_columns(_params: Params) -> tuple[Column, ...]:
    """Return none: what a file holds is known when it was examined."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A set of samples.

    ``columns`` says, without reading anything, which tensors there will be; ``load`` names the
    function ``module:function`` that the engine calls with the parameters and that returns a
    mapping of column name to NumPy array (samples first); what does not fit into memory may be a
    NumPy ``memmap`` or a ``Lazy``, whose rows are read ahead of the training. ``stratify`` names
    the class column that the split keeps in proportion; ``test`` and ``validation`` are the names
    of boolean arrays, returned beside the columns, that mark the samples of an official part, as
    where the parts must follow one another in time. ``standardize`` names the columns that the
    engine shifts and scales, feature by feature, to mean 0 and standard deviation 1 over the
    training part: what is held out takes no part in the fit.

    A source of a person's own files has an ``examine`` in place of ``columns``: the function
    ``module:function`` that the engine calls with the parameters and that returns a
    ``core.fields.Examination``. What it found is kept in the experiment; ``load`` is then called
    with the parameters and the fields, and returns one array a field. ``endings`` are those of the
    files that are taken for this source when they are dropped on the window, ``/`` for a folder.

    ``drawn`` brings a drawing, an array of height × width from 0 to 1, into the form in which the
    pictures of the set were made, as one sample of the first input.
    """

    id: str
    title: str
    load: str
    columns: Callable[[Params], tuple[Column, ...]] = no_columns
    examine: str = ""
    endings: tuple[str, ...] = ()
    params: tuple[Param, ...] = ()
    stratify: str = ""
    standardize: tuple[str, ...] = ()
    drawn: Callable[..., Any] | None = None
    help: str = ""
    licence: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A way to clean a field or to make features of it, fitted on the training part alone.

    ``gives`` says, without reading anything, what a field becomes; None where it cannot be on such
    a field. The engine calls ``fit(values, params, field)`` with the training part, which returns
    named arrays, numbers or lists of text, and ``change(values, fitted, params, field)`` with every
    part; ``undo`` leads back, where a target is told in its own unit. A step with ``keep`` drops
    samples instead: called with the columns it is on, before the division, it returns a truth value
    a sample. All of them stand at the top level of their module, and import NumPy and scikit-learn
    when called. ``augment`` is the ``module:function`` of the engine that changes training samples
    anew in every epoch.
    """

    id: str
    title: str
    gives: "Callable[[Field, Params], Field | None]"
    params: tuple[Param, ...] = ()
    fit: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    undo: Callable[..., Any] | None = None
    keep: Callable[..., Any] | None = None
    augment: str = ""
    group: str = ""
    help: str = ""
    formula: str = ""
