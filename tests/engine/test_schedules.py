"""Schedules give the rates of torch's own; a reacting one survives its checkpoint."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.optim import lr_scheduler as torch_schedules

from studio.app.catalogue import builtin_catalog
from studio.core.params import Params, Value, complete
from studio.engine.train import Training
from studio.runs.events import Event, Points
from studio.runs.spec import ObjectiveJob, RunSpec
from tests.engine import programs
from tests.engine.test_checkpoints import a_run, epochs_in, kept_at, losses_in, run_to_end

CATALOG = builtin_catalog()
EPOCHS = 24

Scheduler = Callable[[torch.optim.Optimizer, int], torch_schedules.LRScheduler]

TORCH: list[tuple[str, dict[str, Value], Scheduler]] = [
    ("constant", {}, lambda o, n: torch_schedules.ConstantLR(o, factor=1.0, total_iters=n)),
    ("step", {"every": 5, "decay": 0.3}, lambda o, n: torch_schedules.StepLR(o, 5, gamma=0.3)),
    ("exponential", {"decay": 0.8}, lambda o, n: torch_schedules.ExponentialLR(o, gamma=0.8)),
    (
        "polynomial",
        {"power": 1.7},
        lambda o, n: torch_schedules.PolynomialLR(o, total_iters=n - 1, power=1.7),
    ),
    (
        "linear",
        {"floor": 0.25},
        lambda o, n: torch_schedules.LinearLR(
            o, start_factor=1.0, end_factor=0.25, total_iters=n - 1
        ),
    ),
    (
        "cosine",
        {"floor": 0.2},
        lambda o, n: torch_schedules.CosineAnnealingLR(o, T_max=n - 1, eta_min=0.02),
    ),
    (
        "cosine-restarts",
        {"first": 4, "growth": 2, "floor": 0.1},
        lambda o, n: torch_schedules.CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=0.01),
    ),
    (
        "cosine-restarts",
        {"first": 5},
        lambda o, n: torch_schedules.CosineAnnealingWarmRestarts(o, 5),
    ),
    ("one-cycle", {}, lambda o, n: torch_schedules.OneCycleLR(o, max_lr=0.1, total_steps=n)),
    (
        "one-cycle",
        {"rise": 0.5, "first": 10.0, "last": 100.0},
        lambda o, n: torch_schedules.OneCycleLR(
            o, max_lr=0.1, total_steps=n, pct_start=0.5, div_factor=10.0, final_div_factor=100.0
        ),
    ),
]
WITHOUT = {"inverse-power", "inverse-root", "plateau"}
"""Held against their formulas, and against the scheduler with a memory below."""


def sgd() -> torch.optim.SGD:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)


@pytest.mark.parametrize(("kind", "values", "theirs"), TORCH, ids=[row[0] for row in TORCH])
def test_a_schedule_gives_the_rates_of_torchs_own(
    kind: str, values: dict[str, Value], theirs: Scheduler
) -> None:
    spec = CATALOG.schedules[kind]
    params = Params({**complete(spec.params, values), "epochs": EPOCHS})
    optimizer = sgd()
    scheduler = theirs(optimizer, EPOCHS)

    for step in range(EPOCHS):
        ours = 0.1 * spec.factor(step, EPOCHS, params)
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12, abs=1e-15)
        optimizer.step()
        scheduler.step()


def test_every_schedule_is_held_against_torch_or_its_formula() -> None:
    assert {kind for kind, _, _ in TORCH} | WITHOUT == set(CATALOG.schedules)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("patience", "cooldown"), [(0, 0), (2, 0), (1, 2)])
def test_the_rate_falls_on_a_plateau_when_torch_lets_it_fall(
    seed: int, patience: int, cooldown: int
) -> None:
    spec = CATALOG.schedules["plateau"]
    given = {"patience": patience, "cooldown": cooldown, "decay": 0.5, "floor": 0.01}
    params = Params(complete(spec.params, given))
    optimizer = sgd()
    theirs = torch_schedules.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience, cooldown=cooldown, min_lr=0.001
    )
    random = torch.Generator().manual_seed(seed)
    losses: list[float] = []

    for epoch in range(40):
        losses.append(1 / (1 + epoch / 8) + 0.2 * torch.rand((), generator=random).item())
        theirs.step(losses[-1])
        assert spec.react is not None
        assert 0.1 * spec.react(losses, params) == pytest.approx(optimizer.param_groups[0]["lr"])


def reacting(folder: Path) -> RunSpec:
    """Return a run whose rate falls to a half after every epoch."""
    job: ObjectiveJob = programs.objective(
        optimizer="torch.optim.SGD(params, lr=lr)",
        lr=0.01,
        schedule="studio.training.schedules:constant_factor",
        react="studio.training.schedules_reacting:plateau_reaction",
        schedule_params={
            "patience": 0, "decay": 0.5, "threshold": 1.0, "cooldown": 0, "floor": 0.0,
            "warmup": 0.0, "warmup_steps": 0, "epochs": 4,
        },
    )  # fmt: skip
    return a_run(folder, objectives=(job,))


def rates_in(events: list[Event]) -> list[float]:
    found = [e for e in events if isinstance(e, Points) and e.name == "lr"]
    return [value for event in found for value in event.values]


def test_a_rate_that_reacts_is_lower_from_the_next_epoch_on(tmp_path: Path) -> None:
    training = Training(reacting(tmp_path))
    seen: dict[int, float] = {}
    for _ in training.steps():
        if training._session is not None:
            seen[training.step] = training._session.objectives[0].lr

    assert [seen[step] for step in (6, 7, 12, 13, 19)] == [0.01, 0.005, 0.005, 0.0025, 0.00125]


@pytest.mark.parametrize("step", [5, 12, 14, 18])
def test_a_rate_that_reacted_goes_on_to_the_same_bits(tmp_path: Path, step: int) -> None:
    whole, weights = run_to_end(reacting(tmp_path / "whole"))
    spec = reacting(tmp_path / "cut")

    again, same = run_to_end(spec, str(kept_at(spec, step)))

    assert losses_in(again) == {at: loss for at, loss in losses_in(whole).items() if at > step}
    assert epochs_in(again)[4]["train/loss"] == epochs_in(whole)[4]["train/loss"]
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    assert set(rates_in(again)) <= set(rates_in(whole))
