"""Convolutions: the same small filter at every place."""

from collections.abc import Callable
from math import prod

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
    Value,
    gives,
    size,
)

from ._forms import IMAGE, SEQUENCE
from ._source import call, pair
from ._windows import AXES, channels_and_places, convolved, shaped

_FEATURES_LAST = Param(
    "features_last",
    False,
    title="features last",
    help="Take a sequence B×T×D as the studio's other blocks do, and not B×C×T as torch does",
)


def _conv(axes: int) -> Callable[[Shapes, Params], Inferred]:
    """Return the shape rule of a convolution over so many axes."""

    def infer(shapes: Shapes, p: Params) -> Inferred:
        last = bool(p.get("features_last", False))
        batch, given, *places = channels_and_places(shapes["x"], axes, features_last=last)
        channels, out = size(given, "the channels"), p.whole("out_channels")
        groups, kernel = p.whole("groups"), p.sizes("kernel_size")
        if channels % groups or out % groups:
            raise ShapeError(
                f"expected groups that divide {channels} input and {out} output channels, "
                f"received {groups}"
            )
        area = [
            size(dim, "the image") if p.flag("same_padding") else convolved(dim, name, axis, p)
            for axis, (dim, name) in enumerate(zip(places, AXES[axes], strict=True))
        ]
        if p.flag("same_padding") and set(p.sizes("stride")) != {1}:
            stride = "×".join(map(str, p.sizes("stride")))
            raise ShapeError(f"expected a stride of 1 when the size is kept, received {stride}")
        weights: dict[str, tuple[int, ...]] = {"weight": (out, channels // groups, *kernel)}
        if p.flag("bias"):
            weights["bias"] = (out,)
        macs = prod(area) * out * channels // groups * prod(kernel)
        y = shaped(batch, out, area, features_last=last)
        return gives(y, weights=weights, macs=macs, in_channels=channels)

    return infer


def _conv_init(axes: int) -> Callable[[Shapes, Params], str]:
    def init(_: Shapes, p: Params) -> str:
        return call(
            f"nn.Conv{axes}d",
            "{in_channels}",
            "{out_channels}",
            repr(pair(p.sizes("kernel_size"))),
            stride=(pair(p.sizes("stride")), 1),
            padding=(_padding(p), 0),
            dilation=(pair(p.sizes("dilation")), 1),
            groups=(p.whole("groups"), 1),
            bias=(p.flag("bias"), True),
        )

    return init


def _padding(p: Params) -> Value:
    if not p.flag("same_padding"):
        return pair(p.sizes("padding"))
    both = [
        dilation * (kernel - 1)
        for dilation, kernel in zip(p.sizes("dilation"), p.sizes("kernel_size"), strict=True)
    ]
    # with an even kernel one side gets more than the other, which no number can say
    return "same" if any(total % 2 for total in both) else pair(tuple(n // 2 for n in both))


def _conv1d_call(_: Shapes, p: Params) -> str:
    if p.flag("features_last"):
        return "{self}({x}.transpose(1, 2)).transpose(1, 2)"
    return "{self}({x})"


def _params(axes: int, unit: str) -> tuple[Param, ...]:
    """Return the parameters of a convolution over so many axes."""
    place = {"px": "Pixels", "steps": "Steps", "": "Places"}[unit]
    one, none = (1,) * axes, (0,) * axes
    return (
        Param("out_channels", 16, low=1, high=65_536, title="out channels",
              help="Number of filters, each of which draws one picture"),
        Param("kernel_size", (3,) * axes, length=axes, low=1, high=1024, title="kernel", unit=unit,
              help=f"Size of each filter, in {place.lower()}"),
        Param("stride", one, length=axes, low=1, high=1024, unit=unit,
              help=f"{place} between places"),
        Param("padding", none, length=axes, low=0, high=1024, unit=unit,
              help="Zeros added on each side; half the kernel keeps the size"),
        Param("same_padding", False, title="keep size", help="Pad so that the size stays"),
        Param("dilation", one, length=axes, low=1, high=1024,
              help=f"{place} between filter taps"),
        Param("groups", 1, low=1, high=65_536,
              help="Channels are divided into this many independent parts; all apart is depthwise"),
        Param("bias", True, help="Add a learned constant to each output channel"),
    )  # fmt: skip


CONV2D = BlockSpec(
    id="nn.conv2d",
    title="Conv2d",
    family="Convolution",
    common=True,
    stem="conv",
    inputs=IMAGE,
    params=_params(2, "px"),
    infer=_conv(2),
    init=_conv_init(2),
    call="{self}({x})",
    summary="{out_channels} · {kernel_size}",
    formula="yₖ(i,j) = bₖ + Σ_c Σ_u Σ_v Wₖ(c,u,v) · x_c(s·i + d·u − p, s·j + d·v − p)",
    help=(
        "Slides small learned filters over the image; each filter answers where its pattern is. "
        "The weights are shared by all places, so that a few of them do for a large picture and a "
        "pattern is found wherever it stands."
    ),
    paper="LeCun et al. 1998: Gradient-based learning; PyTorch: torch.nn.Conv2d",
    synonyms=("convolution", "cnn", "filter", "conv", "depthwise", "1x1", "pointwise"),
)

CONV1D = BlockSpec(
    id="nn.conv1d",
    title="Conv1d",
    family="Convolution",
    stem="conv",
    inputs=SEQUENCE,
    params=(*_params(1, "steps"), _FEATURES_LAST),
    infer=_conv(1),
    init=_conv_init(1),
    call=_conv1d_call,
    summary="{out_channels} · {kernel_size}",
    formula="yₖ(t) = bₖ + Σ_c Σ_u Wₖ(c,u) · x_c(s·t + d·u − p)",
    help=(
        "Slides small learned filters over a series or a text, so that each answers to its "
        "pattern of a few steps wherever it stands. As in torch the channels come before the "
        "steps; switch to features last behind an Embedding or a Sequence."
    ),
    paper="Kim 2014: Convolutional networks for sentences; PyTorch: torch.nn.Conv1d",
    synonyms=("convolution", "cnn", "temporal", "text cnn", "filter", "wavenet"),
)

CONV3D = BlockSpec(
    id="nn.conv3d",
    title="Conv3d",
    family="Convolution",
    stem="conv",
    inputs=(Port("x", "float", (5,)),),
    params=_params(3, ""),
    infer=_conv(3),
    init=_conv_init(3),
    call="{self}({x})",
    summary="{out_channels} · {kernel_size}",
    formula="yₖ(z,i,j) = bₖ + Σ_c Σ_w Σ_u Σ_v Wₖ(c,w,u,v) · x_c(z + w, i + u, j + v)",
    help=(
        "Slides filters over volumes such as scans, or over videos with time as the depth. The "
        "cost grows with the cube of the kernel, so keep it small."
    ),
    paper="Tran et al. 2014: Learning spatiotemporal features; PyTorch: torch.nn.Conv3d",
    synonyms=("convolution", "cnn", "video", "volume", "voxel"),
)
