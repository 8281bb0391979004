"""Whose steps an attention map has is traced through the drawing, or left open."""

import pytest

from studio.app.gallery import find_experiment
from studio.compile.source import compile_network
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from tests.helpers.builders import CATALOG, Drawing

WORDS = {"length": 6, "vocabulary": 11}


def looks(experiment: Experiment) -> dict[str, tuple[str, str]]:
    """Return the inputs at the rows and the columns of every attention's map, by its path."""
    blocks = compile_network(experiment, CATALOG).blocks
    return {block.id: (block.queries, block.keys) for block in blocks if "attention" in block.kind}


def embedded(net: Drawing, title: str, **sizes: int) -> str:
    """Place an input of tokens and an embedding, and return the latter."""
    tokens = net.place("io.tokens", title=title, **{**WORDS, **sizes})
    return net.chain(("nn.embedding", {"embedding_dim": 8}), after=tokens)


@pytest.mark.parametrize("name", ["seq2seq-attention", "seq2seq-dot"])
def test_a_decoder_looks_from_one_language_at_the_other(name: str) -> None:
    assert looks(open_file(find_experiment(name))) == {"attention": ("spanish_BT", "english_BT")}


def test_every_layer_of_a_stack_is_traced_by_itself() -> None:
    found = looks(open_file(find_experiment("transformer-base")))

    assert len(found) == 18
    for number in range(1, 7):
        assert found[f"encoder#{number}/attention"] == ("source_BT", "source_BT")
        assert found[f"decoder#{number}/attention"] == ("answer_BT", "answer_BT")
        assert found[f"decoder#{number}/cross_attention"] == ("answer_BT", "source_BT")


def test_a_class_token_or_pixels_leave_it_open() -> None:
    assert set(looks(open_file(find_experiment("vit-fashion"))).values()) == {("", "")}


def test_recurrent_layers_and_what_is_added_to_every_step_keep_it() -> None:
    net = Drawing()
    text = embedded(net, "text")
    states = net.chain("nn.lstm", after=text)
    whole = net.chain(("nn.sequence_pool", {}), ("nn.linear", {"out_features": 64}), after=states)
    one = net.chain(("nn.reshape", {"shape": (1, 64)}), after=whole)
    both = net.place("nn.add")
    for part in (states, one):
        net.wire(part, both)
    net.chain("nn.self_attention", after=both)

    assert set(looks(net.experiment()).values()) == {("text_BT", "text_BT")}


def test_two_texts_that_are_mixed_leave_it_open() -> None:
    net = Drawing()
    both = net.place("nn.add")
    for title in ("one", "other"):
        net.wire(embedded(net, title), both)
    net.chain("nn.self_attention", after=both)

    assert set(looks(net.experiment()).values()) == {("", "")}


def test_steps_in_another_order_or_of_another_number_leave_it_open() -> None:
    for kind, params in (
        ("nn.permute", {"order": (2, 1)}),
        ("nn.slice", {"dim": 1, "start": 2}),
    ):
        net = Drawing()
        text = embedded(net, "text", length=8)
        net.chain((kind, params), "nn.self_attention", after=text)

        assert set(looks(net.experiment()).values()) == {("", "")}, kind


def test_attention_from_parts_is_traced_by_its_queries_and_keys() -> None:
    net = Drawing()
    text, other = embedded(net, "text"), embedded(net, "other", length=9)
    look = net.place("nn.scaled_dot_product_attention", title="look")
    for source, port in ((text, "q"), (other, "k"), (other, "v")):
        net.wire(source, f"{look}.{port}")
    net.chain("nn.self_attention", after=look)

    assert looks(net.experiment()) == {
        "look": ("text_BT", "other_BT"),
        "attention1": ("text_BT", "text_BT"),
    }
