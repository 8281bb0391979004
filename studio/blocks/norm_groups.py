"""Normalisation without the batch: by size alone, by groups of channels, by picture."""

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
    count,
    expect_float,
    expect_rank,
    gives,
    size,
)

from ._forms import IMAGE, SEQUENCE, expect_features, expect_image
from ._source import call

_EPS = Param("eps", 1e-5, low=0.0, high=1.0, log=True, help="Keeps the division away from zero")


def _rms(shapes: Shapes, p: Params) -> Inferred:
    width = expect_features(shapes["x"])
    weights = {"weight": (width,)} if p.flag("affine") else {}
    return gives(shapes["x"], weights=weights, normalized_shape=width)


def _rms_init(_: Shapes, p: Params) -> str:
    affine = call("", elementwise_affine=(p.flag("affine"), True))[1:-1]
    return f"nn.RMSNorm({{normalized_shape}}, eps={{eps}}{', ' if affine else ''}{affine})"


def _group(shapes: Shapes, p: Params) -> Inferred:
    x, groups = shapes["x"], p.whole("num_groups")
    expect_float(x)
    if x.rank < 2:
        raise ShapeError(f"expected channels behind the batch axis, received {x}", "x")
    channels = size(x.dims[1], "the channels")
    if channels % groups:
        raise ShapeError(f"expected groups that divide {channels} channels, received {groups}")
    if channels == groups and count(x.dims[2:]) == 1:
        raise ShapeError("expected more than one value in each group, received one", "x")
    return gives(x, weights=_scale_and_shift(p, channels), num_channels=channels)


def _group_init(_: Shapes, p: Params) -> str:
    return call(
        "nn.GroupNorm",
        "{num_groups}",
        "{num_channels}",
        eps=(p.real("eps"), 1e-5),
        affine=(p.flag("affine"), True),
    )


def _instance(expect: Callable[[Shape], int]) -> Callable[[Shapes, Params], Inferred]:
    def infer(shapes: Shapes, p: Params) -> Inferred:
        channels = expect(shapes["x"])
        if count(shapes["x"].dims[2:]) == 1:
            raise ShapeError(f"expected more than one place, received {shapes['x']}", "x")
        return gives(shapes["x"], weights=_scale_and_shift(p, channels), num_features=channels)

    return infer


def _channels(x: Shape) -> int:
    expect_float(x)
    expect_rank(x, 3, "a sequence B×C×T")
    return size(x.dims[1], "the channels")


def _instance_init(module: str) -> Callable[[Shapes, Params], str]:
    def init(_: Shapes, p: Params) -> str:
        return call(
            module,
            "{num_features}",
            eps=(p.real("eps"), 1e-5),
            affine=(p.flag("affine"), False),
        )

    return init


def _scale_and_shift(p: Params, width: int) -> dict[str, tuple[int, ...]]:
    return {"weight": (width,), "bias": (width,)} if p.flag("affine") else {}


RMS_NORM = BlockSpec(
    id="nn.rms_norm",
    title="RMSNorm",
    family="Normalisation",
    stem="norm",
    params=(
        Param("eps", 1e-6, low=0.0, high=1.0, log=True, help="Keeps the root away from zero"),
        Param("affine", True, help="Learn a scale for each feature"),
    ),
    infer=_rms,
    init=_rms_init,
    call="{self}({x})",
    formula="y = γ·x / √(mean_D(x²) + ε)",
    help=(
        "Brings the features of each step to length √D and scales them as learned. It is a "
        "LayerNorm that leaves the mean alone and has no shift: quicker and as good, so that "
        "LLaMA and its kin use it."
    ),
    paper="Zhang, Sennrich 2019: Root mean square layer normalization; PyTorch: torch.nn.RMSNorm",
    synonyms=("rms", "root mean square", "llama", "layer norm"),
)

GROUP_NORM = BlockSpec(
    id="nn.group_norm",
    title="GroupNorm",
    family="Normalisation",
    stem="norm",
    inputs=(Port("x", "float", (2, 3, 4, 5)),),
    params=(
        Param("num_groups", 2, low=1, high=65_536, title="groups", help="Divide the channels"),
        _EPS,
        Param("affine", True, help="Learn a scale and a shift for each channel"),
    ),
    infer=_group,
    init=_group_init,
    call="{self}({x})",
    summary="{num_groups}",
    formula="y = γ_c·(x − mean_g) / √(var_g + ε) + β_c, g: the channels of a group, all places",
    help=(
        "Normalises groups of channels of each sample by themselves. It does what BatchNorm does "
        "without looking at other samples, so that it also works for batches of one or two, as "
        "large pictures force them."
    ),
    paper="Wu, He 2018: Group normalization; PyTorch: torch.nn.GroupNorm",
    synonyms=("gn", "group norm", "small batches", "diffusion"),
)

INSTANCE_NORM1D = BlockSpec(
    id="nn.instance_norm1d",
    title="InstanceNorm1d",
    family="Normalisation",
    stem="norm",
    inputs=SEQUENCE,
    params=(_EPS, Param("affine", False, help="Learn a scale and a shift for each channel")),
    infer=_instance(_channels),
    init=_instance_init("nn.InstanceNorm1d"),
    call="{self}({x})",
    formula="y_c = (x_c − mean_T) / √(var_T + ε)",
    help=(
        "Normalises each channel of each series by itself, so that its level and its loudness are "
        "forgotten and its form is left. Channels come before the steps, as behind Conv1d."
    ),
    paper="Ulyanov, Vedaldi, Lempitsky 2016: Instance normalization; PyTorch: nn.InstanceNorm1d",
    synonyms=("in", "instance norm", "contrast"),
)

INSTANCE_NORM2D = BlockSpec(
    id="nn.instance_norm2d",
    title="InstanceNorm2d",
    family="Normalisation",
    stem="norm",
    inputs=IMAGE,
    params=(_EPS, Param("affine", False, help="Learn a scale and a shift for each channel")),
    infer=_instance(expect_image),
    init=_instance_init("nn.InstanceNorm2d"),
    call="{self}({x})",
    formula="y_c = (x_c − mean_HW) / √(var_HW + ε)",
    help=(
        "Normalises each channel of each picture by itself, so that contrast and tint are "
        "forgotten: what style transfer and CycleGAN want. A classifier may need what it takes "
        "away."
    ),
    paper="Ulyanov, Vedaldi, Lempitsky 2016: Instance normalization; PyTorch: nn.InstanceNorm2d",
    synonyms=("in", "instance norm", "style transfer", "cyclegan"),
)
