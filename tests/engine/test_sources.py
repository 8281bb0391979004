"""The engine takes every shipped source, optimiser and schedule as it is declared."""

import msgspec
import numpy as np
import pytest
import torch

from studio.app.catalogue import builtin_catalog
from studio.compile.run import plan_data
from studio.core.experiment import Choice, Data
from studio.core.params import Value, complete
from studio.core.recipes import Optimizer, no_columns
from studio.engine.data.load import load
from studio.engine.data.split import split
from studio.engine.data.standardize import standardize
from studio.engine.optim import make_optimizer
from studio.runs.spec import DataJob, ObjectiveJob

CATALOG = builtin_catalog()


def job(source: str, **params: Value) -> DataJob:
    return plan_data(Data(Choice(source, params)), CATALOG)


@pytest.mark.parametrize(
    "source", [one.id for one in CATALOG.sources.values() if one.columns is not no_columns]
)
def test_every_source_is_taken_as_it_is_declared(source: str) -> None:
    data = job(source)

    parts = split(load(data), data)

    assert min(len(rows) for rows in parts.values()) > 0


@pytest.mark.parametrize("source", ["iris", "wine", "breast_cancer", "diabetes"])
def test_tables_are_standardised_over_the_training_part_alone(source: str) -> None:
    data = job(source)
    arrays = load(data)
    parts = split(arrays, data)

    features = standardize(arrays, data, parts["train"])["features"].astype(float)

    assert np.allclose(features[parts["train"]].mean(axis=0), 0.0, atol=1e-5)
    assert np.allclose(features[parts["train"]].std(axis=0), 1.0, atol=1e-4)
    assert not np.allclose(features.mean(axis=0), 0.0, atol=1e-5)


def test_the_official_test_part_is_never_trained_on() -> None:
    data = job("fashion_mnist")
    arrays = load(data)

    parts = split(arrays, data)

    assert np.array_equal(parts["test"], np.flatnonzero(arrays["test"]))
    assert not arrays["test"][parts["train"]].any()


def test_no_stretch_of_text_is_in_two_parts() -> None:
    data = job("kjv", context=200, windows=2000)
    arrays = load(data)
    parts = split(arrays, data)
    windows = {
        name: {row.tobytes() for row in arrays["text"][rows]} for name, rows in parts.items()
    }

    assert not windows["train"] & windows["validation"]
    assert not windows["train"] & windows["test"]


def optimizer_job(spec: Optimizer, **given: Value) -> ObjectiveJob:
    values = {name: repr(value) for name, value in complete(spec.params, given).items()}
    text = spec.source.format(**{**values, "params": "params", "lr": "lr"})
    return ObjectiveJob(name="main", optimizer=text, lr=0.1, losses={})


@pytest.mark.parametrize("spec", CATALOG.optimizers.values(), ids=lambda spec: spec.id)
def test_every_optimiser_walks_downhill(spec: Optimizer) -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    job = optimizer_job(spec)
    hasty = 10.0 if spec.id == "adadelta" else job.lr  # which otherwise takes thousands of steps
    optimizer = make_optimizer(msgspec.structs.replace(job, lr=hasty), [weight])

    for _ in range(300):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()

    assert weight.square().sum() < 0.03 * (3.0**2 + 2.0**2)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd_is_what_its_settings_say(momentum: float, nesterov: bool) -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    settings = optimizer_job(
        CATALOG.optimizers["sgd"], momentum=momentum, nesterov=nesterov, weight_decay=0.5
    )

    group = make_optimizer(settings, [weight]).param_groups[0]

    assert (group["lr"], group["momentum"], group["weight_decay"]) == (0.1, momentum, 0.5)
    assert group["nesterov"] == (nesterov and momentum > 0)
