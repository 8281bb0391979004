"""Attention to a memory: questions from one place, answers from another."""

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
    gives,
    size,
)

from ._forms import MASK, expect_mask, expect_sequence

_LOOK = (
    Port("query", "float", (3,), help="The steps that ask, such as a decoder's states"),
    Port("memory", "float", (3,), help="The steps that are looked at, such as an encoder's"),
    MASK,
)


def _scaled(shapes: Shapes, p: Params) -> Inferred:
    q, k, v = (shapes[port] for port in ("q", "k", "v"))
    for shape in (q, k, v):
        expect_float(shape)
    if q.rank not in {3, 4} or k.rank != q.rank or v.rank != q.rank:
        raise ShapeError(f"expected B×T×K or B×N×T×K at all ports, received {q}, {k} and {v}")
    if q.dims[-1] != k.dims[-1] or q.dims[:-2] != k.dims[:-2]:
        raise ShapeError(f"expected keys like the queries {q}, received {k}", "k")
    if v.dims[:-1] != k.dims[:-1]:
        raise ShapeError(f"expected a value for each key of {k}, received {v}", "v")
    expect_mask(shapes, Shape((k.dims[0], k.dims[-2])))
    if p.flag("causal") and q.dims[-2] != k.dims[-2]:
        raise ShapeError(f"expected as many keys as queries {q} when causal, received {k}", "k")
    looks = count(q.dims[1:-1]) * count(k.dims[-2:-1])
    return gives(q.with_dims(*q.dims[:-1], v.dims[-1]), macs=looks * _widths(k, v))


def _widths(k: Shape, v: Shape) -> int:
    return count(k.dims[-1:]) + count(v.dims[-1:])


def _scaled_call(shapes: Shapes, p: Params) -> str:
    options = []
    if "mask" in shapes:
        open_to = "[:, None, None]" if shapes["q"].rank == 4 else "[:, None]"
        mask = f"{{mask}}{open_to}"
        if p.flag("causal"):
            sizes = ", ".join(["-1"] * (shapes["q"].rank - 2))
            mask += f".expand({sizes}, {{q}}.shape[-2], -1).tril()"
        options.append(f"attn_mask={mask}")
    elif p.flag("causal"):
        options.append("is_causal=True")
    if p.real("dropout") > 0:
        options.append("dropout_p={dropout} if self.training else 0.0")
    return f"F.scaled_dot_product_attention({', '.join(['{q}, {k}, {v}', *options])})"


def _memory(shapes: Shapes) -> tuple[Shape, Shape, int, int]:
    """Return the questions and the memory, and the features of both."""
    query, memory = shapes["query"], shapes["memory"]
    expect_mask(shapes, memory)
    return query, memory, expect_sequence(query), expect_sequence(memory)


def _additive(shapes: Shapes, p: Params) -> Inferred:
    query, memory, width, kept = _memory(shapes)
    hidden = p.whole("hidden_size")
    asked, offered = count(query.dims[1:2]), count(memory.dims[1:2])
    return Inferred(
        {
            "y": Shape((*query.dims[:2], kept)),
            "weights": Shape((*query.dims[:2], memory.dims[1])),
        },
        {"features": width, "memory_features": kept},
        {
            "query_proj.weight": (hidden, width),
            "memory_proj.weight": (hidden, kept),
            "memory_proj.bias": (hidden,),
            "score.weight": (1, hidden),
        },
        hidden * (asked * width + offered * kept) + asked * offered * (hidden + kept),
    )


def _additive_call(shapes: Shapes, _: Params) -> str:
    return f"{{y}}, {{weights}} = {{self}}({_arguments(shapes)})"


def _multiplicative_call(shapes: Shapes, _: Params) -> str:
    return f"{{self}}({_arguments(shapes)})"


def _arguments(shapes: Shapes) -> str:
    return "{query}, {memory}, {mask}" if "mask" in shapes else "{query}, {memory}"


def _multiplicative(shapes: Shapes, _: Params) -> Inferred:
    query, memory, width, kept = _memory(shapes)
    asked, offered = count(query.dims[1:2]), count(memory.dims[1:2])
    return gives(
        Shape((*query.dims[:2], kept)),
        weights={"query_proj.weight": (kept, width)},
        macs=asked * kept * width + 2 * asked * offered * kept,
        features=width,
        memory_features=kept,
    )


