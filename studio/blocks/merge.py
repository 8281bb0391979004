"""Merging: several values become one."""

from collections.abc import Callable

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
    expect_float,
    gives,
    size,
)

_SEVERAL = (Port("x", "float", many=True, help="Any number of values"),)


def _elementwise(shapes: Shapes, _: Params) -> Inferred:
    given = shapes.many("x")
    for shape in given:
        expect_float(shape)
    return gives(broadcast(given))


def _joined_by(sign: str) -> Callable[[Shapes, Params], str]:
    def expression(shapes: Shapes, _: Params) -> str:
        return f" {sign} ".join(f"{{{slot}}}" for slot in shapes)

    return expression


def _concat(shapes: Shapes, p: Params) -> Inferred:
    given, first = shapes.many("x"), shapes.many("x")[0]
    axis = p.whole("dim") % first.rank if -first.rank <= p.whole("dim") < first.rank else 0
    if axis == 0:
        raise ShapeError(f"expected an axis of {first} behind the batch, received {p['dim']}")
    for slot, shape in enumerate(given):
        expect_float(shape)
        if _without(shape, axis) != _without(first, axis):
            raise ShapeError(
                f"expected shapes that differ in axis {axis} only, received {first} and {shape}",
                f"x.{slot}",
            )
    total = sum(size(shape.dims[axis], "the joined axis") for shape in given)
    return gives(first.with_dims(*first.dims[:axis], total, *first.dims[axis + 1 :]))


def _without(shape: Shape, axis: int) -> tuple[object, ...]:
    return (*shape.dims[:axis], None, *shape.dims[axis + 1 :])


ADD = BlockSpec(
    id="nn.add",
    title="Add",
    family="Merge",
    common=True,
    stem="add",
    inputs=_SEVERAL,
    infer=_elementwise,
    call=_joined_by("+"),
    formula="y = x₀ + x₁ + …",
    help=(
        "The sum of values of the same shape; axes of size 1 are stretched. Around a few layers "
        "it makes a residual block: the gradient also flows past them, which lets networks be "
        "very deep."
    ),
    paper="He et al. 2015: Deep residual learning",
    synonyms=("sum", "residual", "skip", "shortcut", "plus"),
)

MULTIPLY = BlockSpec(
    id="nn.multiply",
    title="Multiply",
    family="Merge",
    stem="mul",
    inputs=_SEVERAL,
    infer=_elementwise,
    call=_joined_by("*"),
    formula="y = x₀ ⊙ x₁ ⊙ …",
    help=(
        "The product of values, number by number; axes of size 1 are stretched. With a sigmoid in "
        "one branch it is a gate that decides how much of the other passes."
    ),
    paper="Srivastava, Greff, Schmidhuber 2015: Highway networks",
    synonyms=("product", "gate", "hadamard", "times"),
)

CONCAT = BlockSpec(
    id="nn.concat",
    title="Concat",
    family="Merge",
    common=True,
    stem="concat",
    inputs=_SEVERAL,
    params=(
        Param(
            "dim",
            1,
            low=-4,
            high=4,
            title="axis",
            help="Axis along which to join: 1 for channels of images, −1 for the last",
        ),
    ),
    infer=_concat,
    call="torch.cat([{x}], dim={dim})",
    summary="axis {dim}",
    formula="y = [x₀; x₁; …]",
    help=(
        "Puts values one behind the other along an axis; all other sizes must agree. Unlike a sum "
        "it keeps what each branch said apart, at the price of more weights behind it."
    ),
    paper="Szegedy et al. 2014: Going deeper with convolutions; PyTorch: torch.cat",
    synonyms=("concatenate", "cat", "join", "stack", "inception"),
)
