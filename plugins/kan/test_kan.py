"""What the layer promises."""

import pytest
import torch

from tests.helpers.plugins import module_of

KAN = module_of("kan", "kan.py")


def test_the_humps_sum_to_one_within_the_span() -> None:
    layer = KAN.KANLayer(1, grid=4, degree=3, span=2.0)

    humps = KAN.spline_basis(torch.linspace(-1.99, 1.99, 101), layer.knots, 3)

    assert torch.allclose(humps.sum(-1), torch.ones(101), atol=1e-5)
    assert humps.min() >= 0


def test_one_layer_learns_a_curve_that_no_linear_layer_can() -> None:
    torch.manual_seed(0)
    x = torch.linspace(-1.9, 1.9, 200).unsqueeze(1)
    y = torch.sin(3 * x)
    layer = KAN.KANLayer(1, 1, grid=12)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)

    for _ in range(300):
        optimizer.zero_grad()
        loss = (layer(x) - y).square().mean()
        loss.backward()
        optimizer.step()

    assert loss.item() < 0.002
    assert y.var().item() > 0.4


@pytest.mark.parametrize("shape", [(5, 4), (5, 7, 4)])
def test_it_acts_on_the_last_axis(shape: tuple[int, ...]) -> None:
    assert KAN.KANLayer(4, 3)(torch.randn(shape)).shape == (*shape[:-1], 3)
