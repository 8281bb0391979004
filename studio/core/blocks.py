"""BlockSpec: everything the studio knows of a kind of block, declared as one frozen value.

Decision: a block carries its shape rule and its source text, never a tensor or a widget. From the
one value come the palette entry, the form, the check, the generated code, the help card and the
conformance test, so that a new block is one declaration in one file.

The source text is a template in which names in braces are filled in:

- every input port by the Python expression wired to it (a port with several wires: a comma list, or
  one of them by its slot: ``{x.0}``),
- ``{self}`` by the module's attribute (``self.conv1``), every parameter and every entry of
  ``Inferred.sizes`` by its Python literal,
- every output port by the name of its value. A template that contains ``{y} = `` or ``{y},`` for
  an output ``y`` is one or more statements; any other is an expression, assigned to the output.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .params import Param, Params, Value
from .recipes import Column
from .shapes import DType, Shape, Shapes

Role: TypeAlias = Literal["input", "target", "layer", "loss", "metric", "output", "port"]


@dataclass(frozen=True, slots=True)
class Port:
    """A place for a wire; known by its name, the order is only for the eye.

    ``ranks`` are the numbers of axes that can ever fit (empty: any); ``many`` takes any number of
    wires, in slots ``name.0``, ``name.1``, ….
    """

    name: str
    dtype: DType | None = "float"
    ranks: tuple[int, ...] = ()
    many: bool = False
    optional: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a shape rule finds out.

    ``outputs`` by port; ``sizes`` are extra names for the source template; ``weights`` are the
    trainable tensors by their name in the module, as tuples of sizes; ``macs`` counts the
    multiply–accumulates for one sample.
    """

    outputs: Mapping[str, Shape]
    sizes: Mapping[str, Value] = field(default_factory=dict)
    weights: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    macs: int = 0


@dataclass(frozen=True, slots=True)
class Metric:
    """A number a person wants to see beside the loss, as source text over the loss's ports.

    An empty source leaves the metric out, as a person may wish by a parameter.

    Attributes:
        combine: how batches are put together: ``mean``, or ``exp`` for the exponential of the mean
            loss. The latter computes nothing of its own, so that any source only says that it is
            wanted.
        over: of how much of a batch it is the mean, as source text; empty for its samples.
        per_batch: a batch's own figure, which several batches in one would change.
    """

    name: str
    source: "Template"
    unit: str = ""
    higher_is_better: bool = True
    combine: Literal["mean", "exp"] = "mean"
    over: "Template" = ""
    per_batch: bool = False


@dataclass(frozen=True, slots=True)
class Scoring:
    """For a metric block: what its number is computed by, once over a whole part.

    ``function`` is ``module:function``, called with the arrays that ``call`` keeps of every batch,
    joined along their first axis, and the parameters; it returns None where nothing can be said.
    ``requires`` names a package beyond those that always are there, and the extra that brings it.
    ``writes`` is the parameter under which what the network writes by itself takes the place of
    the first array.
    """

    function: str
    unit: str = ""
    higher_is_better: bool = True
    requires: tuple[str, str] | None = None
    writes: str = ""


Rule: TypeAlias = Callable[[Shapes, Params], Inferred]
Fit: TypeAlias = Callable[[Column], Mapping[str, Value] | None]
Template: TypeAlias = str | Callable[[Shapes, Params], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpec:
    """One kind of block.

    Attributes:
        id: stable for ever; written into every file, such as ``nn.conv2d``.
        family: the palette group, such as ``Convolution``.
        common: stands first in its family, and among equal finds.
        stem: what titles of new blocks start with, such as ``conv``.
        infer: the pure shape rule; raises ShapeError with a sentence.
        init: source of the module, such as ``nn.Linear({in_features}, {out_features})``; empty for
            a block without a module of its own.
        call: source of the output, see the module's docstring.
        fit: for inputs and targets, the parameters under which the block gives a column of the
            data; None where it cannot.
        needs: our own modules, as ``package.module:Class``, whose text is copied into the program.
        over: for losses, of how much of a batch it is the mean, as source text such as the number
            of tokens that are no padding; empty for its samples.
        metrics: for losses, what to show beside the loss.
        scoring: for metrics, how the number comes about; ``call`` is then what is kept of a batch:
            one expression or several behind commas.
        summary: the telling line on the card, a template over the parameters.
        formula: in plain Unicode mathematics.
        paper: the source: a paper or a reference implementation.
        synonyms: other words that find the block.
        was: ids the block had in older files.
        borrows: kinds of blocks whose module it uses instead of one of its own; it must share with
            one, whose parameters and sizes its rule and templates then see beside its own.
    """

    id: str
    title: str
    family: str
    infer: Rule
    call: Template = ""
    init: Template = ""
    inputs: tuple[Port, ...] = (Port("x"),)
    outputs: tuple[Port, ...] = (Port("y"),)
    params: tuple[Param, ...] = ()
    role: Role = "layer"
    stem: str = ""
    common: bool = False
    fit: Fit | None = None
    needs: tuple[str, ...] = ()
    over: Template = ""
    metrics: tuple[Metric, ...] = ()
    scoring: Scoring | None = None
    summary: str = ""
    formula: str = ""
    help: str = ""
    paper: str = ""
    synonyms: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    borrows: tuple[str, ...] = ()

    def input(self, name: str) -> Port | None:
        """Return the input port of this name; a slot name ``x.2`` finds the port ``x``."""
        stem = name.partition(".")[0]
        return next((port for port in self.inputs if port.name == stem), None)

    def output(self, name: str) -> Port | None:
        """Return the output port of this name."""
        return next((port for port in self.outputs if port.name == name), None)

    def param(self, name: str) -> Param | None:
        """Return the parameter of this name."""
        return next((param for param in self.params if param.name == name), None)

    @property
    def name_stem(self) -> str:
        """What titles of new blocks start with."""
        return self.stem or self.id.rpartition(".")[2]


def gives(
    y: Shape,
    *,
    weights: Mapping[str, tuple[int, ...]] | None = None,
    macs: int = 0,
    **sizes: Value,
) -> Inferred:
    """Return the finding of a rule with one output named ``y``."""
    return Inferred({"y": y}, sizes, weights or {}, macs)
