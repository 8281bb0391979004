"""Forms of values that many blocks take, and rules that many blocks share."""

from studio.api import (
    Inferred,
    Params,
    Port,
    Shape,
    ShapeError,
    Shapes,
    expect_float,
    expect_rank,
    gives,
    size,
)

SEQUENCE = (Port("x", "float", (3,)),)
IMAGE = (Port("x", "float", (4,)),)
MASK = Port("mask", "bool", (2,), optional=True, help="True where there is a step, from Padding")

LOSS = (Port("loss", "float", (0,)),)
SCALAR = Inferred({"loss": Shape(())})


def same_shape(shapes: Shapes, _: Params) -> Inferred:
    """Give real numbers in the shape they came in."""
    expect_float(shapes["x"])
    return gives(shapes["x"])


def expect_sequence(x: Shape) -> int:
    """Refuse what is no sequence, and return the number of its features."""
    expect_float(x)
    expect_rank(x, 3, "a sequence B×T×D")
    return size(x.dims[2], "the features")


def expect_image(x: Shape) -> int:
    """Refuse what is no image, and return the number of its channels."""
    expect_float(x)
    expect_rank(x, 4, "an image B×C×H×W")
    return size(x.dims[1], "the channels")


def expect_features(x: Shape) -> int:
    """Refuse a value without features behind the batch, and return their number."""
    expect_float(x)
    if x.rank < 2:
        raise ShapeError(f"expected features behind the batch axis, received {x}", "x")
    return size(x.dims[-1], "the features")


def expect_mask(shapes: Shapes, steps: Shape) -> None:
    """Refuse a mask for another number of steps than those of the sequence."""
    mask = shapes.get("mask")
    if mask is not None and mask.dims != steps.dims[:2]:
        wanted = "×".join(str(dim) for dim in steps.dims[:2])
        raise ShapeError(f"expected a mask {wanted}, received {mask}", "mask")


def axis_of(x: Shape, axis: int) -> int:
    """Return an axis behind the batch, counted from the front."""
    if not -x.rank <= axis < x.rank or axis % x.rank == 0:
        raise ShapeError(f"expected an axis of {x} behind the batch, received {axis}")
    return axis % x.rank
