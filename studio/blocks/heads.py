"""Attention with many heads: to another sequence, and with keys that heads share."""

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
    size,
)

from ._forms import MASK, expect_mask, expect_sequence
from ._source import call

_HEADS = Param(
    "num_heads",
    4,
    low=1,
    high=1024,
    title="heads",
    help="Independent ways of looking; must divide the features",
)


def _width_of_heads(x: Shape, p: Params) -> int:
    width, heads = expect_sequence(x), p.whole("num_heads")
    if width % heads:
        raise ShapeError(f"expected a number of heads that divides {width}, received {heads}")
    return width


def _cross(shapes: Shapes, p: Params) -> Inferred:
    x, memory = shapes["x"], shapes["memory"]
    width, kept = _width_of_heads(x, p), expect_sequence(memory)
    expect_mask(shapes, memory)
    if kept == width:
        weights: dict[str, tuple[int, ...]] = {"in_proj_weight": (3 * width, width)}
    else:
        weights = {
            "q_proj_weight": (width, width),
            "k_proj_weight": (width, kept),
            "v_proj_weight": (width, kept),
        }
    if p.flag("bias"):
        weights["in_proj_bias"] = (3 * width,)
    weights["out_proj.weight"] = (width, width)
    if p.flag("bias"):
        weights["out_proj.bias"] = (width,)
    asked, offered = count(x.dims[1:2]), count(memory.dims[1:2])
    macs = 2 * width * (asked * width + offered * kept + asked * offered)
    return gives(x, weights=weights, macs=macs, embed_dim=width, memory_dim=kept)


def _cross_init(shapes: Shapes, p: Params) -> str:
    width, kept = shapes["x"].dims[2], shapes["memory"].dims[2]
    return call(
        "CrossAttention",
        "{embed_dim}",
        "{num_heads}",
        memory_features=(kept, width),
        dropout=(p.real("dropout"), 0.0),
        bias=(p.flag("bias"), True),
    )


def _cross_call(shapes: Shapes, _: Params) -> str:
    return "{self}({x}, {memory}, {mask})" if "mask" in shapes else "{self}({x}, {memory})"


def _grouped(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, heads, shared = _width_of_heads(x, p), p.whole("num_heads"), p.whole("num_kv_heads")
    expect_mask(shapes, x)
    if heads % shared:
        raise ShapeError(f"expected key heads that divide {heads} heads, received {shared}")
    one = width // heads
    if p.flag("rope") and one % 2:
        raise ShapeError(f"expected an even number of features a head for RoPE, received {one}")
    weights: dict[str, tuple[int, ...]] = {}
    for name, out in (
        ("q_proj", width),
        ("k_proj", shared * one),
        ("v_proj", shared * one),
        ("o_proj", width),
    ):
        weights[f"{name}.weight"] = (out, width)
        if p.flag("bias"):
            weights[f"{name}.bias"] = (out,)
    steps = count(x.dims[1:2])
    macs = 2 * steps * width * (width + shared * one) + 2 * steps * steps * width
    length = size(x.dims[1], "the steps")
    return gives(x, weights=weights, macs=macs, embed_dim=width, steps=length, head_dim=one)


def _grouped_init(_: Shapes, p: Params) -> str:
    made = "GroupedQueryAttention({embed_dim}, {num_heads}, {num_kv_heads}"
    made += ", causal=True" if p.flag("causal") else ""
    made += ", bias=True" if p.flag("bias") else ""
    if p.flag("rope"):
        rope = call("RotaryPosition", "{steps}", "{head_dim}", base=(p.real("rope_base"), 10000.0))
        made += f", rope={rope}"
    return f"{made})"


def _grouped_call(shapes: Shapes, _: Params) -> str:
    return "{self}({x}, {mask})" if "mask" in shapes else "{self}({x})"


CROSS_ATTENTION = BlockSpec(
    id="nn.cross_attention",
    title="Cross-attention",
    family="Attention",
    stem="attention",
    inputs=(
        Port("x", "float", (3,), help="The steps that ask, such as a decoder's"),
        Port("memory", "float", (3,), help="The steps that are looked at, such as an encoder's"),
        MASK,
    ),
    params=(
        _HEADS,
        Param("dropout", 0.0, low=0.0, high=1.0, help="Share of the looks left out in training"),
        Param("bias", True, help="Add learned constants to the projections"),
    ),
    infer=_cross,
    init=_cross_init,
    call=_cross_call,
    needs=("studio.engine.nn.cross_attention:CrossAttention",),
    summary="{num_heads} heads",
    formula="softmax(Q·Kᵀ / √d_k + mask)·V, Q = x·W_Q, K = m·W_K, V = m·W_V",
    help=(
        "The steps of one sequence ask, those of another answer: a decoder reads the encoder's "
        "states. Both may have any length and the memory any width. The weights are those of "
        "torch's MultiheadAttention."
    ),
    paper="Vaswani et al. 2017: Attention is all you need; PyTorch: torch.nn.MultiheadAttention",
    synonyms=("encoder-decoder attention", "mha", "multi-head attention", "memory", "qkv"),
)

GROUPED_ATTENTION = BlockSpec(
    id="nn.grouped_attention",
    title="Grouped-query attention",
    family="Attention",
    stem="attention",
    inputs=(Port("x", "float", (3,)), MASK),
    params=(
        _HEADS,
        Param(
            "num_kv_heads",
            2,
            low=1,
            high=1024,
            title="key heads",
            help="Keys and values that groups of heads share; 1 is multi-query attention",
        ),
        Param("causal", True, help="Each step sees only itself and what came before"),
        Param("rope", True, title="RoPE", help="Turn queries and keys by their position"),
        Param(
            "rope_base",
            10000.0,
            low=1.0,
            high=1e9,
            log=True,
            title="RoPE base",
            help="How slowly the slowest pair of features turns; greater for longer texts",
        ),
        Param("bias", False, help="Add learned constants to the projections"),
    ),
    infer=_grouped,
    init=_grouped_init,
    call=_grouped_call,
    needs=(
        "studio.engine.nn.grouped_attention:RotaryPosition",
        "studio.engine.nn.grouped_attention:GroupedQueryAttention",
    ),
    summary="{num_heads} heads, {num_kv_heads} of keys",
    formula="yₕ = softmax(R(Qₕ)·R(K_g)ᵀ / √d_k + mask)·V_g, g = the group of head h",
    help=(
        "Self-attention as in LLaMA: heads share keys and values in groups, so that generating "
        "text needs a smaller cache at nearly the same quality. As many key heads as heads is "
        "ordinary attention. RoPE gives it positions, so it needs no others."
    ),
    paper="Ainslie et al. 2023: GQA; Shazeer 2019: One write-head; transformers: LlamaAttention",
    synonyms=("gqa", "mqa", "multi-query attention", "llama", "rope", "multi-head attention"),
)
