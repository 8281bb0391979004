"""A cache changes how much is computed, never what: every step's scores are those of the whole."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from studio.engine.nn.attention import SelfAttention
from studio.engine.nn.caching import caching
from studio.engine.nn.cross_attention import CrossAttention
from studio.engine.nn.grouped_attention import GroupedQueryAttention, RotaryPosition
from studio.engine.nn.position import SinusoidalPosition
from studio.engine.nn.tokens import LearnedPosition

CHUNKS = [(4, 1, 1, 1), (1,) * 7, (3, 4), (7,)]


class Steps(nn.Module):
    """A position and an attention, as a drawing has them in a row."""

    def __init__(self, position: nn.Module, attention: nn.Module) -> None:
        super().__init__()
        self.position, self.attention = position, attention

    def forward(self, x_BTD: Tensor, mask_BT: Tensor | None = None) -> Tensor:
        placed_BTD = self.position(x_BTD)
        given = () if mask_BT is None else (mask_BT,)
        return placed_BTD + self.attention(placed_BTD, *given)


def grouped(groups: int, *, interleaved: bool = False) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        rope = RotaryPosition(9, 4, interleaved=interleaved)
        attention = GroupedQueryAttention(16, 4, groups, causal=True, bias=True, rope=rope)
        return Steps(nn.Identity(), attention)

    return make


MODELS = {
    "learned positions": lambda: Steps(LearnedPosition(9, 16), SelfAttention(16, 4, causal=True)),
    "sines": lambda: Steps(SinusoidalPosition(9, 16), SelfAttention(16, 2, causal=True)),
    "RoPE, all heads": grouped(4),
    "RoPE, groups": grouped(2),
    "RoPE, one group": grouped(1, interleaved=True),
}


@pytest.mark.parametrize("chunks", CHUNKS, ids=str)
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_steps_read_bit_by_bit_give_what_the_whole_gives(
    make: Callable[[], nn.Module], chunks: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    model, x_BTD = make().eval(), torch.randn(2, 7, 16)

    with torch.no_grad(), caching(model, steps=9) as cache:
        parts = [cache.read(model, part) for part in x_BTD.split(chunks, dim=1)]

    torch.testing.assert_close(torch.cat(parts, dim=1), model(x_BTD), atol=1e-5, rtol=0)


def test_a_mask_of_the_steps_grows_with_them() -> None:
    torch.manual_seed(0)
    model, x_BTD = MODELS["learned positions"]().eval(), torch.randn(2, 6, 16)
    mask_BT = torch.tensor([[True, False, True, True, True, True], [True] * 6])

    with torch.no_grad(), caching(model, steps=9) as cache:
        parts = [
            cache.read(model, x, mask, new=0)
            for x, mask in zip(x_BTD.split(2, 1), mask_BT.split(2, 1), strict=True)
        ]

    torch.testing.assert_close(torch.cat(parts, dim=1), model(x_BTD, mask_BT), atol=1e-5, rtol=0)


def test_a_memory_is_projected_once_and_counted() -> None:
    torch.manual_seed(0)
    attention = CrossAttention(8, 2).eval()
    x_BTD, memory_BSM = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    wanted_BTD = attention(x_BTD, memory_BSM)

    with torch.no_grad(), caching(attention, steps=9) as cache:
        first = cache.read(attention, x_BTD[:, :1], memory_BSM, new=0)
        rest = cache.read(attention, x_BTD[:, 1:], torch.zeros(2, 5, 8), new=0)

    torch.testing.assert_close(torch.cat([first, rest], 1), wanted_BTD, atol=1e-5, rtol=0)
    assert cache.size == 2 * (2 * 5 * 8) * 4


@pytest.mark.parametrize(("groups", "numbers"), [(4, 16), (2, 8), (1, 4)])
def test_a_cache_holds_only_the_shared_keys_and_values(groups: int, numbers: int) -> None:
    model = grouped(groups)().eval()

    with torch.no_grad(), caching(model, steps=9) as cache:
        cache.read(model, torch.randn(2, 5, 16))

    assert cache.size == 2 * (2 * 5 * numbers) * 4  # keys and values, float32


def test_a_search_goes_on_with_the_rows_it_chooses() -> None:
    torch.manual_seed(0)
    model, x_BTD = grouped(2)().eval(), torch.randn(3, 6, 16)
    rows = torch.tensor([2, 2, 0])

    with torch.no_grad(), caching(model, steps=9) as cache:
        cache.read(model, x_BTD[:, :5])
        cache.select(rows)
        last = cache.read(model, x_BTD[rows, 5:])

    torch.testing.assert_close(last, model(x_BTD[rows])[:, 5:], atol=1e-5, rtol=0)


def test_an_encoder_is_asked_once() -> None:
    encoder = nn.Linear(4, 4)
    calls: list[int] = []
    encoder.register_forward_hook(lambda *_: calls.append(1))
    model = nn.Sequential(encoder)
    inner = encoder.forward
    asked: list[int] = []

    def forward(x: Tensor) -> Tensor:
        asked.append(1)
        return inner(x)

    encoder.forward = forward
    with torch.no_grad(), caching(model, steps=4, constant=[encoder]) as cache:
        first = cache.read(model, torch.ones(1, 1, 4))
        second = cache.read(model, torch.zeros(1, 1, 4))

    assert (len(calls), len(asked)) == (2, 1)
    assert torch.equal(first, second)


def test_afterwards_the_model_is_as_it_was() -> None:
    model, x_BTD = grouped(2)().eval(), torch.randn(2, 5, 16)
    before = model(x_BTD)

    with torch.no_grad(), caching(model, steps=9) as cache:
        cache.read(model, x_BTD)
    with pytest.raises(ZeroDivisionError), caching(model, steps=9):
        raise ZeroDivisionError

    assert torch.equal(model(x_BTD), before)
    assert not any("forward" in vars(part) for part in model.modules())
