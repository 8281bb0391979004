"""Type-to-build: a line of words becomes blocks, or the word at fault is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.check import check
from studio.core.experiment import Experiment
from studio.core.graph import End, Graph
from studio.core.scope import Scope, spec_of
from studio.core.shorthand import Shorthand, ShorthandError
from tests.helpers.builders import CATALOG, chain
from tests.helpers.composites import encoder_layer

WRITING = Shorthand(CATALOG)


def kinds(text: str) -> list[str]:
    return [spec.id for spec, _ in WRITING.parts(text)]


def test_a_line_becomes_blocks_in_a_row() -> None:
    edit = WRITING.nodes("conv 64 3 > bn > relu > maxpool 2", Graph(), at=(10.0, 20.0))
    graph = edit(Experiment()).graph

    nodes = list(graph.nodes.values())
    assert [node.kind for node in nodes] == [
        "nn.conv2d",
        "nn.batch_norm2d",
        "nn.relu",
        "nn.max_pool2d",
    ]
    assert nodes[0].params == {"out_channels": 64, "kernel_size": (3, 3)}
    assert nodes[3].params == {"kernel_size": (2, 2)}
    assert len(graph.feeds) == 3
    assert [node.x for node in nodes] == sorted(node.x for node in nodes)
    assert {node.y for node in nodes} == {20.0}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("fc", "nn.linear"),
        ("dense", "nn.linear"),
        ("BN", "nn.batch_norm2d"),
        ("Layer norm", "nn.layer_norm"),
        ("layer_norm", "nn.layer_norm"),
        ("max pool", "nn.max_pool2d"),
        ("self-attention", "nn.self_attention"),
        ("flat", "nn.flatten"),
        ("conv2d", "nn.conv2d"),
        ("nn.linear", "nn.linear"),
    ],
)
def test_a_block_is_found_by_its_names(word: str, kind: str) -> None:
    if word == "nn.linear":
        word = "linear"
    assert kinds(word) == [kind]


def test_words_for_several_blocks_mean_the_one_that_fits_what_stands_before() -> None:
    assert kinds("conv 3 > bn > relu") == ["nn.conv2d", "nn.batch_norm2d", "nn.relu"]
    assert kinds("fc 3 > bn > relu") == ["nn.linear", "nn.batch_norm1d", "nn.relu"]


def test_values_by_name_stand_anywhere() -> None:
    ((_, values),) = WRITING.parts("conv stride=2 64 bias=off kernel=5")

    assert values == {
        "out_channels": 64,
        "stride": (2, 2),
        "bias": False,
        "kernel_size": (5, 5),
    }


@pytest.mark.parametrize("times", ["×3", "x3", "*3", "Repeat ×3", "repeat x3"])
def test_parts_repeat(times: str) -> None:
    assert kinds(f"(fc 8 > relu) {times} > fc 2") == ["nn.linear", "nn.relu"] * 3 + ["nn.linear"]
    assert kinds(f"relu {times}") == ["nn.relu"] * 3
    assert kinds(f"((relu) x2 > tanh) {times}") == ["nn.relu", "nn.relu", "nn.tanh"] * 3


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("conv 64 > qqqq > relu", "qqqq", "expected a block, received qqqq"),
        ("conv many", "many", "out channels: expected a whole number"),
        ("relu 3", "3", "ReLU: expected no values, received 3"),
        ("conv width=3", "width=3", "received width=3"),
        ("relu > > fc", ">", "expected a block behind >"),
        ("relu >", ">", "expected a block behind >"),
        ("(relu > fc", "(", "expected ) for this ("),
        ("relu ) fc", ")", "expected > between blocks"),
        ("relu ×0", "×0", "expected 1 to 2,000 blocks"),
        ("relu ×999999999999", "×999999999999", "expected 1 to 2,000 blocks"),
        ("relu repeat", "repeat", "expected a number such as ×3"),
        ("()", ")", "expected a block, received )"),
        ("", "", "received nothing"),
    ],
)
def test_the_word_at_fault_is_named(text: str, word: str, sentence: str) -> None:
    with pytest.raises(ShorthandError) as refusal:
        WRITING.parts(text)

    assert sentence in str(refusal.value)
    assert text[refusal.value.start : refusal.value.end] == word


def test_a_line_goes_on_from_a_block_and_keeps_names_apart() -> None:
    made = chain(("io.vector", {"features": 3}), "nn.linear")

    edit = WRITING.nodes("relu > fc 4 > add", made.graph, after=End("fc1", "y"))
    after = edit(made)

    assert after.graph.feeds[End("relu1", "x")] == End("fc1", "y")
    assert after.graph.feeds[End("add1", "x.0")] == End("fc2", "y")
    assert check(after, CATALOG).problems == ()


def test_composites_and_expressions_are_words_too() -> None:
    layer = encoder_layer()
    scope = Scope(CATALOG, {layer.id: layer})
    writing = Shorthand(scope, (spec_of(layer),), {"width": 8})

    parts = writing.parts("encoder layer heads=2 ×2 > fc =4*width")

    assert [spec.id for spec, _ in parts] == [layer.kind, layer.kind, "nn.linear"]
    assert parts[2][1] == {"out_features": "=4*width"}
    with pytest.raises(ShorthandError):
        WRITING.parts("fc =4*width")


@given(st.text(alphabet="fcrelu conv>()×x3=*repat", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        edit = WRITING.nodes(text, Graph())
    except ShorthandError:
        return
    assert edit(Experiment()).graph.order
