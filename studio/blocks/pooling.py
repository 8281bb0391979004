"""Pooling: several values become one."""

from studio.api import BlockSpec, Inferred, Param, Params, Shape, Shapes, count, gives

from ._forms import IMAGE, SEQUENCE, expect_image, expect_sequence
from ._pools import adaptive_call, adaptive_rule, pool_call, pool_rule, window


def _global(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    expect_image(x)
    return gives(x.with_dims(*x.dims[:2]))


def _weighted(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    width = expect_sequence(x)
    y = Shape((x.dims[0], width))
    weights = {"weight": (1, width)}
    return gives(y, weights=weights, macs=2 * count(x.dims[1:2]) * width, features=width)


def _over_steps(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    return gives(Shape((x.dims[0], expect_sequence(x))))


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
    common=True,
    stem="pool",
    inputs=IMAGE,
    params=window(2, "px"),
    infer=pool_rule(2),
    call=pool_call("F.max_pool2d"),
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
    common=True,
    stem="pool",
    inputs=IMAGE,
    params=window(2, "px"),
    infer=pool_rule(2),
    call=pool_call("F.avg_pool2d"),
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
    common=True,
    stem="gap",
    inputs=IMAGE,
    infer=_global,
    call="{x}.mean(dim=(2, 3))",
    formula="y_c = 1/(H·W) · Σᵢ Σⱼ x_c(i,j)",
    help=(
        "One number for each channel: its mean over the whole picture. It replaces large linear "
        "layers at the end of a convolutional network and takes pictures of any size."
    ),
    paper="Lin, Chen, Yan 2013: Network in network",
    synonyms=("gap", "global pooling"),
)

SEQUENCE_POOL = BlockSpec(
    id="nn.sequence_pool",
    title="Sequence pool",
    family="Pooling",
    common=True,
    stem="pool",
    inputs=SEQUENCE,
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

ATTENTION_POOL = BlockSpec(
    id="nn.attention_pool",
    title="Attentive pool",
    family="Pooling",
    stem="pool",
    inputs=SEQUENCE,
    infer=_weighted,
    init="nn.Linear({features}, 1, bias=False)",
    call="({self}({x}).softmax(dim=1) * {x}).sum(dim=1)",
    formula="y = Σₜ aₜ·xₜ, a = softmax(w·x₁, …, w·x_T)",
    help=(
        "One vector for a sequence, as a mean in which every step has a weight of its own. A "
        "learned vector scores the steps, so that the network decides which of them matter."
    ),
    paper="Yang et al. 2016: Hierarchical attention networks",
    synonyms=("attention pooling", "weighted mean", "readout"),
)

ADAPTIVE_AVG_POOL2D = BlockSpec(
    id="nn.adaptive_avg_pool2d",
    title="AdaptiveAvgPool2d",
    family="Pooling",
    stem="pool",
    inputs=IMAGE,
    params=(
        Param(
            "output_size",
            (1, 1),
            length=2,
            low=1,
            high=65_536,
            title="size",
            unit="px",
            help="Height and width of what comes out, whatever came in",
        ),
    ),
    infer=adaptive_rule(2),
    call=adaptive_call("F.adaptive_avg_pool2d"),
    summary="{output_size}",
    formula="y(i,j) = mean over rows ⌊i·H/h⌋ … ⌈(i+1)·H/h⌉ and columns likewise",
    help=(
        "Means over as many windows as the result shall have, whatever the size of the picture. "
        "It stands before the linear layers of AlexNet and VGG in torchvision, which so take "
        "pictures of any size."
    ),
    paper="He et al. 2014: Spatial pyramid pooling; PyTorch: F.adaptive_avg_pool2d",
    synonyms=("adaptive pooling", "resize", "average pooling"),
)
