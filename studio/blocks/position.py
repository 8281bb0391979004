"""Positions and marks: what tells the steps of a sequence apart."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    Shape,
    ShapeError,
    Shapes,
    expect_float,
    gives,
    size,
)

from ._forms import SEQUENCE, expect_sequence
from ._source import call


def _learned(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, steps = expect_sequence(x), size(x.dims[1], "the steps")
    table = p.whole("max_length") or steps
    if table < steps:
        raise ShapeError(f"expected at most {table} steps, received {steps}", "x")
    return gives(x, weights={"weight": (table, width)}, steps=table, features=width)


def _learned_init(_: Shapes, p: Params) -> str:
    return call("LearnedPosition", "{steps}", "{features}", std=(p.real("std"), 0.02))


def _rotary(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    expect_float(x)
    if x.rank not in {3, 4}:
        raise ShapeError(f"expected queries or keys B×T×K or B×N×T×K, received {x}", "x")
    width = size(x.dims[-1], "the features")
    if width % 2:
        raise ShapeError(f"expected an even number of features, received {width}", "x")
    return gives(x, steps=size(x.dims[-2], "the steps"), features=width)


def _rotary_init(_: Shapes, p: Params) -> str:
    return call(
        "RotaryPosition",
        "{steps}",
        "{features}",
        base=(p.real("base"), 10000.0),
        interleaved=(p.flag("interleaved"), False),
    )


def _class_token(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    width, steps = expect_sequence(x), size(x.dims[1], "the steps")
    y = Shape((x.dims[0], steps + 1, width))
    return gives(y, weights={"token": (1, 1, width)}, features=width)


def _segment(shapes: Shapes, p: Params) -> Inferred:
    x, ids = shapes["x"], shapes["segment"]
    width, kinds = expect_sequence(x), p.whole("segments")
    if ids.dims != x.dims[:2]:
        wanted = "×".join(str(dim) for dim in x.dims[:2])
        raise ShapeError(f"expected a segment for each step, {wanted}, received {ids}", "segment")
    if ids.limit is not None and ids.limit > kinds:
        raise ShapeError(f"expected at most {kinds} segments, received {ids.limit}", "segment")
    return gives(x, weights={"weight": (kinds, width)}, features=width)


LEARNED_POSITION = BlockSpec(
    id="nn.learned_position",
    title="Learned position",
    family="Position",
    stem="position",
    inputs=SEQUENCE,
    params=(
        Param(
            "max_length",
            0,
            low=0,
            high=1_000_000,
            title="longest",
            unit="steps",
            help="Rows of the table; 0 takes the length of the input",
        ),
        Param(
            "std",
            0.02,
            low=0.0,
            high=10.0,
            title="initial deviation",
            help="Of the first, random vectors",
        ),
    ),
    infer=_learned,
    init=_learned_init,
    call="{self}({x})",
    needs=("studio.engine.nn.tokens:LearnedPosition",),
    formula="y(t) = x(t) + P[t]",
    help=(
        "Adds a learned vector for each position, as GPT-2, BERT and ViT do. It knows no position "
        "beyond its table, unlike sines, and needs to see each often enough to learn it."
    ),
    paper="Gehring et al. 2017: Convolutional sequence to sequence; Radford et al. 2019: GPT-2",
    synonyms=("positional embedding", "position embedding", "wpe", "absolute position"),
)

ROTARY_POSITION = BlockSpec(
    id="nn.rotary_position",
    title="Rotary position",
    family="Position",
    stem="rope",
    inputs=(Port("x", "float", (3, 4), help="Queries or keys, each with the same block behind"),),
    params=(
        Param("base", 10000.0, low=1.0, high=1e9, log=True, help="How slow the slowest turn is"),
        Param(
            "interleaved",
            False,
            help="Pair neighbours as in the paper, and not halves as in Hugging Face's weights",
        ),
    ),
    infer=_rotary,
    init=_rotary_init,
    call="{self}({x})",
    needs=("studio.engine.nn.grouped_attention:RotaryPosition",),
    formula="(y₁ + i·y₂)(t) = (x₁ + i·x₂)·e^(i·t·θ), θₖ = base^(−2k/K)",
    help=(
        "Turns pairs of features by an angle that grows with the position. Put it behind the "
        "queries and behind the keys: their product then depends on the distance of two steps "
        "only. Grouped-query attention has it inside."
    ),
    paper="Su et al. 2021: RoFormer; transformers: apply_rotary_pos_emb",
    synonyms=("rope", "rotary embedding", "roformer", "relative position"),
)

CLASS_TOKEN = BlockSpec(
    id="nn.class_token",
    title="Class token",
    family="Position",
    stem="cls",
    inputs=SEQUENCE,
    infer=_class_token,
    init="ClassToken({features})",
    call="{self}({x})",
    needs=("studio.engine.nn.tokens:ClassToken",),
    formula="y = [c, x₁, …, x_T]",
    help=(
        "Puts one learned step before the sequence. It asks all others what it needs to know, so "
        "that its last state, taken with Sequence pool first, stands for the whole."
    ),
    paper="Devlin et al. 2018: BERT; Dosovitskiy et al. 2020: An image is worth 16×16 words",
    synonyms=("cls", "class embedding", "classification token", "vit", "bert"),
)

SEGMENT_EMBEDDING = BlockSpec(
    id="nn.segment_embedding",
    title="Segment embedding",
    family="Position",
    stem="segment",
    inputs=(
        Port("x", "float", (3,)),
        Port("segment", "int", (2,), help="Which part each step belongs to"),
    ),
    params=(Param("segments", 2, low=1, high=10_000, help="How many parts there can be"),),
    infer=_segment,
    init="nn.Embedding({segments}, {features})",
    call="{x} + {self}({segment})",
    summary="{segments}",
    formula="y(t) = x(t) + S[segment(t)]",
    help=(
        "Adds a learned vector for the part that a step belongs to, such as the first and the "
        "second sentence of a pair. BERT adds it to token and position."
    ),
    paper="Devlin et al. 2018: BERT; transformers: BertModel.embeddings.token_type_embeddings",
    synonyms=("token type", "sentence pair", "bert", "segment ids"),
)
