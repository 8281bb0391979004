"""Our own modules do what torch's do, and their gradients are right."""

import pytest
import torch
from torch import nn

from studio.compile.modules import read_definition
from studio.engine.nn.attention import SelfAttention
from studio.engine.nn.position import SinusoidalPosition
from tests.helpers.builders import CATALOG

NEEDED = sorted({need for spec in CATALOG.blocks.values() for need in spec.needs})


def torch_twin(ours: SelfAttention) -> nn.MultiheadAttention:
    bias = ours.in_proj_bias is not None
    theirs = nn.MultiheadAttention(
        ours.out_proj.in_features, ours.heads, bias=bias, batch_first=True
    )
    theirs.load_state_dict(ours.state_dict())
    return theirs


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_attention_equals_that_of_torch(causal: bool, bias: bool) -> None:
    ours = SelfAttention(12, 3, causal=causal, bias=bias)
    x_BTD = torch.randn(2, 5, 12)
    mask_TS = torch.ones(5, 5, dtype=torch.bool).triu(1) if causal else None

    y_BTD, weights_BNTS = torch_twin(ours)(
        x_BTD, x_BTD, x_BTD, attn_mask=mask_TS, average_attn_weights=False
    )

    torch.testing.assert_close(ours(x_BTD), y_BTD)
    torch.testing.assert_close(ours.weights(x_BTD), weights_BNTS)


def test_causal_attention_never_looks_ahead() -> None:
    attention = SelfAttention(8, 2, causal=True)
    x_BTD = torch.randn(1, 6, 8)
    changed_BTD = x_BTD.clone()
    changed_BTD[:, 4:] += 1.0

    torch.testing.assert_close(attention(x_BTD)[:, :4], attention(changed_BTD)[:, :4])


@pytest.mark.parametrize("causal", [True, False])
def test_attention_never_looks_at_padding(causal: bool) -> None:
    attention = SelfAttention(8, 2, causal=causal)
    x_BTD = torch.randn(2, 5, 8)
    mask_BS = torch.tensor([[True] * 5, [True, True, True, False, False]])

    y_BTD = attention(x_BTD, mask_BS)

    torch.testing.assert_close(y_BTD[0], attention(x_BTD[:1])[0])
    torch.testing.assert_close(y_BTD[1, :3], attention(x_BTD[1:, :3])[0])


def test_attention_drops_looks_only_while_training() -> None:
    attention = SelfAttention(8, 2, dropout=0.5)
    x_BTD = torch.randn(2, 6, 8)

    training = [attention(x_BTD) for _ in range(2)]
    attention.eval()
    using = [attention(x_BTD) for _ in range(2)]

    assert not torch.equal(*training)
    assert torch.equal(*using)


def test_the_gradients_of_attention_are_those_of_finite_differences() -> None:
    attention = SelfAttention(4, 2, causal=True).double()
    x_BTD = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)

    def forward(x: torch.Tensor, *weights: torch.Tensor) -> torch.Tensor:
        names = [name for name, _ in attention.named_parameters()]
        return torch.func.functional_call(attention, dict(zip(names, weights, strict=True)), x)

    assert torch.autograd.gradcheck(forward, (x_BTD, *attention.parameters()))


def test_the_gradients_through_positions_are_those_of_finite_differences() -> None:
    position = SinusoidalPosition(4, 3).double()
    x_BTD = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)

    assert torch.autograd.gradcheck(position, (x_BTD,))


@pytest.mark.parametrize("features", [6, 7])
def test_positions_are_those_of_the_paper(features: int) -> None:
    table_TD = SinusoidalPosition(10, features)(torch.zeros(1, 10, features))[0]

    for t in range(10):
        for i in range(features):
            angle = torch.tensor(t / 10000 ** (2 * (i // 2) / features))
            wanted = angle.sin() if i % 2 == 0 else angle.cos()
            torch.testing.assert_close(table_TD[t, i], wanted)


@pytest.mark.parametrize("reference", NEEDED)
def test_a_copied_definition_is_readable_alone(reference: str) -> None:
    copied = read_definition(reference)

    roots = {words.split()[1].partition(".")[0] for words in copied.imports.values()}
    names: dict[str, object] = {}
    exec("\n".join({*copied.imports.values()}) + "\n\n" + copied.text, names)

    assert roots <= {"torch", "math"}
    assert callable(names[copied.name])
