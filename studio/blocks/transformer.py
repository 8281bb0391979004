"""Position-wise networks of a Transformer: what a step does by itself."""

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

_BIAS = Param("bias", False, help="Add learned constants")


def _feed_forward(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width = expect_features(x)
    hidden = p.whole("hidden_features") or 4 * width
    weights: dict[str, tuple[int, ...]] = {"up_proj.weight": (hidden, width)}
    if p.flag("bias"):
        weights["up_proj.bias"] = (hidden,)
    weights["down_proj.weight"] = (width, hidden)
    if p.flag("bias"):
        weights["down_proj.bias"] = (width,)
    macs = count(x.dims[1:-1]) * 2 * width * hidden
    return gives(x, weights=weights, macs=macs, features=width, hidden=hidden)


def _feed_forward_init(_: Shapes, p: Params) -> str:
    return call(
        "FeedForward",
        "{features}",
        "{hidden}",
        activation=(p.text("activation"), "relu"),
        dropout=(p.real("dropout"), 0.0),
        bias=(p.flag("bias"), True),
    )


def _gated_width(width: int, p: Params) -> int:
    """Return 2/3 of four times the width, times a factor, rounded up to a multiple."""
    if p.whole("hidden_features"):
        return p.whole("hidden_features")
    multiple = p.whole("multiple_of")
    hidden = int(p.real("multiplier") * int(2 * 4 * width / 3))
    return multiple * -(-hidden // multiple)


def _swiglu(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width = expect_features(x)
    hidden = _gated_width(width, p)
    weights: dict[str, tuple[int, ...]] = {}
    for name, sizes in (
        ("gate_proj", (hidden, width)),
        ("up_proj", (hidden, width)),
        ("down_proj", (width, hidden)),
    ):
        weights[f"{name}.weight"] = sizes
        if p.flag("bias"):
            weights[f"{name}.bias"] = sizes[:1]
    macs = count(x.dims[1:-1]) * 3 * width * hidden
    return gives(x, weights=weights, macs=macs, features=width, hidden=hidden)


def _swiglu_init(_: Shapes, p: Params) -> str:
    return call("SwiGLU", "{features}", "{hidden}", bias=(p.flag("bias"), False))


def _mixture(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, experts, chosen = expect_features(x), p.whole("experts"), p.whole("top_k")
    if chosen > experts:
        raise ShapeError(f"expected at most {experts} experts for a step, received {chosen}")
    hidden = p.whole("hidden_features") or 4 * width
    steps = count(x.dims[1:-1])
    return Inferred(
        {"y": x, "loss": Shape(())},
        {"features": width, "hidden": hidden},
        {
            "router.weight": (experts, width),
            "gate_proj": (experts, hidden, width),
            "up_proj": (experts, hidden, width),
            "down_proj": (experts, width, hidden),
        },
        steps * width * (experts + 3 * chosen * hidden),
    )


FEED_FORWARD = BlockSpec(
    id="nn.feed_forward",
    title="Feed-forward",
    family="Transformer",
    stem="ffn",
    params=(
        Param(
            "hidden_features",
            0,
            low=0,
            high=10_000_000,
            title="hidden",
            help="Neurons between the two maps; 0 takes four times the features",
        ),
        Param(
            "activation",
            "relu",
            choices=("relu", "gelu", "gelu_tanh", "silu"),
            help="The bend between the two linear layers",
        ),
        Param("dropout", 0.0, low=0.0, high=1.0, help="Share of hidden values set to zero"),
        Param("bias", True, help="Add learned constants"),
    ),
    infer=_feed_forward,
    init=_feed_forward_init,
    call="{self}({x})",
    needs=("studio.engine.nn.feed_forward:FeedForward",),
    summary="{activation}",
    formula="y = W₂·act(W₁·x + b₁) + b₂",
    help=(
        "The second half of a Transformer layer: every step is widened, bent and narrowed again, "
        "by the same weights at each step. Two thirds of a Transformer's weights are here; they "
        "seem to hold what it knows, while attention moves it about."
    ),
    paper="Vaswani et al. 2017: Attention is all you need, section 3.3",
    synonyms=("ffn", "mlp", "position-wise", "transformer", "intermediate"),
)

SWIGLU = BlockSpec(
    id="nn.swiglu",
    title="SwiGLU feed-forward",
    family="Transformer",
    stem="ffn",
    params=(
        Param(
            "hidden_features",
            0,
            low=0,
            high=10_000_000,
            title="hidden",
            help="Neurons between the maps; 0 takes 2/3 of four times the features",
        ),
        Param(
            "multiple_of",
            1,
            low=1,
            high=65_536,
            title="multiple of",
            help="Round the hidden size up to a multiple; LLaMA takes 256",
        ),
        Param(
            "multiplier",
            1.0,
            low=0.01,
            high=100.0,
            help="Makes the hidden size larger before it is rounded; 1.3 in LLaMA-2-70B",
        ),
        _BIAS,
    ),
    infer=_swiglu,
    init=_swiglu_init,
    call="{self}({x})",
    needs=("studio.engine.nn.feed_forward:SwiGLU",),
    formula="y = W₂·(silu(W_g·x) ⊙ W₁·x)",
    help=(
        "A feed-forward network with a gate: one projection decides how much of the other passes. "
        "It has three matrices, so the hidden size is two thirds of the usual to keep the number "
        "of weights. LLaMA uses it in every layer."
    ),
    paper="Shazeer 2020: GLU variants improve Transformer; transformers: LlamaMLP",
    synonyms=("ffn", "glu", "gated", "llama", "mlp", "swish"),
)

MIXTURE_OF_EXPERTS = BlockSpec(
    id="nn.mixture_of_experts",
    title="Mixture of Experts",
    family="Transformer",
    stem="moe",
    outputs=(
        Port("y", help="What the chosen experts say, by their weights"),
        Port("loss", "float", (0,), help="1 where all experts are asked equally often"),
    ),
    params=(
        Param("experts", 4, low=1, high=1024, help="How many networks there are"),
        Param("top_k", 2, low=1, high=64, title="asked", help="Experts that each step asks"),
        Param(
            "hidden_features",
            0,
            low=0,
            high=10_000_000,
            title="hidden",
            help="Hidden neurons of one expert; 0 takes four times the features",
        ),
    ),
    infer=_mixture,
    init="MixtureOfExperts({features}, {hidden}, experts={experts}, top_k={top_k})",
    call="{y}, {loss} = {self}({x})",
    needs=("studio.engine.nn.feed_forward:MixtureOfExperts",),
    summary="{top_k} of {experts}",
    formula="y = Σₖ pₖ·Eₖ(x) over the k best of p = softmax(W·x); loss = E·Σₑ shareₑ·mean pₑ",
    help=(
        "Many SwiGLU networks, of which a router asks only the best few for each step: many "
        "weights for the work of a few. Left alone the router favours those it knows; wire the "
        "second output to a Loss term with a weight near 0.01 and it shares the work out."
    ),
    paper="Shazeer et al. 2017: Sparsely-gated MoE; Fedus, Zoph, Shazeer 2021: Switch Transformers",
    synonyms=("moe", "router", "experts", "switch", "mixtral", "sparse"),
)
