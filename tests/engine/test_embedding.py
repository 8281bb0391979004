"""The table of an embedding starts as large as a person says."""

import torch
from torch import nn

from studio.compile.source import compile_network
from studio.core.taking_part import Share
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import built


def table(**params: float) -> nn.Embedding:
    net = Drawing("Table")
    net.chain(("io.tokens", {"length": 6, "vocabulary": 500}), ("nn.embedding", params))
    torch.manual_seed(0)
    (layer,) = built(compile_network(net.experiment(), CATALOG)).children()
    assert isinstance(layer, nn.Embedding)
    return layer


def test_a_table_starts_with_the_deviation_that_is_set_and_learns() -> None:
    weight = table(std=0.02, embedding_dim=64).weight

    assert abs(float(weight.detach().std()) - 0.02) < 0.001
    assert weight.requires_grad


def test_a_table_starts_as_torch_draws_it_where_nothing_is_set() -> None:
    torch.manual_seed(0)
    expected = nn.Embedding(500, 32).weight

    torch.testing.assert_close(table().weight, expected)


def test_two_sentences_of_one_column_go_through_the_same_table() -> None:
    net = Drawing("Siamese")
    pair = net.place("io.token_pair", length=6, vocabulary=500)
    one = net.chain(("nn.pick", {"index": 0}), "nn.embedding", after=pair)
    other = net.chain(("nn.pick", {"index": 1}), "nn.embedding", after=pair)
    net.wire(one, net.place("io.output", title="one"))
    net.wire(other, net.place("io.output", title="other"))
    program = compile_network(Share((other,), one)(net.experiment()), CATALOG)
    pairs = torch.randint(0, 500, (3, 2, 6))

    module = built(program)
    values = dict(zip(program.outputs, module(pairs), strict=True))

    (layer,) = module.children()
    torch.testing.assert_close(values["one_BTD"], layer(pairs[:, 0]))
    torch.testing.assert_close(values["other_BTD"], layer(pairs[:, 1]))
