"""What steps do by themselves, and what they remember, equals its published formula."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from studio.engine.nn.constant import Constant
from studio.engine.nn.feed_forward import FeedForward, MixtureOfExperts, SwiGLU
from studio.engine.nn.gates import GRUResetBefore, GRUWithGates, LSTMWithGates
from studio.engine.nn.latent import Noise, VectorQuantizer
from studio.engine.nn.low_rank import LoRALinear
from studio.engine.nn.tokens import ClassToken, LearnedPosition
from tests.helpers.gradients import expect_true_gradients


@pytest.mark.parametrize("bias", [True, False])
def test_an_lstm_with_gates_is_torch_s_and_its_gates_make_the_states(bias: bool) -> None:
    ours = LSTMWithGates(3, 4, bias=bias)
    theirs = nn.LSTM(3, 4, bias=bias, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x_BTD = torch.randn(2, 6, 3)

    y_BTH, gates = ours(x_BTD)

    assert torch.equal(y_BTH, theirs(x_BTD)[0])
    i, f, g, o = gates.chunk(4, dim=2)
    cell_BH = torch.zeros(2, 4)
    for t in range(6):
        cell_BH = f[:, t] * cell_BH + i[:, t] * g[:, t]
        torch.testing.assert_close(y_BTH[:, t], o[:, t] * cell_BH.tanh())


@pytest.mark.parametrize("bias", [True, False])
def test_a_gru_with_gates_is_torch_s_and_its_gates_make_the_states(bias: bool) -> None:
    ours = GRUWithGates(3, 4, bias=bias)
    theirs = nn.GRU(3, 4, bias=bias, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x_BTD = torch.randn(2, 6, 3)

    y_BTH, gates = ours(x_BTD)

    assert torch.equal(y_BTH, theirs(x_BTD)[0])
    _, z, n = gates.chunk(3, dim=2)
    h_BH = torch.zeros(2, 4)
    for t in range(6):
        h_BH = (1 - z[:, t]) * n[:, t] + z[:, t] * h_BH
        torch.testing.assert_close(y_BTH[:, t], h_BH)


def test_a_gru_that_resets_before_the_matrix_is_the_paper_s_in_numpy() -> None:
    gru = GRUResetBefore(3, 4)
    x_TD = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    w, u, b = (weight.detach().numpy() for weight in gru.parameters())

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    h, wanted, wanted_gates = np.zeros(4), [], []
    for x in x_TD:
        r = sigmoid(w[:4] @ x + u[:4] @ h + b[:4])
        z = sigmoid(w[4:8] @ x + u[4:8] @ h + b[4:8])
        n = np.tanh(w[8:] @ x + u[8:] @ (r * h) + b[8:])
        h = (1 - z) * n + z * h
        wanted.append(h)
        wanted_gates.append(np.concatenate([r, z, n]))
    y_BTH, gates = gru(torch.from_numpy(x_TD)[None])

    np.testing.assert_allclose(y_BTH[0].detach().numpy(), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gates[0].detach().numpy(), wanted_gates, rtol=1e-5, atol=1e-6)
    assert sum(weight.numel() for weight in gru.parameters()) == 3 * (4 * (3 + 4) + 4)


@pytest.mark.parametrize("kind", [LSTMWithGates, GRUWithGates, GRUResetBefore])
def test_the_gradients_through_gates_are_true(kind: type[nn.Module]) -> None:
    expect_true_gradients(kind(3, 2), torch.randn(2, 4, 3))


@pytest.mark.parametrize(
    ("name", "bend"),
    [
        ("relu", F.relu),
        ("gelu", F.gelu),
        ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")),
        ("silu", F.silu),
    ],
)
def test_a_feed_forward_network_bends_between_two_maps(name: str, bend) -> None:
    network, x = FeedForward(4, 6, activation=name), torch.randn(2, 3, 4)

    torch.testing.assert_close(network(x), network.down_proj(bend(network.up_proj(x))))


def test_swiglu_is_shazeer_s_formula() -> None:
    network, x = SwiGLU(4, 6), torch.randn(2, 3, 4)
    gate = x @ network.gate_proj.weight.t()

    wanted = (
        gate * gate.sigmoid() * (x @ network.up_proj.weight.t())
    ) @ network.down_proj.weight.t()

    torch.testing.assert_close(network(x), wanted)


@pytest.mark.parametrize("top_k", [1, 2, 4])
def test_a_mixture_asks_the_best_experts_of_every_step(top_k: int) -> None:
    mixture, x_BTD = MixtureOfExperts(3, 5, experts=4, top_k=top_k), torch.randn(2, 6, 3)

    y_BTD, loss = mixture(x_BTD)

    asked = torch.zeros(4)
    probabilities = torch.zeros(4)
    for x, y in zip(x_BTD.flatten(0, 1), y_BTD.flatten(0, 1), strict=True):
        p = (mixture.router.weight @ x).softmax(0)
        best = p.argsort(descending=True)[:top_k]
        wanted = torch.zeros(3)
        for expert in best:
            hidden = F.silu(mixture.gate_proj[expert] @ x) * (mixture.up_proj[expert] @ x)
            wanted = wanted + p[expert] / p[best].sum() * (mixture.down_proj[expert] @ hidden)
        torch.testing.assert_close(y, wanted)
        asked[best] += 1
        probabilities += p
    torch.testing.assert_close(loss, 4 * (asked / asked.sum() * probabilities / 12).sum())


def test_evenly_loaded_experts_have_a_balance_loss_of_one() -> None:
    mixture = MixtureOfExperts(4, 5, experts=4, top_k=1)
    with torch.no_grad():
        mixture.router.weight.copy_(torch.eye(4))

    _, even = mixture(torch.eye(4)[None])
    _, uneven = mixture(torch.eye(4)[:1].expand(1, 4, 4))

    torch.testing.assert_close(even, torch.tensor(1.0))
    assert uneven > 1.5


@pytest.mark.parametrize(
    "module",
    [
        FeedForward(3, 5, activation="gelu"),
        SwiGLU(3, 5, bias=True),
        MixtureOfExperts(3, 4, experts=3, top_k=2),
        LoRALinear(3, 4, rank=2, alpha=3.0),
        LearnedPosition(5, 3),
        ClassToken(3),
    ],
    ids=lambda module: type(module).__name__,
)
def test_the_gradients_of_step_modules_are_true(module: nn.Module) -> None:
    torch.manual_seed(0)  # no two experts may tie for a place

    expect_true_gradients(module, torch.randn(2, 5, 3))


def test_lora_begins_as_the_fixed_map_and_adds_a_thin_product() -> None:
    lora, x = LoRALinear(6, 4, rank=2, alpha=8.0), torch.randn(3, 6)
    assert torch.equal(lora(x), F.linear(x, lora.weight, lora.bias))

    nn.init.normal_(lora.lora_B)
    merged = lora.weight + 8.0 / 2 * lora.lora_B @ lora.lora_A

    torch.testing.assert_close(lora(x), F.linear(x, merged, lora.bias))
    assert [name for name, weight in lora.named_parameters() if weight.requires_grad] == [
        "lora_A",
        "lora_B",
    ]


def test_noise_is_new_at_every_step_and_the_same_whenever_it_is_judged() -> None:
    noise, x = Noise(50, seed=3), torch.zeros(400, 2, dtype=torch.int64)

    first, second = noise(x), noise(x)
    before = torch.get_rng_state()
    held, again = noise.eval()(x), noise(x[:7])

    assert first.shape == held.shape == (400, 50)
    assert not torch.equal(first, second)
    assert torch.equal(held[:1], noise(x[:1]))
    assert again.shape == (7, 50)
    assert torch.equal(torch.get_rng_state(), before), "to judge draws nothing from the run"
    assert float(first.mean()) == pytest.approx(0.0, abs=0.03)
    assert float(held.std()) == pytest.approx(1.0, abs=0.03)
    assert not torch.equal(held, Noise(50, seed=4).eval()(x))
    free = Noise(50, held=False).eval()
    assert not torch.equal(free(x), free(x))


def test_a_quantizer_gives_the_nearest_code_and_passes_the_gradient_on() -> None:
    quantizer = VectorQuantizer(7, 3, beta=0.5)
    nn.init.normal_(quantizer.codebook)
    x = torch.randn(2, 5, 3, requires_grad=True)

    y, loss, code = quantizer(x)

    nearest = torch.cdist(x, quantizer.codebook[None]).argmin(-1)
    squares = (quantizer.codebook[nearest] - x).square()
    assert torch.equal(code, nearest)
    torch.testing.assert_close(y, quantizer.codebook[nearest])
    torch.testing.assert_close(loss, 1.5 * squares.mean())
    (passed,) = torch.autograd.grad(y.sum(), x, retain_graph=True)
    assert torch.equal(passed, torch.ones_like(x))
    to_x, to_codes = torch.autograd.grad(loss, (x, quantizer.codebook))
    pull = 2 * (x - quantizer.codebook[nearest]) / x.numel()
    torch.testing.assert_close(to_x, 0.5 * pull)
    torch.testing.assert_close(
        to_codes, torch.zeros(7, 3).index_add(0, nearest.flatten(), -pull.flatten(0, 1))
    )


def test_the_quantizers_loss_has_the_gradients_of_both_its_halves() -> None:
    torch.manual_seed(0)
    quantizer = VectorQuantizer(4, 3, beta=0.3).double()
    nn.init.normal_(quantizer.codebook)
    x = torch.randn(2, 3, dtype=torch.double)
    codes = quantizer.codebook.detach().clone()

    # Each half holds the other still, so that finite differences are taken of one at a time.
    def pulled(given: Tensor) -> Tensor:
        return quantizer(given)[1]

    def moved(book: Tensor) -> Tensor:
        held = torch.func.functional_call(quantizer, {"codebook": book}, (x,))
        return held[1]

    step = 1e-6
    for function, at, share in ((pulled, x, 0.3 / 1.3), (moved, codes, 1 / 1.3)):
        given = at.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(function(given), given)
        slopes = torch.zeros_like(at)
        for place in range(at.numel()):
            nudge = torch.zeros_like(at).view(-1)
            nudge[place] = step
            nudge = nudge.view_as(at)
            slopes.view(-1)[place] = (function(at + nudge) - function(at - nudge)) / (2 * step)
        # Of the whole loss, which moves in both halves at once, one half is its share.
        torch.testing.assert_close(gradient, share * slopes, atol=1e-7, rtol=1e-6)


def test_the_quantizer_learns_codes_in_the_midst_of_clusters() -> None:
    torch.manual_seed(1)
    middles = torch.tensor([[2.0, 0.0], [-2.0, 1.0], [0.0, -3.0]])
    x = (middles[:, None] + 0.1 * torch.randn(3, 40, 2)).flatten(0, 1)
    quantizer = VectorQuantizer(3, 2)
    with torch.no_grad():
        quantizer.codebook.copy_(x[::40] + 0.5)
    optimizer = torch.optim.Adam(quantizer.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        quantizer(x)[1].backward()
        optimizer.step()

    means = x.view(3, 40, 2).mean(dim=1)
    torch.testing.assert_close(quantizer.codebook.detach(), means, atol=0.02, rtol=0.0)


def test_a_learned_constant_has_true_gradients_and_follows_its_network() -> None:
    learned = Constant((2, 3), 0.5, learned=True)

    expect_true_gradients(learned)
    assert learned().dtype == torch.double, "as the rest of the network"
    assert Constant((2,), 1.0).double()().dtype == torch.double
    assert [*learned.state_dict()] == ["value"]
    assert not Constant((2,), 1.0).state_dict(), "what is fixed is not kept with the weights"


def test_a_constant_is_learned_if_told_to() -> None:
    fixed, learned = Constant((2, 3), 0.5), Constant((2, 3), 0.5, learned=True)

    assert torch.equal(fixed(), torch.full((1, 2, 3), 0.5))
    assert torch.equal(fixed(), learned())
    assert [len(list(module.parameters())) for module in (fixed, learned)] == [0, 1]


def test_a_class_token_comes_first_and_positions_are_added() -> None:
    token, position, x_BTD = ClassToken(3), LearnedPosition(9, 3), torch.randn(2, 5, 3)
    nn.init.normal_(token.token)

    with_token: Tensor = token(x_BTD)

    assert torch.equal(with_token[:, 0], token.token[0].expand(2, 3))
    assert torch.equal(with_token[:, 1:], x_BTD)
    assert torch.equal(position(x_BTD), x_BTD + position.weight[:5])
