"""Recurrent layers read each sequence to its own end, and can be told how long to remember."""

import copy
import math

import pytest
import torch
from torch import Tensor, nn

from studio.compile.source import compile_network
from studio.core.errors import CompileError
from studio.core.experiment import Experiment
from studio.core.params import Value
from studio.engine.nn.recurrent import packed, remembering, unpacked
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.gradients import expect_true_gradients
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


# One bias a gate, as the papers count


def alone(kind: str, **params: Value) -> nn.Module:
    """Return a recurrent layer over real numbers, five at each of six steps."""
    net = Drawing("Reader")
    net.chain(("io.sequence", {"length": 6, "features": 5}), (kind, {"hidden_size": 4, **params}))
    return built(compile_network(net.experiment(), CATALOG))


@pytest.mark.parametrize(("kind", "gates"), [("nn.rnn", 1), ("nn.lstm", 4), ("nn.gru", 3)], ids=str)
def test_with_one_bias_a_layer_has_as_many_weights_as_the_papers_count(
    kind: str, gates: int
) -> None:
    d, u = 5, 4
    module = alone(kind, one_bias=True)

    assert sum(weight.numel() for weight in module.parameters()) == gates * (u * (d + u) + u)
    assert sum(weight.numel() for weight in alone(kind).parameters()) == gates * (
        u * (d + u) + 2 * u
    )


@pytest.mark.parametrize("kind", LAYERS)
def test_one_bias_computes_what_two_do_of_which_the_second_is_zero(kind: str) -> None:
    params: dict[str, Value] = {"num_layers": 2, "bidirectional": True}
    one, two = alone(kind, one_bias=True, **params), alone(kind, **params)
    for name, value in two.state_dict().items():
        if "bias_hh" in name:
            value.zero_()
        else:
            one.state_dict()[name].copy_(value)
    x_BTD = torch.randn(3, 6, 5)

    for _ in range(2):  # as first drawn, and after a step of training
        torch.testing.assert_close(one(x_BTD), two(x_BTD))
        for module in (one, two):
            module.zero_grad()
            module(x_BTD).square().sum().backward()
            with torch.no_grad():
                for name, weight in module.named_parameters():
                    if "bias_hh" not in name:
                        assert weight.grad is not None
                        weight.sub_(0.01 * weight.grad)


def test_one_bias_stays_so_in_double_precision_in_a_copy_and_with_loaded_weights() -> None:
    module = alone("nn.lstm", one_bias=True)
    x_BTD = torch.randn(2, 6, 5)
    other = alone("nn.lstm", one_bias=True)
    other.load_state_dict(module.state_dict())

    torch.testing.assert_close(other(x_BTD), module(x_BTD))
    twin = copy.deepcopy(module).double()
    torch.testing.assert_close(twin(x_BTD.double()).float(), module(x_BTD))
    expect_true_gradients(twin, x_BTD)


def test_one_bias_and_memory_go_together() -> None:
    layer = next(alone("nn.lstm", one_bias=True, memory=30).children())
    assert isinstance(layer, nn.LSTM)

    forget = layer.bias_ih_l0.detach()[4:8].sigmoid()
    assert bool((forget >= 0.5).all())
    assert not layer.bias_hh_l0.any()
    with pytest.raises(CompileError, match="expected a bias, of which there is to be one"):
        alone("nn.gru", one_bias=True, bias=False)
