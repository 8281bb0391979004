"""Convolutions that make pictures and series larger, and one that is cheap."""

from collections.abc import Callable
from math import prod

from studio.api import BlockSpec, Inferred, Param, Params, ShapeError, Shapes, gives, size

from ._forms import IMAGE, SEQUENCE, expect_image
from ._source import call, pair
from ._windows import AXES, channels_and_places, convolved, shaped, transposed

_OUT = Param("out_channels", 16, low=1, high=65_536, title="out channels", help="Number of filters")
_BIAS = Param("bias", True, help="Add a learned constant to each output channel")


def _cut(axes: int, unit: str) -> Param:
    help_ = "Taken off each side of what comes out"
    return Param("padding", (0,) * axes, length=axes, low=0, high=1024, unit=unit, help=help_)


def _window(axes: int, kernel: int, stride: int, unit: str) -> tuple[Param, ...]:
    return (
        Param(
            "kernel_size",
            (kernel,) * axes,
            length=axes,
            low=1,
            high=1024,
            title="kernel",
            unit=unit,
            help="Size of each filter",
        ),
        Param(
            "stride",
            (stride,) * axes,
            length=axes,
            low=1,
            high=1024,
            unit=unit,
            help="How many times larger, or smaller, the result is",
        ),
        _cut(axes, unit),
        Param("dilation", (1,) * axes, length=axes, low=1, high=1024, help="Between filter taps"),
    )


