"""A range test shows where a network learns, and leaves everything as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from studio.app.ranging import (
    RatePoint,
    SizePoint,
    find_rate,
    find_size,
    plan_rates,
    plan_size,
    suggested,
    suggested_size,
)
from studio.core.errors import ParamError, RunError
from studio.core.params import Params
from studio.runs.handle import Engine
from studio.training.range_test import rising_factor
from tests.engine import programs

SGD = programs.objective(optimizer="torch.optim.SGD(params, lr=lr)", lr=0.05)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(in_process=True) as engine:
        yield engine


def test_the_rate_rises_by_the_same_share_at_every_step() -> None:
    params = Params({"steps": 5, "lowest": 1e-4})

    rates = [rising_factor(step, 999, params) for step in range(6)]

    assert rates == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1.0])


def test_a_test_sees_the_loss_fall_and_suggests_a_rate_that_learns(
    engine: Engine, tmp_path: Path
) -> None:
    spec = programs.run(tmp_path / "run", objectives=(SGD,))

    found = find_rate(engine, plan_rates(spec, lowest=1e-4, highest=100.0, steps=60))

    assert found.points[0].rate == pytest.approx(1e-4)
    assert found.rate is not None
    assert 1e-3 < found.rate < 1.0
    assert min(point.loss for point in found.points) < found.points[0].loss / 2
    assert not (tmp_path / "run").exists()


def test_a_test_ends_where_the_loss_diverges(engine: Engine) -> None:
    spec = programs.run(objectives=(SGD,))

    found = find_rate(engine, plan_rates(spec, lowest=1e-2, highest=1e12, steps=400))

    assert len(found.points) < 400
    assert found.rate is not None


def test_a_network_that_cannot_be_made_says_why(engine: Engine) -> None:
    broken = programs.program(programs.MLP.replace("nn.Linear(4, 16)", "nn.Linear(5, 16)"))

    with pytest.raises(RunError, match="FC1"):
        find_rate(engine, plan_rates(programs.run(program=broken), steps=10))


@pytest.mark.parametrize(("lowest", "highest", "steps"), [(0, 1, 9), (1, 1, 9), (0.1, 1, 1)])
def test_rates_that_do_not_rise_are_refused(lowest: float, highest: float, steps: int) -> None:
    with pytest.raises(ParamError, match="expected rates that rise"):
        plan_rates(programs.run(), lowest=lowest, highest=highest, steps=steps)


def test_objectives_keep_the_proportion_of_their_rates() -> None:
    slow = replace(SGD, name="slow", lr=0.005)

    planned = plan_rates(programs.run(objectives=(SGD, slow)), highest=10.0)

    assert [job.lr for job in planned.objectives] == pytest.approx([10.0, 1.0])


def test_what_hardly_falls_suggests_nothing() -> None:
    assert suggested([]) is None
    assert suggested([RatePoint(10.0**n, 2.0, 2.0) for n in range(-5, 1)]) is None
    falls = [RatePoint(10.0**n, loss, loss) for n, loss in ((-3, 2.0), (-2, 1.0), (-1, 5.0))]
    assert suggested(falls) == pytest.approx(1e-3)


def test_every_size_is_timed(engine: Engine) -> None:
    spec = programs.run(objectives=(SGD,))

    points = list(find_size(engine, spec, [8, 32, 256, 512], steps=10))

    assert [point.size for point in points] == [8, 32, 256]  # all 204 samples and no more
    assert all(point.samples_per_sec > 0 and not point.refusal for point in points)
    assert plan_size(spec, 32, steps=10).batch_size == 32


def test_the_smallest_of_the_fast_sizes_is_suggested() -> None:
    points = [SizePoint(8, 100.0), SizePoint(16, 195.0), SizePoint(32, 200.0)]

    assert suggested_size([*points, SizePoint(64, 0.0, "no more memory")]) == 16
    assert suggested_size([SizePoint(8, 0.0, "no more memory")]) is None
