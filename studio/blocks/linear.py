"""Linear maps: weighted sums of features, and vectors for tokens."""

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

from ._source import call


def _linear(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    if x.rank < 2:
        raise ShapeError(f"expected features behind the batch axis, received {x}", "x")
    width, height = size(x.dims[-1], "the features"), p.whole("out_features")
    weights = {"weight": (height, width)} | ({"bias": (height,)} if p.flag("bias") else {})
    macs = count(x.dims[1:-1]) * width * height
    return gives(x.with_dims(*x.dims[:-1], height), weights=weights, macs=macs, in_features=width)


def _linear_init(_: Shapes, p: Params) -> str:
    return call("nn.Linear", "{in_features}", "{out_features}", bias=(p.flag("bias"), True))


def _embedding(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    if x.dtype != "int" or x.limit is None:
        raise ShapeError(f"expected tokens, received {x.kind} {x}", "x")
    width = p.whole("embedding_dim")
    return gives(
        Shape((*x.dims, width)), weights={"weight": (x.limit, width)}, num_embeddings=x.limit
    )


def _embedding_init(_: Shapes, p: Params) -> str:
    if p.real("std") == 1.0:
        return "nn.Embedding({num_embeddings}, {embedding_dim})"
    table = "torch.empty({num_embeddings}, {embedding_dim}).normal_(std={std})"
    return f"nn.Embedding.from_pretrained({table}, freeze=False)"


def _unembedding(shapes: Shapes, p: Params) -> Inferred:
    x, width, tokens = shapes["x"], p.whole("embedding_dim"), p.whole("num_embeddings")
    if x.rank < 2 or x.dims[-1] != width:
        raise ShapeError(f"expected {width} features as the Embedding has, received {x}", "x")
    macs = count(x.dims[1:-1]) * width * tokens
    return gives(x.with_dims(*x.dims[:-1], tokens), macs=macs)


LINEAR = BlockSpec(
    id="nn.linear",
    title="Linear",
    family="Linear",
    common=True,
    stem="fc",
    params=(
        Param(
            "out_features", 64, low=1, high=10_000_000, title="outputs", help="Number of neurons"
        ),
        Param("bias", True, help="Add a learned constant to each output"),
    ),
    infer=_linear,
    init=_linear_init,
    call="{self}({x})",
    summary="{out_features}",
    formula="y = x·Wᵀ + b",
    help=(
        "Every output is a weighted sum of all inputs plus a bias. It acts on the last axis, so "
        "that a sequence gets the same map at every step. Without a non-linearity in between, "
        "two of them in a row can do no more than one."
    ),
    paper="Rosenblatt 1958: The perceptron; PyTorch: torch.nn.Linear",
    synonyms=("fc", "dense", "fully connected", "affine", "perceptron", "projection", "mlp"),
)

EMBEDDING = BlockSpec(
    id="nn.embedding",
    title="Embedding",
    family="Linear",
    common=True,
    stem="embedding",
    inputs=(Port("x", "int", (1, 2)),),
    params=(
        Param(
            "embedding_dim",
            32,
            low=1,
            high=1_000_000,
            title="width",
            help="Numbers that describe one token",
        ),
        Param(
            "std",
            1.0,
            low=0.0,
            high=10.0,
            title="initial deviation",
            help="Of the first, random vectors. Take a small one, such as GPT-2's 0.02, where the "
            "table is the output layer too, or else the first scores are wild",
        ),
    ),
    infer=_embedding,
    init=_embedding_init,
    call="{self}({x})",
    summary="{embedding_dim}",
    formula="y = W[x]",
    help=(
        "A table with one learned vector for each token; the token's number picks the row. "
        "Tokens that are used alike end up with vectors that point alike."
    ),
    paper="Bengio et al. 2003: A neural probabilistic language model; PyTorch: torch.nn.Embedding",
    synonyms=("lookup", "word vectors", "token embedding"),
)

UNEMBEDDING = BlockSpec(
    id="nn.unembedding",
    title="Unembedding (tied)",
    family="Linear",
    stem="unembedding",
    inputs=(Port("x", "float", (2, 3)),),
    infer=_unembedding,
    call="F.linear({x}, {self}.weight)",
    borrows=("nn.embedding",),
    formula="y = x·Wᵀ with the W of the Embedding",
    help=(
        "Scores every token by how much the value is like the token's vector. It has no weights "
        "of its own but uses the table of the Embedding that it shares with, which saves weights "
        "and lets both ends of a language model learn from one another."
    ),
    paper="Press, Wolf 2017: Using the output embedding to improve language models",
    synonyms=("tied output", "weight tying", "lm head", "tied embedding", "logits"),
)