def _transposed(axes: int) -> Callable[[Shapes, Params], Inferred]:
    """Return the shape rule of a transposed convolution over so many axes."""

    def infer(shapes: Shapes, p: Params) -> Inferred:
        batch, given, *places = channels_and_places(shapes["x"], axes)
        channels, out = size(given, "the channels"), p.whole("out_channels")
        groups, kernel = p.whole("groups"), p.sizes("kernel_size")
        if channels % groups or out % groups:
            raise ShapeError(
                f"expected groups that divide {channels} input and {out} output channels, "
                f"received {groups}"
            )
        area = [
            transposed(dim, name, axis, p)
            for axis, (dim, name) in enumerate(zip(places, AXES[axes], strict=True))
        ]
        weights: dict[str, tuple[int, ...]] = {"weight": (channels, out // groups, *kernel)}
        if p.flag("bias"):
            weights["bias"] = (out,)
        before = prod(size(dim, "the places") for dim in places)
        macs = before * channels * out // groups * prod(kernel)
        return gives(shaped(batch, out, area), weights=weights, macs=macs, in_channels=channels)

    return infer


def _transposed_init(axes: int) -> Callable[[Shapes, Params], str]:
    def init(_: Shapes, p: Params) -> str:
        return call(
            f"nn.ConvTranspose{axes}d",
            "{in_channels}",
            "{out_channels}",
            repr(pair(p.sizes("kernel_size"))),
            stride=(pair(p.sizes("stride")), 1),
            padding=(pair(p.sizes("padding")), 0),
            output_padding=(pair(p.sizes("output_padding")), 0),
            groups=(p.whole("groups"), 1),
            bias=(p.flag("bias"), True),
            dilation=(pair(p.sizes("dilation")), 1),
        )

    return init


def _transposed_params(axes: int, unit: str) -> tuple[Param, ...]:
    return (
        _OUT,
        *_window(axes, 2, 2, unit),
        Param(
            "output_padding",
            (0,) * axes,
            length=axes,
            low=0,
            high=1023,
            title="output padding",
            unit=unit,
            help="Added on one side of the result, to reach a size between two multiples",
        ),
        Param("groups", 1, low=1, high=65_536, help="Independent parts of the channels"),
        _BIAS,
    )


def _separable(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    channels, out, kernel = expect_image(x), p.whole("out_channels"), p.sizes("kernel_size")
    area = [convolved(x.dims[2 + axis], AXES[2][axis], axis, p) for axis in (0, 1)]
    weights: dict[str, tuple[int, ...]] = {
        "0.weight": (channels, 1, *kernel),
        "1.weight": (out, channels, 1, 1),
    }
    if p.flag("bias"):
        weights["1.bias"] = (out,)
    macs = prod(area) * channels * (prod(kernel) + out)
    return gives(shaped(x.dims[0], out, area), weights=weights, macs=macs, in_channels=channels)


def _separable_init(_: Shapes, p: Params) -> str:
    depthwise = call(
        "nn.Conv2d",
        "{in_channels}",
        "{in_channels}",
        repr(pair(p.sizes("kernel_size"))),
        stride=(pair(p.sizes("stride")), 1),
        padding=(pair(p.sizes("padding")), 0),
        dilation=(pair(p.sizes("dilation")), 1),
        groups=("{in_channels}", 1),
        bias=(False, True),
    ).replace('"', "")
    pointwise = call("nn.Conv2d", "{in_channels}", "{out_channels}", "1", bias=(p["bias"], True))
    return f"nn.Sequential({depthwise}, {pointwise})"


CONV_TRANSPOSE1D = BlockSpec(
    id="nn.conv_transpose1d",
    title="ConvTranspose1d",
    family="Convolution",
    stem="deconv",
    inputs=SEQUENCE,
    params=_transposed_params(1, "steps"),
    infer=_transposed(1),
    init=_transposed_init(1),
    call="{self}({x})",
    summary="{out_channels} · {kernel_size}",
    formula="y(s·t + u − p) += Σ_c W(c,u) · x_c(t)",
    help=(
        "Writes a learned pattern for every step of a series, a stride apart, so that the result "
        "is longer. It is the gradient of a Conv1d used forwards. Channels come before the steps."
    ),
    paper="Zeiler et al. 2010: Deconvolutional networks; PyTorch: torch.nn.ConvTranspose1d",
    synonyms=("deconvolution", "upsampling", "transposed convolution"),
)

CONV_TRANSPOSE2D = BlockSpec(
    id="nn.conv_transpose2d",
    title="ConvTranspose2d",
    family="Convolution",
    stem="deconv",
    inputs=IMAGE,
    params=_transposed_params(2, "px"),
    infer=_transposed(2),
    init=_transposed_init(2),
    call="{self}({x})",
    summary="{out_channels} · {kernel_size}",
    formula="y(s·i + u − p, s·j + v − p) += Σ_c W(c,u,v) · x_c(i,j)",
    help=(
        "Writes a learned stamp for every pixel, a stride apart, so that the picture grows: how "
        "decoders and generators paint. A kernel that the stride does not divide stamps some "
        "pixels more often than others and leaves a chessboard."
    ),
    paper="Dumoulin, Visin 2016: Convolution arithmetic; PyTorch: torch.nn.ConvTranspose2d",
    synonyms=("deconvolution", "upsampling", "transposed convolution", "decoder", "generator"),
)

SEPARABLE_CONV2D = BlockSpec(
    id="nn.separable_conv2d",
    title="Depthwise-separable Conv2d",
    family="Convolution",
    stem="conv",
    inputs=IMAGE,
    params=(_OUT, *_window(2, 3, 1, "px"), _BIAS),
    infer=_separable,
    init=_separable_init,
    call="{self}({x})",
    summary="{out_channels} · {kernel_size}",
    formula="yₖ = bₖ + Σ_c Pₖ(c) · (D_c ∗ x_c)",
    help=(
        "A filter for each channel by itself, then a 1×1 convolution that mixes the channels. It "
        "costs about a ninth of a 3×3 convolution and is nearly as good. MobileNet puts BatchNorm "
        "and ReLU between the two; for that use two Conv2d, the first with all groups apart."
    ),
    paper="Chollet 2016: Xception; Howard et al. 2017: MobileNets",
    synonyms=("depthwise", "pointwise", "mobilenet", "xception", "separable"),
)