def _padding(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    return gives(Shape((x.dims[0], size(x.dims[1], "the steps")), "bool"))


SCALED_DOT_PRODUCT = BlockSpec(
    id="nn.scaled_dot_product_attention",
    title="Scaled dot-product attention",
    family="Attention",
    stem="attention",
    inputs=(
        Port("q", "float", (3, 4), help="Queries B×T×K, or B×N×T×K with heads"),
        Port("k", "float", (3, 4), help="Keys, one for each step that is looked at"),
        Port("v", "float", (3, 4), help="Values, one for each key"),
        MASK,
    ),
    params=(
        Param("causal", False, help="Each step sees only itself and what came before"),
        Param("dropout", 0.0, low=0.0, high=1.0, help="Share of the looks left out in training"),
    ),
    infer=_scaled,
    call=_scaled_call,
    formula="y = softmax(Q·Kᵀ / √d_k + mask)·V",
    help=(
        "The bare mechanism, without weights: each query is compared with all keys, and takes the "
        "values in the proportion in which their keys fit. Dividing by √d_k keeps the softmax "
        "from saturating."
    ),
    paper="Vaswani et al. 2017: Attention is all you need; PyTorch: F.scaled_dot_product_attention",
    synonyms=("sdpa", "qkv", "dot product attention", "flash attention"),
)

ADDITIVE_ATTENTION = BlockSpec(
    id="nn.additive_attention",
    title="Additive attention",
    family="Attention",
    stem="attention",
    inputs=_LOOK,
    outputs=(
        Port("y", "float", (3,), help="What each step takes from the memory"),
        Port("weights", "float", (3,), help="How much each step looks at each of the memory"),
    ),
    params=(Param("hidden_size", 64, low=1, high=1_000_000, title="hidden", help="Of the score"),),
    infer=_additive,
    init="AdditiveAttention({features}, {memory_features}, {hidden_size})",
    needs=("studio.engine.nn.attention_scores:AdditiveAttention",),
    call=_additive_call,
    summary="{hidden_size}",
    formula="a = softmaxₛ(v·tanh(W·q + U·mₛ + b)), y = Σₛ aₛ·mₛ",
    help=(
        "A small network scores how well each step of the memory answers the question. It was "
        "the first attention: a translator's decoder looks back at the words of the sentence, and "
        "the second output shows where."
    ),
    paper="Bahdanau, Cho, Bengio 2014: Neural machine translation by jointly learning to align",
    synonyms=("bahdanau", "alignment", "seq2seq", "concat attention"),
)

MULTIPLICATIVE_ATTENTION = BlockSpec(
    id="nn.multiplicative_attention",
    title="Multiplicative attention",
    family="Attention",
    stem="attention",
    inputs=_LOOK,
    infer=_multiplicative,
    init="MultiplicativeAttention({features}, {memory_features})",
    call=_multiplicative_call,
    needs=("studio.engine.nn.attention_scores:MultiplicativeAttention",),
    formula="a = softmaxₛ(q·W·mₛ), y = Σₛ aₛ·mₛ",
    help=(
        "A matrix brings the question into the space of the memory; the product says how well "
        "they fit. It is quicker than additive attention and as good where the features are few."
    ),
    paper="Luong, Pham, Manning 2015: Effective approaches to attention-based translation",
    synonyms=("luong", "general attention", "bilinear attention", "alignment", "seq2seq"),
)

PADDING_MASK = BlockSpec(
    id="nn.padding_mask",
    title="Padding mask",
    family="Attention",
    stem="mask",
    inputs=(Port("x", "int", (2,)),),
    outputs=(Port("y", "bool", (2,), help="True where there is a token"),),
    params=(Param("padding", 0, low=0, high=10_000_000, help="The token that fills short texts"),),
    infer=_padding,
    call="{x} != {padding}",
    summary="{padding}",
    formula="y(t) = (x(t) ≠ padding)",
    help=(
        "Says where a text has tokens and where it was only filled up to the common length. Wire "
        "it to the mask of an attention block, so that nobody looks at the filling."
    ),
    paper="PyTorch: attn_mask of F.scaled_dot_product_attention, true where to look",
    synonyms=("key padding mask", "pad", "attention mask", "length"),
)
