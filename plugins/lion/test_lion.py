"""What the optimiser promises, against the paper's algorithm by hand."""

import torch

from tests.helpers.plugins import module_of

LION = module_of("lion", "lion.py")


def test_its_steps_are_those_of_the_paper() -> None:
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(7))
    theta, m = weight.detach().clone(), torch.zeros(7)
    optimizer = LION.Lion([weight], lr=0.02, betas=(0.8, 0.95), weight_decay=0.1)

    for _ in range(5):
        g = torch.randn(7)
        weight.grad = g.clone()
        optimizer.step()
        c = 0.8 * m + 0.2 * g
        theta = theta - 0.02 * (c.sign() + 0.1 * theta)
        m = 0.95 * m + 0.05 * g

    assert torch.allclose(weight.detach(), theta, atol=1e-6)
