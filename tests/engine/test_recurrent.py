"""Recurrent layers read each sequence to its own end, and can be told how long to remember."""

import math

import pytest
import torch
from torch import Tensor, nn

from studio.compile.source import compile_network
from studio.core.experiment import Experiment
from studio.core.params import Value
from studio.engine.nn.recurrent import packed, remembering, unpacked
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import built

LAYERS = {"nn.rnn": nn.RNN, "nn.lstm": nn.LSTM, "nn.gru": nn.GRU}
TOKENS = torch.tensor(
    [[3, 1, 4, 1, 5, 2], [2, 6, 0, 0, 0, 0], [5, 0, 3, 0, 0, 0], [0, 0, 0, 0, 0, 0]]
)
LENGTHS = [6, 2, 3, 1]
"""A blank between two tokens is read; of a text without any token, one step is."""


def reader(kind: str, **params: Value) -> nn.Module:
    """Return a recurrent layer over embedded tokens, where token 0 fills short texts."""
    net = Drawing("Reader")
    tokens = net.place("io.tokens", length=6, vocabulary=7)
    layer = net.chain(
        ("nn.embedding", {"embedding_dim": 5}), (kind, {"hidden_size": 4, **params}), after=tokens
    )
    net.wire(net.chain("nn.padding_mask", after=tokens), f"{layer}.mask")
    return built(compile_network(net.experiment(), CATALOG))


def recurrent(module: nn.Module) -> tuple[nn.Module, nn.Module]:
    embedding, layer = module.children()
    return embedding, layer


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_every_sequence_of_a_batch_is_read_as_if_it_were_alone(
    kind: str, bidirectional: bool, num_layers: int
) -> None:
    module = reader(kind, bidirectional=bidirectional, num_layers=num_layers)
    embedding, layer = recurrent(module)

    y_BTH = module(TOKENS)

    for row, length in enumerate(LENGTHS):
        alone, _ = layer(embedding(TOKENS[row : row + 1, :length]))
        torch.testing.assert_close(y_BTH[row, :length], alone[0])
        assert not y_BTH[row, length:].any()


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_state_is_that_of_the_last_token_and_not_of_the_padding(
    kind: str, bidirectional: bool
) -> None:
    module = reader(kind, bidirectional=bidirectional, output="last")
    embedding, layer = recurrent(module)

    y_BH = module(TOKENS)

    for row, length in enumerate(LENGTHS):
        _, state = layer(embedding(TOKENS[row : row + 1, :length]))
        h_LBH = state[0] if isinstance(state, tuple) else state
        torch.testing.assert_close(y_BH[row], h_LBH[:, 0].flatten())


def test_what_stands_in_the_padding_changes_nothing() -> None:
    mask_BT = torch.tensor([[True, True, False], [True, True, True]])
    x_BTD = torch.randn(2, 3, 4)
    other_BTD = torch.where(mask_BT.unsqueeze(2), x_BTD, 9.0)
    layer = nn.GRU(4, 3, batch_first=True)

    y_BTH, other_BTH = (unpacked(layer(packed(x, mask_BT))[0], 3) for x in (x_BTD, other_BTD))

    assert torch.equal(y_BTH, other_BTH)


@pytest.mark.parametrize("kind", LAYERS)
def test_gradients_through_padded_sequences_are_those_of_the_sequences_alone(kind: str) -> None:
    module = reader(kind, output="last")
    embedding, layer = recurrent(module)
    module(TOKENS).square().sum().backward()
    batched = [weight.grad.clone() for weight in layer.parameters() if weight.grad is not None]
    module.zero_grad()

    total = torch.zeros(())
    for row, length in enumerate(LENGTHS):
        _, state = layer(embedding(TOKENS[row : row + 1, :length]))
        h_LBH = state[0] if isinstance(state, tuple) else state
        total = total + h_LBH.square().sum()
    total.backward()

    alone = [weight.grad for weight in layer.parameters()]
    for one, other in zip(batched, alone, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("kind", ["nn.lstm", "nn.gru"])
@pytest.mark.parametrize("steps", [50, 500])
def test_a_layer_told_to_remember_keeps_its_state_for_about_so_many_steps(
    kind: str, steps: int
) -> None:
    torch.manual_seed(0)
    layer = remembering(LAYERS[kind](3, 400, num_layers=2, bidirectional=True), steps)

    for ending in ("l0", "l0_reverse", "l1", "l1_reverse"):
        biases = (layer.get_parameter(f"bias_{side}_{ending}") for side in ("ih", "hh"))
        keep = sum(bias[400:800] for bias in biases)
        assert isinstance(keep, Tensor)
        # 1 / (1 - σ(b)) is how many steps a gate holds its memory; their mean is half of the most.
        times = 1 / (1 - keep.detach().sigmoid())
        assert times.min() >= 2 - 1e-4
        assert times.max() <= steps + 0.01 * steps
        assert math.isclose(float(times.mean()), (2 + steps) / 2, rel_tol=0.15)


def test_an_lstm_told_to_remember_writes_as_little_as_it_forgets() -> None:
    layer = remembering(nn.LSTM(3, 8), 100)
    both = layer.get_parameter("bias_ih_l0") + layer.get_parameter("bias_hh_l0")
    i, f, _, _ = both.chunk(4)

    torch.testing.assert_close(i, -f)


def test_the_program_copies_only_what_it_uses() -> None:
    plain, remembers = (compile_network(_reads(memory=memory), CATALOG).text for memory in (0, 30))

    assert "def remembering" not in plain
    assert "pack" not in plain
    assert "self.lstm1 = remembering(nn.LSTM(3, 64, batch_first=True), 30)" in remembers
    assert "def remembering" in remembers
    assert "def packed" not in remembers


def _reads(**params: Value) -> Experiment:
    net = Drawing("Reader")
    net.chain(("io.sequence", {"length": 4, "features": 3}), ("nn.lstm", params))
    return net.experiment()
