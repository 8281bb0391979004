"""Parts of a value: cut in two or more, a slice, a mean over an axis."""

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
    expect_float,
    gives,
    size,
)

from ._forms import axis_of

_ANY = (Port("x", None),)
_AXIS = Param("dim", -1, low=-4, high=4, title="axis", help="Axis to act on; −1 is the last")


def _sized(x: Shape, axis: int, length: int) -> Shape:
    return x.with_dims(*x.dims[:axis], length, *x.dims[axis + 1 :])


def _split(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    axis = axis_of(x, p.whole("dim"))
    length = size(x.dims[axis], "the axis to split")
    first = p.whole("first") or length // 2
    if not 0 < first < length:
        raise ShapeError(f"expected a first part of 1 to {length - 1}, received {first}", "x")
    rest = length - first
    return Inferred(
        {"a": _sized(x, axis, first), "b": _sized(x, axis, rest)}, {"sizes": (first, rest)}
    )


def _chunks(names: str) -> Callable[[Shapes, Params], Inferred]:
    def infer(shapes: Shapes, p: Params) -> Inferred:
        x = shapes["x"]
        axis = axis_of(x, p.whole("dim"))
        length = size(x.dims[axis], "the axis to split")
        if length % len(names):
            raise ShapeError(f"expected a size that {len(names)} divides, received {length}", "x")
        return Inferred(dict.fromkeys(names, _sized(x, axis, length // len(names))))

    return infer


def _slice(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    axis = axis_of(x, p.whole("dim"))
    length = size(x.dims[axis], "the axis to cut")
    kept = len(range(length)[_cut(p)])
    if not kept:
        raise ShapeError(f"expected a start and stop that leave something of {length}", "x")
    return gives(_sized(x, axis, kept))


def _cut(p: Params) -> slice:
    return slice(p.whole("start"), p.whole("stop") or None, p.whole("step"))


def _slice_call(shapes: Shapes, p: Params) -> str:
    axis, cut = axis_of(shapes["x"], p.whole("dim")), _cut(p)
    text = f"{cut.start or ''}:{'' if cut.stop is None else cut.stop}"
    text += f":{cut.step}" if cut.step != 1 else ""
    return f"{{x}}[{':, ' * axis}{text}]"


def _pick(shapes: Shapes, p: Params) -> Inferred:
    x, index = shapes["x"], p.whole("index")
    axis = axis_of(x, p.whole("dim"))
    length = size(x.dims[axis], "the axis to pick from")
    if not -length <= index < length:
        raise ShapeError(f"expected a place from 0 to {length - 1}, received {index}", "x")
    return gives(x.with_dims(*x.dims[:axis], *x.dims[axis + 1 :]))


def _pick_call(shapes: Shapes, p: Params) -> str:
    return f"{{x}}[{':, ' * axis_of(shapes['x'], p.whole('dim'))}{{index}}]"


def _mean(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    axis = axis_of(x, p.whole("dim"))
    kept = (1,) if p.flag("keepdim") else ()
    return gives(x.with_dims(*x.dims[:axis], *kept, *x.dims[axis + 1 :]))


def _mean_call(_: Shapes, p: Params) -> str:
    return "{x}.mean(dim={dim}, keepdim=True)" if p.flag("keepdim") else "{x}.mean(dim={dim})"


SPLIT = BlockSpec(
    id="nn.split",
    title="Split",
    family="Shape",
    stem="split",
    inputs=_ANY,
    outputs=(Port("a", None, help="The first part"), Port("b", None, help="The rest")),
    params=(
        _AXIS,
        Param("first", 0, low=0, high=10_000_000, help="Size of the first part; 0 takes half"),
    ),
    infer=_split,
    call="{a}, {b} = {x}.split({sizes}, dim={dim})",
    summary="axis {dim}",
    formula="x = [a; b]",
    help=(
        "Cuts a value in two along an axis: a mean and a variance, a gate and what it gates. "
        "Concat puts the parts together again."
    ),
    paper="PyTorch: torch.split",
    synonyms=("chunk", "cut", "half", "several outputs"),
)

SPLIT3 = BlockSpec(
    id="nn.split3",
    title="Split in three",
    family="Shape",
    stem="split",
    inputs=_ANY,
    outputs=(Port("a", None), Port("b", None), Port("c", None)),
    params=(_AXIS,),
    infer=_chunks("abc"),
    call="{a}, {b}, {c} = {x}.chunk(3, dim={dim})",
    summary="axis {dim}",
    formula="x = [a; b; c], equal parts",
    help=(
        "Cuts a value in three equal parts along an axis. One Linear and this block make queries, "
        "keys and values in a single product."
    ),
    paper="PyTorch: torch.chunk",
    synonyms=("chunk", "cut", "qkv", "several outputs"),
)

SPLIT4 = BlockSpec(
    id="nn.split4",
    title="Split in four",
    family="Shape",
    stem="split",
    inputs=_ANY,
    outputs=(Port("a", None), Port("b", None), Port("c", None), Port("d", None)),
    params=(_AXIS,),
    infer=_chunks("abcd"),
    call="{a}, {b}, {c}, {d} = {x}.chunk(4, dim={dim})",
    summary="axis {dim}",
    formula="x = [a; b; c; d], equal parts",
    help=(
        "Cuts a value in four equal parts along an axis, such as the gates of an LSTM. The parts "
        "keep the order in which they stood."
    ),
    paper="PyTorch: torch.chunk",
    synonyms=("chunk", "cut", "gates", "several outputs"),
)

SLICE = BlockSpec(
    id="nn.slice",
    title="Slice",
    family="Shape",
    stem="slice",
    inputs=_ANY,
    outputs=(Port("y", None),),
    params=(
        _AXIS,
        Param("start", 0, low=-10_000_000, high=10_000_000, help="First; −1 is the last"),
        Param("stop", 0, low=-10_000_000, high=10_000_000, help="First left out; 0 is the end"),
        Param("step", 1, low=1, high=10_000_000, help="Takes every so many"),
    ),
    infer=_slice,
    call=_slice_call,
    summary="{start} to {stop}",
    formula="y(i) = x(start + step·i)",
    help=(
        "Takes a part of an axis: some steps of a sequence, some channels, every second pixel. "
        "Counted from 0 as in Python; negative numbers count from the end."
    ),
    paper="PyTorch: indexing a torch.Tensor",
    synonyms=("crop", "narrow", "index", "take", "select"),
)

PICK = BlockSpec(
    id="nn.pick",
    title="Pick",
    family="Shape",
    stem="pick",
    inputs=_ANY,
    outputs=(Port("y", None),),
    params=(
        Param("dim", 1, low=-4, high=4, title="axis", help="Axis to pick from; −1 is the last"),
        Param("index", 0, low=-10_000_000, high=10_000_000, title="place", help="−1 is the last"),
    ),
    infer=_pick,
    call=_pick_call,
    summary="{index} of axis {dim}",
    formula="y = x(…, index, …)",
    help=(
        "Takes one place of an axis, which then is gone: one of two sentences, one step, one "
        "channel. Counted from 0 as in Python. Slice takes several and keeps the axis."
    ),
    paper="PyTorch: torch.select",
    synonyms=("select", "index", "take", "choose", "first", "last"),
)

MEAN = BlockSpec(
    id="nn.mean",
    title="Mean",
    family="Shape",
    stem="mean",
    params=(_AXIS, Param("keepdim", False, title="keep axis", help="Leave the axis with size 1")),
    infer=_mean,
    call=_mean_call,
    summary="axis {dim}",
    formula="y = 1/n · Σᵢ xᵢ along the axis",
    help=(
        "The mean along one axis, which then is gone. Over the steps of a sequence it is a bag of "
        "words; keep the axis where the result is to be stretched again."
    ),
    paper="PyTorch: torch.mean",
    synonyms=("average", "reduce", "pool"),
)
