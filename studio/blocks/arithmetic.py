"""Arithmetic with two values: difference, quotient, matrix product, and a constant."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    Shape,
    ShapeError,
    Shapes,
    broadcast,
    count,
    gives,
)

from ._source import call

_PAIR = (Port("x1", "float"), Port("x2", "float"))


def _elementwise(shapes: Shapes, _: Params) -> Inferred:
    return gives(broadcast([shapes["x1"], shapes["x2"]]))


def _matmul(shapes: Shapes, p: Params) -> Inferred:
    first, second = shapes["x1"], shapes["x2"]
    for port, shape in (("x1", first), ("x2", second)):
        if shape.rank < 3:
            raise ShapeError(f"expected matrices behind the batch, received {shape}", port)
    rows, inner = first.dims[-2:]
    below, columns = second.dims[:-3:-1] if p.flag("transpose") else second.dims[-2:]
    if inner != below:
        raise ShapeError(
            f"expected {inner} {'columns' if p.flag('transpose') else 'rows'} to multiply "
            f"{first} with, received {second}",
            "x2",
        )
    batch = broadcast([Shape(first.dims[:-2]), Shape(second.dims[:-2])])
    y = Shape((*batch.dims, rows, columns))
    return gives(y, macs=count(y.dims[1:]) * count([inner]))


def _matmul_call(_: Shapes, p: Params) -> str:
    return "{x1} @ {x2}.transpose(-2, -1)" if p.flag("transpose") else "{x1} @ {x2}"


def _constant(_: Shapes, p: Params) -> Inferred:
    sizes = (1, *p.sizes("shape"))
    return gives(Shape(sizes), weights={"value": sizes} if p.flag("learned") else {})


def _constant_init(_: Shapes, p: Params) -> str:
    return call("Constant", "{shape}", "{value}", learned=(p.flag("learned"), False))


SUBTRACT = BlockSpec(
    id="nn.subtract",
    title="Subtract",
    family="Merge",
    stem="sub",
    inputs=_PAIR,
    infer=_elementwise,
    call="{x1} - {x2}",
    formula="y = x₁ − x₂",
    help=(
        "The difference of two values, number by number; axes of size 1 are stretched. What a "
        "twin network compares, and what a prediction lacks."
    ),
    paper="PyTorch: torch.sub",
    synonyms=("difference", "minus", "siamese", "error"),
)

DIVIDE = BlockSpec(
    id="nn.divide",
    title="Divide",
    family="Merge",
    stem="div",
    inputs=_PAIR,
    infer=_elementwise,
    call="{x1} / {x2}",
    formula="y = x₁ / x₂",
    help=(
        "The quotient of two values, number by number; axes of size 1 are stretched. A divisor "
        "near zero makes it explode: add a small constant, or use Softplus before it."
    ),
    paper="PyTorch: torch.div",
    synonyms=("quotient", "ratio", "normalise", "over"),
)

MATMUL = BlockSpec(
    id="nn.matmul",
    title="MatMul",
    family="Merge",
    stem="matmul",
    inputs=_PAIR,
    params=(Param("transpose", False, title="transpose second", help="Exchange its last axes"),),
    infer=_matmul,
    call=_matmul_call,
    formula="y(i,j) = Σₖ x₁(i,k) · x₂(k,j)",
    help=(
        "The product of two matrices for every sample. With the second transposed it compares "
        "each step of one sequence with each of another: the scores of attention."
    ),
    paper="PyTorch: torch.matmul",
    synonyms=("matrix product", "bmm", "dot product", "scores"),
)

CONSTANT = BlockSpec(
    id="nn.constant",
    title="Constant",
    family="Input",
    stem="constant",
    inputs=(),
    params=(
        Param("shape", (1,), low=1, high=10_000_000, help="Sizes behind the batch"),
        Param("value", 1.0, low=-1e9, high=1e9, help="What every number is, or begins as"),
        Param("learned", False, help="Let training change it"),
    ),
    infer=_constant,
    init=_constant_init,
    call="{self}()",
    needs=("studio.engine.nn.constant:Constant",),
    summary="{value}",
    formula="y = c ∈ ℝ^(1×shape)",
    help=(
        "The same numbers for every sample. The batch axis has size 1 and is stretched by Add, "
        "Multiply and their like. Learned, it is a scale, a shift or a query that belongs to the "
        "network."
    ),
    paper="PyTorch: torch.full, torch.nn.Parameter",
    synonyms=("parameter", "scalar", "learned vector", "bias", "number"),
)
