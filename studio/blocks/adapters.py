"""Other linear maps: of pairs, of classes, and in narrow channels."""

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
    gives,
)

from ._forms import expect_features
from ._source import call

_OUT = Param("out_features", 64, low=1, high=10_000_000, title="outputs", help="Number of neurons")
_BIAS = Param("bias", True, help="Add a constant to each output")


def _bilinear(shapes: Shapes, p: Params) -> Inferred:
    first, second, out = shapes["x1"], shapes["x2"], p.whole("out_features")
    widths = expect_features(first), expect_features(second)
    if first.dims[:-1] != second.dims[:-1]:
        raise ShapeError(
            f"expected values that differ in the last axis only, received {first} and {second}",
            "x2",
        )
    weights: dict[str, tuple[int, ...]] = {"weight": (out, *widths)}
    if p.flag("bias"):
        weights["bias"] = (out,)
    return gives(
        first.with_dims(*first.dims[:-1], out),
        weights=weights,
        macs=count(first.dims[1:-1]) * out * (widths[0] * widths[1] + widths[1]),
        in1_features=widths[0],
        in2_features=widths[1],
    )


def _bilinear_init(_: Shapes, p: Params) -> str:
    return call(
        "nn.Bilinear",
        "{in1_features}",
        "{in2_features}",
        "{out_features}",
        bias=(p.flag("bias"), True),
    )


def _one_hot(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    if x.dtype != "int" or x.limit is None:
        raise ShapeError(f"expected tokens, received {x.kind} {x}", "x")
    return gives(Shape((*x.dims, x.limit)), classes=x.limit)


def _low_rank(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, out, rank = expect_features(x), p.whole("out_features"), p.whole("rank")
    weights: dict[str, tuple[int, ...]] = {"0.weight": (rank, width), "1.weight": (out, rank)}
    if p.flag("bias"):
        weights["1.bias"] = (out,)
    macs = count(x.dims[1:-1]) * rank * (width + out)
    y = x.with_dims(*x.dims[:-1], out)
    return gives(y, weights=weights, macs=macs, in_features=width)


def _low_rank_init(_: Shapes, p: Params) -> str:
    bias = "" if p.flag("bias") else ", bias=False"
    down, up = "nn.Linear({in_features}, {rank}, bias=False)", "nn.Linear({rank}, {out_features}"
    return f"nn.Sequential({down}, {up}{bias}))"


def _lora(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, out, rank = expect_features(x), p.whole("out_features"), p.whole("rank")
    weights = {"lora_A": (rank, width), "lora_B": (out, rank)}
    macs = count(x.dims[1:-1]) * (width * out + rank * (width + out))
    y = x.with_dims(*x.dims[:-1], out)
    return gives(y, weights=weights, macs=macs, in_features=width)


def _lora_init(_: Shapes, p: Params) -> str:
    made = "LoRALinear({in_features}, {out_features}, rank={rank}, alpha={alpha}"
    made += ", dropout={dropout}" if p.real("dropout") > 0 else ""
    return made + (")" if p.flag("bias") else ", bias=False)")


BILINEAR = BlockSpec(
    id="nn.bilinear",
    title="Bilinear",
    family="Linear",
    stem="bilinear",
    inputs=(Port("x1", "float"), Port("x2", "float")),
    params=(_OUT, _BIAS),
    infer=_bilinear,
    init=_bilinear_init,
    call="{self}({x1}, {x2})",
    summary="{out_features}",
    formula="yₖ = x₁ᵀ·Wₖ·x₂ + bₖ",
    help=(
        "Every output is a weighted sum of all products of a feature of one value with a feature "
        "of the other. It compares pairs, such as a question with an answer; the weights grow "
        "with the product of both widths."
    ),
    paper="Tenenbaum, Freeman 2000: Separating style and content; PyTorch: torch.nn.Bilinear",
    synonyms=("pair", "product", "tensor product", "matching"),
)

ONE_HOT = BlockSpec(
    id="nn.one_hot",
    title="One-hot",
    family="Linear",
    stem="one_hot",
    inputs=(Port("x", "int", (1, 2)),),
    infer=_one_hot,
    call="F.one_hot({x}, {classes}).float()",
    formula="yᵢ = 1 if i = x else 0",
    help=(
        "Writes each token as a row of zeros with a single 1 at its number. A Linear behind it is "
        "an Embedding; only slower, and easier to understand."
    ),
    paper="PyTorch: torch.nn.functional.one_hot",
    synonyms=("dummy variables", "indicator", "categorical", "onehot"),
)

LOW_RANK_LINEAR = BlockSpec(
    id="nn.low_rank_linear",
    title="Low-rank Linear",
    family="Linear",
    stem="fc",
    params=(
        _OUT,
        Param("rank", 8, low=1, high=1_000_000, help="Width of the channel between the two"),
        _BIAS,
    ),
    infer=_low_rank,
    init=_low_rank_init,
    call="{self}({x})",
    summary="{out_features} · rank {rank}",
    formula="y = x·(U·V)ᵀ + b, V of r rows",
    help=(
        "A linear map through a narrow channel: two thin matrices instead of a wide one, with "
        "r·(in + out) weights instead of in·out. What a trained layer does is often nearly so "
        "simple."
    ),
    paper="Sainath et al. 2013: Low-rank matrix factorization for deep neural networks",
    synonyms=("factorised", "bottleneck", "svd", "compression"),
)

LORA_LINEAR = BlockSpec(
    id="nn.lora_linear",
    title="LoRA-Linear",
    family="Linear",
    stem="lora",
    params=(
        _OUT,
        Param("rank", 8, low=1, high=1_000_000, help="Rows of the thin matrices"),
        Param("alpha", 16.0, low=0.0, high=1e6, help="What is learned is scaled by alpha / rank"),
        Param("dropout", 0.0, low=0.0, high=1.0, help="On the way into the thin matrices"),
        Param("bias", True, help="Add a constant to each output; it stays as it is"),
    ),
    infer=_lora,
    init=_lora_init,
    call="{self}({x})",
    needs=("studio.engine.nn.low_rank:LoRALinear",),
    summary="{out_features} · rank {rank}",
    formula="y = x·Wᵀ + b + α/r·x·Aᵀ·Bᵀ, W and b fixed, B = 0 at first",
    help=(
        "A linear layer whose weights stay as they were, while two thin matrices beside it learn. "
        "Fine-tuning so trains about a hundredth of the weights. Because B begins at zero, the "
        "network first does exactly what it did before."
    ),
    paper="Hu et al. 2021: LoRA, low-rank adaptation of large language models; peft: LoraLayer",
    synonyms=("adapter", "fine-tuning", "peft", "low rank adaptation", "frozen"),
)
