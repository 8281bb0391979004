"""Attention and positions: steps of a sequence that look at one another."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    ShapeError,
    Shapes,
    count,
    gives,
    size,
)

from ._forms import MASK, SEQUENCE, expect_mask, expect_sequence
from ._source import call


def _self_attention(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, heads = expect_sequence(x), p.whole("num_heads")
    expect_mask(shapes, x)
    if width % heads:
        raise ShapeError(f"expected a number of heads that divides {width}, received {heads}")
    weights: dict[str, tuple[int, ...]] = {"in_proj_weight": (3 * width, width)}
    if p.flag("bias"):
        weights["in_proj_bias"] = (3 * width,)
    weights["out_proj.weight"] = (width, width)
    if p.flag("bias"):
        weights["out_proj.bias"] = (width,)
    steps = count(x.dims[1:2])
    macs = steps * 4 * width * width + 2 * steps * steps * width
    return gives(x, weights=weights, macs=macs, embed_dim=width)


def _self_attention_init(_: Shapes, p: Params) -> str:
    return call(
        "SelfAttention",
        "{embed_dim}",
        "{num_heads}",
        causal=(p.flag("causal"), False),
        dropout=(p.real("dropout"), 0.0),
        bias=(p.flag("bias"), True),
    )


def _self_attention_call(shapes: Shapes, _: Params) -> str:
    return "{self}({x}, {mask})" if "mask" in shapes else "{self}({x})"


def _position(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    width = expect_sequence(x)
    return gives(x, steps=size(x.dims[1], "the steps"), features=width)


SELF_ATTENTION = BlockSpec(
    id="nn.self_attention",
    title="Self-attention",
    family="Attention",
    common=True,
    stem="attention",
    inputs=(*SEQUENCE, MASK),
    params=(
        Param(
            "num_heads",
            4,
            low=1,
            high=1024,
            title="heads",
            help="Independent ways of looking; must divide the features",
        ),
        Param("causal", False, help="Each step sees only itself and what came before"),
        Param(
            "dropout",
            0.0,
            low=0.0,
            high=1.0,
            help="Share of the looks that is left out while training",
        ),
        Param("bias", True, help="Add learned constants to the projections"),
    ),
    infer=_self_attention,
    init=_self_attention_init,
    call=_self_attention_call,
    needs=("studio.engine.nn.attention:SelfAttention",),
    summary="{num_heads} heads",
    formula="softmax(Q·Kᵀ / √d_k + mask)·V, Q = x·W_Q, K = x·W_K, V = x·W_V",
    help=(
        "Every step asks a question (query), every step offers an answer (key, value), and each "
        "takes a mixture of the values whose keys fit its query. Distance costs nothing, unlike "
        "in a recurrent network; the order is unknown to it, so add positions before."
    ),
    paper="Vaswani et al. 2017: Attention is all you need; PyTorch: torch.nn.MultiheadAttention",
    synonyms=("attention", "mha", "multi-head attention", "transformer", "self attention", "qkv"),
)

SINUSOIDAL_POSITION = BlockSpec(
    id="nn.sinusoidal_position",
    title="Sinusoidal position",
    family="Attention",
    common=True,
    stem="position",
    inputs=SEQUENCE,
    infer=_position,
    init="SinusoidalPosition({steps}, {features})",
    call="{self}({x})",
    needs=("studio.engine.nn.position:SinusoidalPosition",),
    formula="y(t,2i) = x + sin(t / 10000^(2i/D)), y(t,2i+1) = x + cos(t / 10000^(2i/D))",
    help=(
        "Adds waves of different length to the features, so that each position has a pattern of "
        "its own and a shift is the same turn everywhere. It has no weights. Attention without it "
        "sees a bag of steps, not a sequence."
    ),
    paper="Vaswani et al. 2017: Attention is all you need, section 3.5",
    synonyms=("positional encoding", "position embedding", "sin cos"),
)
