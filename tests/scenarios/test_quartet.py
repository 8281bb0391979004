"""The lesson of the quartet: ten sigmoids starve the first layer of gradient, a cure feeds it."""

from functools import cache

import pytest
import torch

from studio.app.catalogue import builtin_catalog
from studio.app.gallery import find_experiment
from studio.compile.run import plan_run
from studio.core.fileio import open_file
from studio.engine.data.load import LastLoaded
from studio.engine.session import Session

STEPS = 20
LOAD = LastLoaded()


@cache
def first_gradients(kind: str) -> tuple[float, ...]:
    """Return the norm of the first layer's gradient at each of the first steps."""
    spec = plan_run(
        open_file(find_experiment(f"quartet-{kind}")), builtin_catalog(), run_id="lesson"
    )
    session = Session(spec, LOAD)
    weight = session.network.module.get_parameter("first.weight")
    norms = []
    for rows in session.batches()[:STEPS]:
        session.make_step(rows)
        assert weight.grad is not None
        norms.append(float(torch.linalg.vector_norm(weight.grad)))
    return tuple(norms)


@pytest.mark.parametrize("cure", ["relu", "batchnorm", "residual"])
def test_the_first_layer_of_the_deep_sigmoid_gets_less_than_a_hundredth_of_the_gradient(
    cure: str,
) -> None:
    for starved, fed in zip(first_gradients("sigmoid"), first_gradients(cure), strict=True):
        assert 100 * starved < fed


def test_a_sigmoid_between_batchnorms_or_beside_a_way_past_it_lets_the_gradient_through() -> None:
    for cure in ("batchnorm", "residual"):
        assert min(first_gradients(cure)) > 0.05


def test_the_four_networks_differ_in_nothing_but_the_cure() -> None:
    settings = set()
    for kind in ("sigmoid", "relu", "batchnorm", "residual"):
        experiment = open_file(find_experiment(f"quartet-{kind}"))
        settings.add(repr((experiment.data, experiment.training)))
        assert experiment.graph.nodes["layers"].repeat == 9
        assert experiment.graph.nodes["layers"].params == {"width": 64}

    assert len(settings) == 1
