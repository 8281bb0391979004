"""Every optimiser takes the steps of torch's own, and those of its published formula."""

from collections.abc import Callable, Iterator
from math import sqrt

import pytest
import torch
from torch import Tensor, nn

from studio.app.catalogue import builtin_catalog
from studio.compile.template import fill_names, literal
from studio.core.params import Value, complete
from studio.engine.build import Network
from studio.engine.objectives import Objective
from studio.engine.optim import make_optimizer
from studio.runs.spec import BlockInfo, ObjectiveJob
from tests.engine import programs

CATALOG = builtin_catalog()
STEPS = 12

TORCH: list[tuple[str, dict[str, Value], Callable[..., torch.optim.Optimizer]]] = [
    ("sgd", {"lr": 0.1, "momentum": 0.0}, lambda p: torch.optim.SGD(p, lr=0.1)),
    (
        "sgd",
        {"lr": 0.1, "nesterov": True, "weight_decay": 0.1},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    ),
    ("adam", {"amsgrad": True}, lambda p: torch.optim.Adam(p, lr=0.001, amsgrad=True)),
    ("adamw", {}, lambda p: torch.optim.AdamW(p, lr=0.001, weight_decay=0.01)),
    (
        "adamw-llama",
        {},
        lambda p: torch.optim.AdamW(p, lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1),
    ),
    ("adagrad", {"lr_decay": 0.1}, lambda p: torch.optim.Adagrad(p, lr=0.01, lr_decay=0.1)),
    (
        "rmsprop",
        {"centered": True, "momentum": 0.5},
        lambda p: torch.optim.RMSprop(p, lr=0.001, centered=True, momentum=0.5),
    ),
    ("adadelta", {"rho": 0.8}, lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.8)),
    ("adamax", {}, lambda p: torch.optim.Adamax(p, lr=0.002)),
    ("nadam", {"weight_decay": 0.2}, lambda p: torch.optim.NAdam(
        p, lr=0.002, weight_decay=0.2, decoupled_weight_decay=True)),
    ("radam", {"weight_decay": 0.2}, lambda p: torch.optim.RAdam(
        p, lr=0.001, weight_decay=0.2, decoupled_weight_decay=True)),
    ("adafactor", {}, lambda p: torch.optim.Adafactor(p, lr=0.01)),
]  # fmt: skip


def job_of(kind: str, values: dict[str, Value], **settings: object) -> ObjectiveJob:
    spec = CATALOG.optimizers[kind]
    given = complete(spec.params, values)
    names = {name: literal(value) for name, value in given.items()}
    text = fill_names(spec.source, {**names, "params": "params", "lr": "lr"}, kind)
    lr = given["lr"]
    assert isinstance(lr, float)
    return programs.objective(optimizer=text, lr=lr, **settings)


def weights() -> list[nn.Parameter]:
    random = torch.Generator().manual_seed(3)
    shapes = [(4, 3), (3,), (2, 4, 2)]
    return [
        nn.Parameter(torch.randn(shape, generator=random, dtype=torch.float64)) for shape in shapes
    ]


def gradients() -> Iterator[list[Tensor]]:
    """Yield gradients that do not depend on the weights, so that one step's error stays one."""
    random = torch.Generator().manual_seed(4)
    for _ in range(STEPS):
        yield [
            torch.randn(weight.shape, generator=random, dtype=torch.float64) for weight in weights()
        ]


def walk(optimizer: torch.optim.Optimizer, own: list[nn.Parameter]) -> Iterator[list[Tensor]]:
    for grads in gradients():
        for weight, grad in zip(own, grads, strict=True):
            weight.grad = grad
        optimizer.step()
        yield [weight.detach().clone() for weight in own]


def expect_equal(ours: list[Tensor], theirs: list[Tensor]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("kind", "values", "theirs"), TORCH, ids=[row[0] for row in TORCH])
def test_an_optimiser_takes_the_steps_of_torchs_own(
    kind: str, values: dict[str, Value], theirs: Callable[..., torch.optim.Optimizer]
) -> None:
    own, other = weights(), weights()

    ours = walk(make_optimizer(job_of(kind, values), own), own)
    for one, two in zip(ours, walk(theirs(other), other), strict=True):
        expect_equal(one, two)


def test_every_optimiser_is_held_against_torch() -> None:
    assert {kind for kind, _, _ in TORCH} == set(CATALOG.optimizers)


# The formulas as they are published, for one tensor: (w, g, t, state) -> w

State = dict[str, Tensor]


def momentum_as_mean(w: Tensor, g: Tensor, _t: int, s: State) -> Tensor:
    s["v"] = 0.9 * s.get("v", torch.zeros_like(w)) + 0.1 * g
    return w - 0.05 * s["v"]


def heavy_ball(w: Tensor, g: Tensor, _t: int, s: State) -> Tensor:
    s["v"] = 0.9 * s.get("v", torch.zeros_like(w)) + g
    return w - 0.05 * s["v"]


def adagrad(w: Tensor, g: Tensor, _t: int, s: State) -> Tensor:
    s["s"] = s.get("s", torch.zeros_like(w)) + g**2
    return w - 0.01 * g / (s["s"].sqrt() + 1e-10)


def rmsprop(w: Tensor, g: Tensor, _t: int, s: State) -> Tensor:
    s["s"] = 0.99 * s.get("s", torch.zeros_like(w)) + 0.01 * g**2
    return w - 0.001 * g / (s["s"].sqrt() + 1e-8)


def adadelta(w: Tensor, g: Tensor, _t: int, s: State) -> Tensor:
    u = s.get("u", torch.zeros_like(w))
    s["s"] = 0.9 * s.get("s", torch.zeros_like(w)) + 0.1 * g**2
    d = g * (u + 1e-6).sqrt() / (s["s"] + 1e-6).sqrt()
    s["u"] = 0.9 * u + 0.1 * d**2
    return w - d


