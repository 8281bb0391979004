"""Attention of every kind equals torch's, the paper's formula or the same thing done by hand."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from studio.engine.nn.attention_scores import AdditiveAttention, MultiplicativeAttention
from studio.engine.nn.cross_attention import CrossAttention
from studio.engine.nn.grouped_attention import GroupedQueryAttention, RotaryPosition
from tests.helpers.gradients import expect_true_gradients

MASK_BS = torch.tensor([[True] * 5, [True, True, True, False, False]])


@pytest.mark.parametrize("mask_BS", [None, MASK_BS], ids=["all", "padded"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kept", [8, 6])
def test_cross_attention_equals_that_of_torch(
    kept: int, bias: bool, mask_BS: Tensor | None
) -> None:
    ours = CrossAttention(8, 2, memory_features=kept, bias=bias)
    theirs = nn.MultiheadAttention(8, 2, bias=bias, kdim=kept, vdim=kept, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x_BTD, memory_BSM = torch.randn(2, 3, 8), torch.randn(2, 5, kept)
    hidden_BS = None if mask_BS is None else ~mask_BS

    y_BTD, _ = theirs(x_BTD, memory_BSM, memory_BSM, key_padding_mask=hidden_BS)

    torch.testing.assert_close(ours(x_BTD, memory_BSM, mask_BS), y_BTD)


def test_additive_attention_is_bahdanau_s_formula() -> None:
    attention = AdditiveAttention(3, 4, 6)
    query_BTD, memory_BSM = torch.randn(2, 3, 3), torch.randn(2, 5, 4)

    y_BTM, weights_BTS = attention(query_BTD, memory_BSM, MASK_BS)

    w, u, b = attention.query_proj.weight, attention.memory_proj.weight, attention.memory_proj.bias
    for batch, t in [(0, 0), (1, 2)]:
        steps = [s for s in range(5) if MASK_BS[batch, s]]
        scores = torch.stack(
            [
                attention.score.weight[0]
                @ torch.tanh(w @ query_BTD[batch, t] + u @ memory_BSM[batch, s] + b)
                for s in steps
            ]
        )
        a = scores.exp() / scores.exp().sum()
        torch.testing.assert_close(weights_BTS[batch, t, steps], a)
        torch.testing.assert_close(y_BTM[batch, t], a @ memory_BSM[batch, steps])
    assert torch.equal(weights_BTS[1, :, 3:], torch.zeros(3, 2))


def test_multiplicative_attention_is_luong_s_formula() -> None:
    attention = MultiplicativeAttention(3, 4)
    query_BTD, memory_BSM = torch.randn(2, 3, 3), torch.randn(2, 5, 4)

    scores_BTS = query_BTD @ attention.query_proj.weight.t() @ memory_BSM.transpose(1, 2)
    hidden_B1S = ~MASK_BS[:, None]
    weights_BTS = scores_BTS.masked_fill(hidden_B1S, -math.inf).softmax(2)

    torch.testing.assert_close(attention(query_BTD, memory_BSM, MASK_BS), weights_BTS @ memory_BSM)


@pytest.mark.parametrize("interleaved", [True, False])
def test_rotary_positions_turn_complex_numbers(interleaved: bool) -> None:
    x_BNTK = torch.randn(2, 3, 5, 8, dtype=torch.float64)
    first, second = (
        (x_BNTK[..., 0::2], x_BNTK[..., 1::2]) if interleaved else x_BNTK.chunk(2, dim=-1)
    )
    rates = 100.0 ** (-torch.arange(0, 8, 2, dtype=torch.float64) / 8)
    turn_TK = torch.polar(
        torch.ones(5, 4, dtype=torch.float64),
        torch.arange(5, dtype=torch.float64)[:, None] * rates,
    )
    wanted = torch.complex(first, second) * turn_TK

    y = RotaryPosition(9, 8, base=100.0, interleaved=interleaved).double()(x_BNTK)

    first, second = (y[..., 0::2], y[..., 1::2]) if interleaved else y.chunk(2, dim=-1)
    torch.testing.assert_close(torch.complex(first, second), wanted, atol=1e-6, rtol=1e-6)


def test_rotary_products_depend_on_the_distance_alone() -> None:
    rope, q, k = RotaryPosition(20, 8), torch.randn(8), torch.randn(8)
    turned_q, turned_k = rope(q.expand(20, 8)), rope(k.expand(20, 8))

    products = [turned_q[t] @ turned_k[t + 3] for t in (0, 5, 16)]

    torch.testing.assert_close(products[1:], [products[0]] * 2)


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [True, False])
def test_grouped_attention_repeats_keys_and_values(causal: bool, kv_heads: int) -> None:
    rope = RotaryPosition(5, 2)
    ours = GroupedQueryAttention(8, 4, kv_heads, causal=causal, bias=True, rope=rope)
    x_BTD = torch.randn(2, 5, 8)

    heads = []
    for head in range(4):
        group = head // (4 // kv_heads)
        q_BTK = rope(ours.q_proj(x_BTD)[..., 2 * head : 2 * head + 2])
        k_BTK = rope(ours.k_proj(x_BTD)[..., 2 * group : 2 * group + 2])
        v_BTK = ours.v_proj(x_BTD)[..., 2 * group : 2 * group + 2]
        heads.append(F.scaled_dot_product_attention(q_BTK, k_BTK, v_BTK, is_causal=causal))

    torch.testing.assert_close(ours(x_BTD), ours.o_proj(torch.cat(heads, dim=2)))


@pytest.mark.parametrize("causal", [True, False])
def test_grouped_attention_never_looks_at_padding(causal: bool) -> None:
    attention = GroupedQueryAttention(8, 4, 2, causal=causal, rope=RotaryPosition(5, 2))
    x_BTD = torch.randn(2, 5, 8)

    padded = attention(x_BTD, MASK_BS)[1, :3]

    torch.testing.assert_close(padded, attention(x_BTD[1:, :3])[0])


@pytest.mark.parametrize(
    "module",
    [CrossAttention(4, 2, memory_features=3), AdditiveAttention(4, 3, 5)],
    ids=lambda module: type(module).__name__,
)
def test_the_gradients_of_attention_to_a_memory_are_true(module: nn.Module) -> None:
    expect_true_gradients(module, torch.randn(2, 3, 4), torch.randn(2, 5, 3), MASK_BS)


def test_the_gradients_of_multiplicative_attention_are_true() -> None:
    module = MultiplicativeAttention(4, 3)

    expect_true_gradients(module, torch.randn(2, 3, 4), torch.randn(2, 5, 3), MASK_BS)


@pytest.mark.parametrize("causal", [True, False])
def test_the_gradients_of_grouped_attention_are_true(causal: bool) -> None:
    attention = GroupedQueryAttention(8, 4, 2, causal=causal, rope=RotaryPosition(5, 2))

    expect_true_gradients(attention, torch.randn(2, 5, 8), MASK_BS)


@pytest.mark.parametrize("interleaved", [True, False])
def test_the_gradients_through_rotary_positions_are_true(interleaved: bool) -> None:
    expect_true_gradients(RotaryPosition(4, 6, interleaved=interleaved), torch.randn(2, 4, 6))
