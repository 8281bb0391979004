"""First weights have the variance that their paper asks for, in every kind of block."""

from math import sqrt

import pytest
import torch
from torch import nn

from studio.compile.source import compile_network
from studio.core.addresses import set_at
from studio.core.experiment import Experiment
from studio.engine.build import Network
from tests.helpers import composites
from tests.helpers.builders import CATALOG, chain, lenet, mlp

INPUTS, OUTPUTS = 400, 600
DEVIATIONS = {
    "uniform": 0.02 / sqrt(3),
    "normal": 0.02,
    "Xavier uniform": sqrt(2 / (INPUTS + OUTPUTS)),
    "Xavier normal": sqrt(2 / (INPUTS + OUTPUTS)),
    "He uniform": sqrt(2 / INPUTS),
    "He normal": sqrt(2 / INPUTS),
    "orthogonal": 1 / sqrt(OUTPUTS),
    "zeros": 0.0,
}


def built(experiment: Experiment, *assignments: str) -> nn.Module:
    for assignment in assignments:
        experiment = set_at(experiment, f"blocks.{assignment}", CATALOG)
    torch.manual_seed(0)
    network = Network(compile_network(experiment, CATALOG), "first weights")
    network.close()
    return network.module


@pytest.mark.parametrize(("kind", "deviation"), DEVIATIONS.items())
def test_the_spread_of_first_weights_is_as_promised(kind: str, deviation: float) -> None:
    weight = built(mlp(INPUTS, OUTPUTS, 2), f"fc1.initial={kind}").fc1.weight

    assert weight.mean().item() == pytest.approx(0.0, abs=2e-4)
    assert weight.std().item() == pytest.approx(deviation, rel=0.01)


def test_orthogonal_first_weights_turn_and_do_not_stretch() -> None:
    weight = built(mlp(INPUTS, OUTPUTS, 2), "fc1.initial=orthogonal", "fc1.gain=3").fc1

    product = weight.weight.T @ weight.weight
    torch.testing.assert_close(product, 9 * torch.eye(INPUTS), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("kind", "gain", "activation"),
    [
        ("He normal", 1.0, nn.ReLU()),
        ("He uniform", 1.0, nn.ReLU()),
        ("Xavier normal", 1.0, nn.Identity()),
        ("orthogonal", sqrt(2), nn.ReLU()),
    ],
)
def test_the_variance_stays_through_many_layers(
    kind: str, gain: float, activation: nn.Module
) -> None:
    deep = built(mlp(*[256] * 13), *(
        f"fc{n}.{setting}"
        for n in range(1, 13)
        for setting in (f"initial={kind}", f"gain={gain}")
    ))  # fmt: skip
    torch.manual_seed(1)
    x = torch.randn(512, 256)
    first = x.square().mean()

    with torch.no_grad():
        for number in range(1, 13):
            layer = deep.get_submodule(f"fc{number}")
            x = activation(x) @ layer.weight.T

    # He keeps the mean square of what enters ReLU; a first layer has no ReLU before it.
    assert 0.25 < (x.square().mean() / first).item() < 4.0


@pytest.mark.parametrize(("gain", "name"), [(5 / 3, "tanh"), (sqrt(2), "relu"), (1.0, "sigmoid")])
def test_a_gain_is_that_of_torch(gain: float, name: str) -> None:
    weight = built(
        mlp(INPUTS, OUTPUTS, 2), "fc1.initial=Xavier normal", f"fc1.gain={gain}"
    ).fc1.weight

    asked = nn.init.calculate_gain(name) * DEVIATIONS["Xavier normal"]
    assert weight.std().item() == pytest.approx(asked, rel=0.01)


def test_every_copy_of_a_stack_is_drawn_by_itself() -> None:
    net = built(composites.encoder_stack(3), "encoder/fc1.initial=normal")
    weights = [layer.fc1.weight for layer in net.encoder]

    assert all(weight.std().item() == pytest.approx(0.02, rel=0.1) for weight in weights)
    assert not torch.equal(weights[0], weights[1])


def test_biases_and_norms_begin_as_pytorch_has_them() -> None:
    net = built(lenet("digits"), "conv1.initial=zeros")
    plain = built(lenet("digits"))

    assert not net.conv1.weight.any()
    torch.testing.assert_close(net.conv1.bias, plain.conv1.bias)


@pytest.mark.parametrize(
    "net",
    [
        chain(("io.sequence", {}), ("nn.lstm", {"hidden_size": 5})),
        chain(("io.sequence", {}), ("nn.gru", {"hidden_size": 5})),
        chain(("io.sequence", {"features": 8}), "nn.self_attention"),
        chain(("io.tokens", {}), ("nn.embedding", {})),
        composites.encoder_stack(1),
    ],
    ids=["lstm", "gru", "attention", "embedding", "stack"],
)
def test_every_matrix_of_a_block_is_drawn(net: Experiment) -> None:
    names = [id_ for id_, node in net.graph.nodes.items() if node.kind.startswith("nn.")]
    for id_ in names:
        net = set_at(net, f"blocks.{id_}.initial=ones", CATALOG)

    module = built(net)

    outside = [
        weight
        for name, weight in module.named_parameters()
        if weight.ndim > 1 and not name.startswith("encoder.")
    ]
    assert outside
    assert all(bool((weight == 1).all()) for weight in outside)
