"""The table of an embedding starts as large as a person says."""

import torch
from torch import nn

from studio.compile.source import compile_network
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
