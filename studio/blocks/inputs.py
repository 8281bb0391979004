"""Where data enter the drawing: inputs, and the targets that losses compare with."""

from collections.abc import Mapping

from studio.api import BlockSpec, Column, Inferred, Param, Params, Port, Shape, Shapes, Value, gives

_COLUMN = Param(
    "column", "", help="Name of the column of the data; empty takes the first that fits the role"
)


def _image(_: Shapes, p: Params) -> Inferred:
    return gives(Shape(("B", p.whole("channels"), p.whole("height"), p.whole("width"))))


def _image_params(column: Column) -> Mapping[str, Value] | None:
    match column:
        case Column(shape=(channels, height, width), dtype="float"):
            return {"channels": channels, "height": height, "width": width}
    return None


def _vector(_: Shapes, p: Params) -> Inferred:
    return gives(Shape(("B", p.whole("features"))))


def _vector_params(column: Column) -> Mapping[str, Value] | None:
    match column:
        case Column(shape=(features,), dtype="float"):
            return {"features": features}
    return None


def _sequence(_: Shapes, p: Params) -> Inferred:
    return gives(Shape(("B", p.whole("length"), p.whole("features"))))


def _sequence_params(column: Column) -> Mapping[str, Value] | None:
    match column:
        case Column(shape=(length, features), dtype="float"):
            return {"length": length, "features": features}
    return None


def _tokens(_: Shapes, p: Params) -> Inferred:
    return gives(Shape(("B", p.whole("length")), "int", p.whole("vocabulary")))


def _tokens_params(column: Column) -> Mapping[str, Value] | None:
    match column:
        case Column(shape=(length,), dtype="int", limit=int(vocabulary)):
            return {"length": length, "vocabulary": vocabulary}
    return None


def _token_pair(_: Shapes, p: Params) -> Inferred:
    return gives(Shape(("B", 2, p.whole("length")), "int", p.whole("vocabulary")))


def _token_pair_params(column: Column) -> Mapping[str, Value] | None:
    match column:
        case Column(shape=(2, length), dtype="int", limit=int(vocabulary)):
            return {"length": length, "vocabulary": vocabulary}
    return None


def _target(_: Shapes, p: Params) -> Inferred:
    match p.text("form"):
        case "class":
            return gives(Shape(("B",), "int", p.whole("classes")))
        case "tokens":
            return gives(Shape(("B", p.whole("length")), "int", p.whole("classes")))
        case _:
            return gives(Shape(("B", p.whole("width"))))


def _target_params(column: Column) -> Mapping[str, Value] | None:
    match column:
        case Column(shape=(), dtype="int", limit=int(classes)):
            return {"form": "class", "classes": classes}
        case Column(shape=(length,), dtype="int", limit=int(classes)):
            return {"form": "tokens", "classes": classes, "length": length}
        case Column(shape=(width,), dtype="float"):
            return {"form": "value", "width": width}
    return None


IMAGE = BlockSpec(
    id="io.image",
    title="Image",
    family="Input",
    common=True,
    role="input",
    stem="image",
    inputs=(),
    params=(
        Param("channels", 1, low=1, high=4096, help="1 for grey, 3 for colour"),
        Param("height", 28, low=1, high=65_536, unit="px"),
        Param("width", 28, low=1, high=65_536, unit="px"),
        _COLUMN,
    ),
    infer=_image,
    fit=_image_params,
    summary="{channels}×{height}×{width}",
    formula="x ∈ ℝ^(B×C×H×W)",
    help=(
        "A batch of pictures. Axes stand in PyTorch's order: batch, channels, height, width. "
        "The sizes must be those of the data; choosing data sets them for you."
    ),
    paper="PyTorch: torch.Tensor in NCHW layout",
    synonyms=("input", "picture", "photo", "pixels"),
)

VECTOR = BlockSpec(
    id="io.vector",
    title="Vector",
    family="Input",
    common=True,
    role="input",
    stem="vector",
    inputs=(),
    params=(
        Param("features", 2, low=1, high=10_000_000, help="Numbers in one sample"),
        _COLUMN,
    ),
    infer=_vector,
    fit=_vector_params,
    summary="{features}",
    formula="x ∈ ℝ^(B×D)",
    help=(
        "A batch of rows of a table: each sample is a list of numbers. Features of very different "
        "size learn badly, so sources of tables standardise them."
    ),
    paper="PyTorch: torch.Tensor",
    synonyms=("input", "table", "features", "tabular"),
)

