"""Convolutions: the same small filter at every place."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
    Value,
    expect_float,
    expect_rank,
    gives,
    size,
)

from ._source import call, pair


def _conv2d(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    expect_rank(x, 4, "an image B×C×H×W")
    channels, out = size(x.dims[1], "the channels"), p.whole("out_channels")
    groups, kernel = p.whole("groups"), p.sizes("kernel_size")
    if channels % groups or out % groups:
        raise ShapeError(
            f"expected groups that divide {channels} input and {out} output channels, "
            f"received {groups}"
        )
    area = [
        size(dim, "the image") if p.flag("same_padding") else _extent(dim, axis, p)
        for axis, dim in enumerate(x.dims[2:])
    ]
    if p.flag("same_padding") and set(p.sizes("stride")) != {1}:
        stride = "×".join(map(str, p.sizes("stride")))
        raise ShapeError(f"expected a stride of 1 when the size is kept, received {stride}")
    weights: dict[str, tuple[int, ...]] = {"weight": (out, channels // groups, *kernel)}
    if p.flag("bias"):
        weights["bias"] = (out,)
    macs = area[0] * area[1] * out * channels // groups * kernel[0] * kernel[1]
    return gives(x.with_dims("B", out, *area), weights=weights, macs=macs, in_channels=channels)


def _extent(dim: int | str, axis: int, p: Params) -> int:
    name = ("height", "width")[axis]
    padded = size(dim, f"the {name}") + 2 * p.sizes("padding")[axis]
    window = p.sizes("dilation")[axis] * (p.sizes("kernel_size")[axis] - 1) + 1
    if window > padded:
        raise ShapeError(
            f"expected a {name} of at least {window} for the kernel, received {padded} "
            "with its padding"
        )
    return (padded - window) // p.sizes("stride")[axis] + 1


def _conv2d_init(_: Shapes, p: Params) -> str:
    return call(
        "nn.Conv2d",
        "{in_channels}",
        "{out_channels}",
        repr(pair(p.sizes("kernel_size"))),
        stride=(pair(p.sizes("stride")), 1),
        padding=(_padding(p), 0),
        dilation=(pair(p.sizes("dilation")), 1),
        groups=(p.whole("groups"), 1),
        bias=(p.flag("bias"), True),
    )


def _padding(p: Params) -> Value:
    if not p.flag("same_padding"):
        return pair(p.sizes("padding"))
    both = [
        dilation * (kernel - 1)
        for dilation, kernel in zip(p.sizes("dilation"), p.sizes("kernel_size"), strict=True)
    ]
    # with an even kernel one side gets more than the other, which no number can say
    return "same" if any(total % 2 for total in both) else pair(tuple(n // 2 for n in both))


CONV2D = BlockSpec(
    id="nn.conv2d",
    title="Conv2d",
    family="Convolution",
    stem="conv",
    inputs=(Port("x", "float", (4,)),),
    params=(
        Param(
            "out_channels",
            16,
            low=1,
            high=65_536,
            title="out channels",
            help="Number of filters, each of which draws one picture",
        ),
        Param("kernel_size", (3, 3), length=2, low=1, high=1024, title="kernel", unit="px"),
        Param(
            "stride", (1, 1), length=2, low=1, high=1024, unit="px", help="Pixels between places"
        ),
        Param(
            "padding",
            (0, 0),
            length=2,
            low=0,
            high=1024,
            unit="px",
            help="Zeros added on each side; half the kernel keeps the size",
        ),
        Param("same_padding", False, title="keep size", help="Pad so that the size stays"),
        Param("dilation", (1, 1), length=2, low=1, high=1024, help="Pixels between filter taps"),
        Param(
            "groups",
            1,
            low=1,
            high=65_536,
            help="Channels are divided into this many independent parts; all apart is depthwise",
        ),
        Param("bias", True, help="Add a learned constant to each output channel"),
    ),
    infer=_conv2d,
    init=_conv2d_init,
    call="{self}({x})",
    summary="{out_channels} · {kernel_size}",
    formula="yₖ(i,j) = bₖ + Σ_c Σ_u Σ_v Wₖ(c,u,v) · x_c(s·i + d·u − p, s·j + d·v − p)",
    help=(
        "Slides small learned filters over the image; each filter answers where its pattern is. "
        "The weights are shared by all places, so that a few of them do for a large picture and a "
        "pattern is found wherever it stands."
    ),
    paper="LeCun et al. 1998: Gradient-based learning; PyTorch: torch.nn.Conv2d",
    synonyms=("convolution", "cnn", "filter", "conv", "depthwise", "1x1"),
)
