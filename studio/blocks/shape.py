"""Changing the shape: the same numbers, arranged otherwise."""

from studio.api import (
    BlockSpec,
    Dim,
    Inferred,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
    count,
    gives,
    size,
)

_ANY = (Port("x", None),)


def _flatten(shapes: Shapes, p: Params) -> Inferred:
    x, start = shapes["x"], p.whole("start_dim")
    if x.rank <= start:
        raise ShapeError(f"expected at least {start + 1} axes, received {x}", "x")
    total = 1
    for dim in x.dims[start:]:
        total *= size(dim, "the axes to flatten")
    return gives(x.with_dims(*x.dims[:start], total))


def _reshape(shapes: Shapes, p: Params) -> Inferred:
    x, wanted = shapes["x"], p.sizes("shape")
    have = 1
    for dim in x.dims[1:]:
        have *= size(dim, "the axes to reshape")
    if wanted.count(-1) > 1 or 0 in wanted:
        raise ShapeError(f"expected sizes of at least 1 and at most one -1, received {wanted}")
    known = count([dim for dim in wanted if dim > 0])
    if have % known or (-1 not in wanted and have != known):
        raise ShapeError(f"expected sizes whose product is {have}, received {_times(wanted)}", "x")
    sizes = tuple(have // known if dim == -1 else dim for dim in wanted)
    return gives(x.with_dims(x.dims[0], *sizes))


def _reshape_call(shapes: Shapes, p: Params) -> str:
    sizes = _reshape(shapes, p).outputs["y"].dims[1:]
    return f"{{x}}.reshape(-1, {', '.join(map(str, sizes))})"


def _permute(shapes: Shapes, p: Params) -> Inferred:
    x, order = shapes["x"], p.sizes("order")
    if sorted(order) != list(range(1, x.rank)):
        wanted = ", ".join(str(axis) for axis in range(1, x.rank))
        raise ShapeError(
            f"expected each of the axes {wanted} once for {x}, received {_list(order)}", "x"
        )
    moved: list[Dim] = [x.dims[axis] for axis in order]
    return gives(x.with_dims(x.dims[0], *moved))


def _permute_call(_: Shapes, p: Params) -> str:
    return f"{{x}}.permute(0, {_list(p.sizes('order'))})"


def _times(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))


def _list(sizes: tuple[int, ...]) -> str:
    return ", ".join(map(str, sizes))


FLATTEN = BlockSpec(
    id="nn.flatten",
    title="Flatten",
    family="Shape",
    common=True,
    stem="flatten",
    inputs=_ANY,
    outputs=(Port("y", None),),
    params=(
        Param(
            "start_dim",
            1,
            low=1,
            high=4,
            title="first axis",
            help="This axis and all behind it become one; 0 is the batch",
        ),
    ),
    infer=_flatten,
    call="{x}.flatten({start_dim})",
    formula="y ∈ ℝ^(B×(C·H·W))",
    help=(
        "Writes all numbers of a sample in one row, so that a linear layer can take an image. "
        "The neighbourhood of pixels is lost to whatever comes behind."
    ),
    paper="PyTorch: torch.flatten",
    synonyms=("vectorise", "unroll"),
)

RESHAPE = BlockSpec(
    id="nn.reshape",
    title="Reshape",
    family="Shape",
    common=True,
    stem="reshape",
    inputs=_ANY,
    outputs=(Port("y", None),),
    params=(
        Param(
            "shape",
            (-1,),
            low=-1,
            high=10_000_000,
            help="Sizes behind the batch; one may be −1 and takes what is left",
        ),
    ),
    infer=_reshape,
    call=_reshape_call,
    summary="{shape}",
    formula="y has the same numbers in the same order",
    help=(
        "Arranges the numbers of each sample in other axes without moving any of them. The "
        "batch stays as it is. To exchange axes, use Permute: a reshape would mix them up."
    ),
    paper="PyTorch: torch.reshape",
    synonyms=("view", "unflatten", "fold"),
)

PERMUTE = BlockSpec(
    id="nn.permute",
    title="Permute",
    family="Shape",
    common=True,
    stem="permute",
    inputs=_ANY,
    outputs=(Port("y", None),),
    params=(
        Param(
            "order",
            (2, 1),
            low=1,
            high=8,
            title="order of axes",
            help="The axes behind the batch in their new order, counted from 1",
        ),
    ),
    infer=_permute,
    call=_permute_call,
    summary="{order}",
    formula="y(b, j, i) = x(b, i, j)",
    help=(
        "Exchanges axes, as a transposed matrix does: every number keeps its meaning and gets "
        "another place. With 2×1 a sequence's steps and features change places."
    ),
    paper="PyTorch: torch.permute",
    synonyms=("transpose", "swap axes"),
)
