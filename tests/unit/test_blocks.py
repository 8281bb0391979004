"""The catalogue: every block explains itself, and inputs fit the data they are given."""

import re

import pytest

from studio.core.blocks import BlockSpec
from studio.core.check import check
from studio.core.params import Params, complete
from studio.core.recipes import Column
from studio.core.shapes import Shapes
from tests.helpers.builders import CATALOG, Drawing, chain

ALL = list(CATALOG.blocks.values())
ISSUED = """
io.image io.vector io.sequence io.tokens io.target nn.linear nn.conv2d nn.max_pool2d nn.avg_pool2d
nn.global_avg_pool2d nn.flatten nn.relu nn.leaky_relu nn.gelu nn.sigmoid nn.tanh nn.softmax
nn.batch_norm1d nn.batch_norm2d nn.layer_norm nn.dropout nn.embedding nn.sinusoidal_position nn.rnn
nn.lstm nn.gru nn.self_attention nn.add nn.concat nn.multiply nn.reshape nn.permute
nn.sequence_pool loss.cross_entropy loss.mse
"""
COLUMNS = {
    "io.image": [Column("photo", "input", (3, 8, 9))],
    "io.vector": [Column("row", "input", (13,))],
    "io.sequence": [Column("series", "input", (20, 4))],
    "io.tokens": [Column("text", "input", (12,), "int", 26)],
    "io.token_pair": [Column("pair", "input", (2, 12), "int", 26)],
    "io.target": [
        Column("class", "target", (), "int", 3),
        Column("next", "target", (12,), "int", 26),
        Column("price", "target", (2,)),
    ],
}


def test_every_block_of_the_first_release_is_declared() -> None:
    assert set(ISSUED.split()) <= CATALOG.blocks.keys()


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.id)
def test_a_block_explains_itself(spec: BlockSpec) -> None:
    sentences = re.findall(r"[.:;?](?:\s|$)", spec.help)

    assert spec.formula
    assert 2 <= len(sentences) <= 5, spec.help
    assert spec.help.endswith(".")
    assert spec.paper
    assert spec.synonyms
    assert spec.stem.isidentifier()
    assert spec.family[:1].isupper()


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.id)
def test_the_line_on_the_card_names_parameters(spec: BlockSpec) -> None:
    named = re.findall(r"\{(\w+)\}", spec.summary)

    assert all(spec.param(name) for name in named)


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.id)
def test_defaults_fit_their_own_parameters(spec: BlockSpec) -> None:
    for param in spec.params:
        assert param.fit(param.default) == param.default
        assert param.kind in {"text", "choice", "bool"} or param.low is not None


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.id)
def test_ports_and_parameters_share_no_name(spec: BlockSpec) -> None:
    names = [item.name for item in (*spec.inputs, *spec.outputs, *spec.params)]

    assert len(names) == len(set(names))
    assert "self" not in names


@pytest.mark.parametrize(
    ("kind", "column"),
    [(kind, column) for kind, columns in COLUMNS.items() for column in columns],
    ids=lambda value: getattr(value, "name", value),
)
def test_an_input_takes_its_sizes_from_the_data(kind: str, column: Column) -> None:
    spec = CATALOG.blocks[kind]
    assert spec.fit is not None

    fitted = spec.fit(column)

    assert fitted is not None
    shape = spec.infer(Shapes({}), Params(complete(spec.params, fitted))).outputs["y"]
    assert shape == column.batched


@pytest.mark.parametrize("kind", COLUMNS)
def test_an_input_leaves_columns_of_other_forms_alone(kind: str) -> None:
    fit = CATALOG.blocks[kind].fit
    assert fit is not None

    assert fit(Column("odd", "input", (1, 2, 3, 4))) is None
    assert fit(Column("flags", "input", (7,), "bool")) is None


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ({"features": 5}, {"classes": 4}, "expected one score for each of 4 classes, received 5"),
        (
            {"features": 5},
            {"form": "tokens", "classes": 5, "length": 3},
            "expected scores B×3×classes, received B×5",
        ),
        (
            {"features": 5},
            {"form": "value", "width": 5},
            "expected tokens or classes, received vector B×5",
        ),
    ],
)
def test_cross_entropy_says_which_scores_it_expects(source, target, sentence: str) -> None:
    net = Drawing()
    net.loss(net.chain(("io.vector", source)), **target)

    (problem,) = check(net.experiment(), CATALOG).problems

    assert problem.message == f"loss1: {sentence}"


def test_squared_error_compares_equal_shapes_only() -> None:
    net = Drawing()
    net.loss(net.chain(("io.vector", {"features": 5})), "loss.mse", form="value", width=1)

    (problem,) = check(net.experiment(), CATALOG).problems

    assert problem.message == "loss1: expected B×1 as the target, received B×5"


@pytest.mark.parametrize(
    ("params", "shape"),
    [
        ({}, "B×4×4×5"),
        ({"ceil_mode": True}, "B×4×5×5"),
        ({"stride": (1, 1)}, "B×4×8×9"),
        ({"kernel_size": (3, 3), "padding": (1, 1)}, "B×4×3×4"),
    ],
)
def test_pooling_shrinks_as_told(params, shape: str) -> None:
    experiment = chain(
        ("io.image", {"channels": 4, "height": 9, "width": 10}), ("nn.max_pool2d", params)
    )

    assert str(check(experiment, CATALOG).blocks["pool1"].outputs["y"]) == shape


def test_a_recurrent_layer_counts_torch_s_two_biases() -> None:
    experiment = chain(
        ("io.sequence", {"length": 10, "features": 3}), ("nn.lstm", {"hidden_size": 5})
    )

    facts = check(experiment, CATALOG).blocks["lstm1"]

    assert facts.parameters == 4 * (5 * (3 + 5) + 2 * 5)
    assert facts.macs == 10 * 4 * 5 * (3 + 5)


def test_a_concat_that_does_not_fit_names_the_slot() -> None:
    net = Drawing()
    joined = net.place("nn.concat", dim=2)
    net.wire(net.place("io.sequence", length=4, features=3), joined)
    net.wire(net.place("io.sequence", length=5, features=3), joined)

    (problem,) = check(net.experiment(), CATALOG).problems

    assert problem.port == "x.1"
    assert problem.message == (
        "concat1: expected shapes that differ in axis 2 only, received B×4×3 and B×5×3"
    )