def moments(g: Tensor, t: int, s: State, beta2: float) -> tuple[Tensor, Tensor]:
    s["m"] = 0.9 * s.get("m", torch.zeros_like(g)) + 0.1 * g
    s["v"] = beta2 * s.get("v", torch.zeros_like(g)) + (1 - beta2) * g**2
    return s["m"] / (1 - 0.9**t), s["v"] / (1 - beta2**t)


def adam(w: Tensor, g: Tensor, t: int, s: State) -> Tensor:
    m, v = moments(g, t, s, 0.999)
    return w - 0.001 * m / (v.sqrt() + 1e-8)


def adamw_llama(w: Tensor, g: Tensor, t: int, s: State) -> Tensor:
    m, v = moments(g, t, s, 0.95)
    return (1 - 3e-4 * 0.1) * w - 3e-4 * m / (v.sqrt() + 1e-8)


def adamax(w: Tensor, g: Tensor, t: int, s: State) -> Tensor:
    s["m"] = 0.9 * s.get("m", torch.zeros_like(w)) + 0.1 * g
    s["u"] = torch.maximum(0.999 * s.get("u", torch.zeros_like(w)), g.abs() + 1e-8)
    return w - 0.002 / (1 - 0.9**t) * s["m"] / s["u"]


def radam(w: Tensor, g: Tensor, t: int, s: State) -> Tensor:
    s["m"] = 0.9 * s.get("m", torch.zeros_like(w)) + 0.1 * g
    s["v"] = 0.999 * s.get("v", torch.zeros_like(w)) + 0.001 * g**2
    m, most = s["m"] / (1 - 0.9**t), 2 / (1 - 0.999) - 1
    rho = most - 2 * t * 0.999**t / (1 - 0.999**t)
    if rho <= 5:
        return w - 0.001 * m
    r = sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
    return w - 0.001 * r * m * sqrt(1 - 0.999**t) / (s["v"].sqrt() + 1e-8)


FORMULAS = [
    ("sgd", {"form": "mean"}, momentum_as_mean),
    ("sgd", {}, heavy_ball),
    ("adagrad", {}, adagrad),
    ("rmsprop", {}, rmsprop),
    ("adadelta", {}, adadelta),
    ("adam", {}, adam),
    ("adamw-llama", {}, adamw_llama),
    ("adamax", {}, adamax),
    ("radam", {}, radam),
]


@pytest.mark.parametrize(
    ("kind", "values", "formula"), FORMULAS, ids=[row[2].__name__ for row in FORMULAS]
)
def test_an_optimiser_takes_the_steps_of_its_formula(
    kind: str, values: dict[str, Value], formula: Callable[[Tensor, Tensor, int, State], Tensor]
) -> None:
    own = weights()
    expected = [weight.detach().clone() for weight in own]
    states: list[State] = [{} for _ in own]

    steps = walk(make_optimizer(job_of(kind, values), own), own)
    for t, (grads, ours) in enumerate(zip(gradients(), steps, strict=True), 1):
        expected = [
            formula(w, g, t, state) for w, g, state in zip(expected, grads, states, strict=True)
        ]
        expect_equal(ours, expected)


def test_biases_and_norms_need_not_decay() -> None:
    own = weights()
    begun = [weight.detach().clone() for weight in own]
    optimizer = make_optimizer(
        job_of("adamw", {"lr": 0.1, "weight_decay": 0.5}, decay_all=False), own
    )
    for weight in own:
        weight.grad = torch.zeros_like(weight)

    optimizer.step()

    assert torch.equal(own[1], begun[1])
    for place in (0, 2):
        torch.testing.assert_close(own[place].detach(), begun[place] * 0.95)


@pytest.mark.parametrize("kind", list(CATALOG.optimizers))
def test_a_block_has_its_part_of_the_rate(kind: str) -> None:
    blocks = tuple(
        BlockInfo(id=name, title=name, kind="nn.block", attribute=name, rate=rate)
        for name, rate in (("fc1", 0.5), ("norm", 1.0), ("fc2", 0.0))
    )
    network = Network(programs.program(blocks=blocks), "rates")
    objective = Objective(job_of(kind, {}), network)
    whole = objective.optimizer.param_groups
    form = {"params", "scale", "decays"}

    objective.begin(0, 10)
    objective.base_lr = 0.04
    objective.begin(1, 10)

    assert all(form <= group.keys() for group in whole)
    assert [group["lr"] / whole[1]["lr"] for group in whole] == [0.5, 1.0, 0.0]
    fixed = [weight.detach().clone() for weight in network.module.fc2.parameters()]
    for weight in objective.weights:
        weight.grad = torch.ones_like(weight)
    objective.end()
    assert all(map(torch.equal, fixed, network.module.fc2.parameters()))
    network.close()


def test_a_gradient_is_cut_off_by_value_before_its_norm() -> None:
    network = Network(programs.program(), "clipping")
    job = programs.objective(
        optimizer="torch.optim.SGD(params, lr=lr)", lr=1.0, clip_value=0.5, clip_norm=1e9
    )
    objective = Objective(job, network)
    before = [weight.detach().clone() for weight in objective.weights]
    objective.begin(0, 1)
    for weight in objective.weights:
        weight.grad = torch.full_like(weight, 3.0)
    objective.weights[0].grad = torch.full_like(objective.weights[0], -0.25)

    objective.end()

    moved = [old - new for old, new in zip(before, objective.weights, strict=True)]
    torch.testing.assert_close(moved[0].detach(), torch.full_like(moved[0], -0.25))
    torch.testing.assert_close(moved[1].detach(), torch.full_like(moved[1], 0.5))
    network.close()