SEQUENCE = BlockSpec(
    id="io.sequence",
    title="Sequence",
    family="Input",
    common=True,
    role="input",
    stem="sequence",
    inputs=(),
    params=(
        Param("length", 16, low=1, high=1_000_000, unit="steps"),
        Param("features", 1, low=1, high=1_000_000, help="Numbers at each step"),
        _COLUMN,
    ),
    infer=_sequence,
    fit=_sequence_params,
    summary="{length}×{features}",
    formula="x ∈ ℝ^(B×T×D)",
    help=(
        "A batch of series: at each of T steps a list of D numbers, such as a sensor's readings. "
        "The batch comes first, as everywhere in the studio (batch_first in PyTorch's words)."
    ),
    paper="PyTorch: torch.nn.LSTM with batch_first=True",
    synonyms=("input", "time series", "signal"),
)

TOKENS = BlockSpec(
    id="io.tokens",
    title="Tokens",
    family="Input",
    common=True,
    role="input",
    stem="tokens",
    inputs=(),
    params=(
        Param("length", 16, low=1, high=1_000_000, unit="tokens"),
        Param("vocabulary", 32, low=1, high=10_000_000, help="How many different tokens there are"),
        _COLUMN,
    ),
    infer=_tokens,
    fit=_tokens_params,
    summary="{length} steps · {vocabulary} tokens",
    formula="x ∈ {0, …, V−1}^(B×T)",
    help=(
        "A batch of texts as whole numbers, one for each character or word. A token's number says "
        "nothing about its meaning: put an Embedding behind it to give each a vector of its own."
    ),
    paper="PyTorch: torch.nn.Embedding",
    synonyms=("input", "text", "characters", "words", "symbols"),
)

TOKEN_PAIR = BlockSpec(
    id="io.token_pair",
    title="Token pair",
    family="Input",
    role="input",
    stem="pair",
    inputs=(),
    params=(
        Param("length", 16, low=1, high=1_000_000, unit="tokens", help="Tokens of each text"),
        Param("vocabulary", 32, low=1, high=10_000_000, help="How many different tokens there are"),
        _COLUMN,
    ),
    infer=_token_pair,
    fit=_token_pair_params,
    summary="2×{length} steps · {vocabulary} tokens",
    formula="x ∈ {0, …, V−1}^(B×2×T)",
    help=(
        "A batch of two texts that belong together, of one length and one vocabulary: a question "
        "and an answer, a sentence and its paraphrase. Pick on axis 1 takes one of them. Two texts "
        "in one row with a mark of which is which are two Tokens inputs and a Segment embedding."
    ),
    paper="Bromley et al. 1993: Signature verification using a siamese network",
    synonyms=("input", "two sentences", "sentence pair", "siamese", "question and answer"),
)

TARGET = BlockSpec(
    id="io.target",
    title="Target",
    family="Input",
    common=True,
    role="target",
    stem="target",
    inputs=(),
    params=(
        Param(
            "form",
            "class",
            choices=("class", "tokens", "value"),
            help="One class a sample, one token a step, or real numbers",
        ),
        Param("classes", 10, low=1, high=10_000_000, help="How many classes or tokens there are"),
        Param("length", 16, low=1, high=1_000_000, unit="tokens", help="Steps, for tokens"),
        Param("width", 1, low=1, high=1_000_000, help="Numbers a sample, for values"),
        _COLUMN,
    ),
    infer=_target,
    fit=_target_params,
    summary="{form}",
    formula="t",
    help=(
        "What the network should answer, known for every sample of the training data. Only losses "
        "may look at it; whatever depends on a target is left out when the network predicts."
    ),
    paper="Goodfellow, Bengio, Courville 2016: Deep Learning, chapter 5.1",
    synonyms=("label", "labels", "class", "y", "truth", "answer"),
    outputs=(Port("y", None),),
)
