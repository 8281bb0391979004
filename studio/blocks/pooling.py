"""Pooling: several values become one."""

from studio.api import (
    BlockSpec,
    Dim,
    Inferred,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
    expect_float,
    expect_rank,
    gives,
    size,
)

from ._source import call, pair

_IMAGE = (Port("x", "float", (4,)),)
_WINDOW = (
    Param("kernel_size", (2, 2), length=2, low=1, high=1024, title="kernel", unit="px"),
    Param(
        "stride",
        None,
        length=2,
        low=1,
        high=1024,
        optional=True,
        unit="px",
        help="Pixels between windows; none takes the kernel's size, so that they do not overlap",
    ),
    Param("padding", (0, 0), length=2, low=0, high=512, unit="px", help="Added on each side"),
    Param("ceil_mode", False, title="round up", help="Keep a last window that is cut off"),
)


def _pool2d(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    expect_rank(x, 4, "an image B×C×H×W")
    return gives(x.with_dims(*x.dims[:2], *(_extent(x.dims[2 + axis], axis, p) for axis in (0, 1))))


def _extent(dim: Dim, axis: int, p: Params) -> int:
    name = ("height", "width")[axis]
    length, window, padding = (
        size(dim, f"the {name}"),
        p.sizes("kernel_size")[axis],
        p.sizes("padding")[axis],
    )
    stride = _stride(p)[axis]
    if 2 * padding > window:
        raise ShapeError(
            f"expected a padding of at most half the kernel, {window // 2}, received {padding}"
        )
    extent = _windows(length + 2 * padding - window, stride, round_up=p.flag("ceil_mode"))
    # torch drops a window that would begin in the padding on the right
    if p.flag("ceil_mode") and (extent - 1) * stride >= length + padding:
        extent -= 1
    if extent < 1:
        raise ShapeError(
            f"expected a {name} of at least {window} for the kernel, received "
            f"{length + 2 * padding} with its padding"
        )
    return extent


def _windows(room: int, stride: int, *, round_up: bool) -> int:
    return (-(room // -stride) if round_up else room // stride) + 1


def _stride(p: Params) -> tuple[int, ...]:
    return p.sizes("kernel_size") if p["stride"] is None else p.sizes("stride")


def _pool2d_call(function: str, p: Params) -> str:
    return call(
        function,
        "{x}",
        repr(pair(p.sizes("kernel_size"))),
        stride=(pair(_stride(p)), pair(p.sizes("kernel_size"))),
        padding=(pair(p.sizes("padding")), 0),
        ceil_mode=(p.flag("ceil_mode"), False),
    )


def _max_call(_: Shapes, p: Params) -> str:
    return _pool2d_call("F.max_pool2d", p)


def _avg_call(_: Shapes, p: Params) -> str:
    return _pool2d_call("F.avg_pool2d", p)


def _global(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    expect_rank(x, 4, "an image B×C×H×W")
    return gives(x.with_dims(*x.dims[:2]))


def _over_steps(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    expect_rank(x, 3, "a sequence B×T×D")
    return gives(x.with_dims(x.dims[0], x.dims[2]))


def _over_steps_call(_: Shapes, p: Params) -> str:
    return {
        "mean": "{x}.mean(dim=1)",
        "max": "{x}.amax(dim=1)",
        "last": "{x}[:, -1]",
        "first": "{x}[:, 0]",
    }[p.text("mode")]


MAX_POOL = BlockSpec(
    id="nn.max_pool2d",
    title="MaxPool2d",
    family="Pooling",
    stem="pool",
    inputs=_IMAGE,
    params=_WINDOW,
    infer=_pool2d,
    call=_max_call,
    summary="{kernel_size}",
    formula="y(i,j) = max over the window of x",
    help=(
        "Keeps the largest value of each window, so that the picture shrinks and small shifts of "
        "a pattern change nothing. It has no weights."
    ),
    paper="Riesenhuber, Poggio 1999: Hierarchical models; PyTorch: torch.nn.functional.max_pool2d",
    synonyms=("max pooling", "maxpool", "subsampling", "downsample"),
)

AVG_POOL = BlockSpec(
    id="nn.avg_pool2d",
    title="AvgPool2d",
    family="Pooling",
    stem="pool",
    inputs=_IMAGE,
    params=_WINDOW,
    infer=_pool2d,
    call=_avg_call,
    summary="{kernel_size}",
    formula="y(i,j) = mean over the window of x",
    help=(
        "Keeps the mean of each window. Gentler than the maximum: every value takes part and gets "
        "a share of the gradient. It has no weights."
    ),
    paper="LeCun et al. 1998: Gradient-based learning; PyTorch: torch.nn.functional.avg_pool2d",
    synonyms=("average pooling", "mean pooling", "subsampling", "downsample"),
)

GLOBAL_AVG_POOL = BlockSpec(
    id="nn.global_avg_pool2d",
    title="Global average pool",
    family="Pooling",
    stem="gap",
    inputs=_IMAGE,
    infer=_global,
    call="{x}.mean(dim=(2, 3))",
    formula="y_c = 1/(H·W) · Σᵢ Σⱼ x_c(i,j)",
    help=(
        "One number for each channel: its mean over the whole picture. It replaces large linear "
        "layers at the end of a convolutional network and takes pictures of any size."
    ),
    paper="Lin, Chen, Yan 2013: Network in network",
    synonyms=("gap", "adaptive pooling", "global pooling"),
)

SEQUENCE_POOL = BlockSpec(
    id="nn.sequence_pool",
    title="Sequence pool",
    family="Pooling",
    stem="pool",
    inputs=(Port("x", "float", (3,)),),
    params=(
        Param(
            "mode",
            "mean",
            choices=("mean", "max", "last", "first"),
            help="Which value stands for all steps",
        ),
    ),
    infer=_over_steps,
    call=_over_steps_call,
    summary="{mode}",
    formula="y = mean, max, last or first of x over t",
    help=(
        "Turns a sequence into one vector: the mean or the maximum over all steps, or only the "
        "last or the first step. Needed before a classifier that answers once for a whole text."
    ),
    paper="Devlin et al. 2018: BERT (first); Collobert et al. 2011: NLP almost from scratch (max)",
    synonyms=("mean over tokens", "cls", "temporal pooling", "last step", "readout"),
)
