"""The check before training: what it sees is what a training would meet."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from studio.app.preflight import Row, preflight
from studio.compile.run import plan_run
from studio.core.experiment import Choice, Experiment
from studio.engine.data.gather import gather
from studio.engine.data.load import load
from studio.engine.rehearsal import rehearse
from studio.runs.handle import Engine
from studio.runs.rehearsal import Rehearse, Rehearsed
from tests.helpers.builders import CATALOG, Drawing
from tests.zoo.networks import clouds, dense, digits, pushed
from tests.zoo.specimens import FLAT
from tests.zoo.training import CATALOG as ZOO
from tests.zoo.training import trained


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(in_process=True) as engine:
        yield engine


def seen(experiment: Experiment, **changes: object) -> Rehearsed:
    """Return what a rehearsal tells of an experiment."""
    spec = plan_run(experiment, ZOO, run_id="rehearsal")
    return rehearse(Rehearse(request=1, spec=spec, **changes), load)


def rows(engine: Engine, experiment: Experiment) -> dict[str, Row]:
    """Return what is found before training, by id."""
    return {row.id: row for row in preflight(engine, experiment, ZOO)}


def test_the_first_loss_is_the_one_that_training_begins_with(engine: Engine) -> None:
    experiment = clouds(*dense(16), epochs=1)

    told = seen(experiment)

    assert told.first_losses[0] == pytest.approx(trained(engine, experiment).first_loss, rel=1e-5)


def test_a_healthy_network_passes_everything(engine: Engine) -> None:
    found = rows(engine, digits(*FLAT, *dense(64)))

    assert {row.verdict for row in found.values()} == {"passed"}, found
    assert list(found) == ["shapes", "loss", "gradient", "batch", "leakage", "memory", "rate"]


def test_weights_that_no_gradient_reaches_are_named(engine: Engine) -> None:
    told = seen(pushed())

    assert told.unreached == (("fc1", "weight"), ("fc1", "bias"), ("fc2", "weight"))
    assert rows(engine, pushed())["gradient"].verdict == "failed"


def test_a_wrong_initial_loss_is_told_with_what_it_ought_to_be(engine: Engine) -> None:
    row = rows(engine, clouds(*dense(32), data={"scale": 1000.0}))["loss"]

    assert row.verdict == "failed"
    assert "1.39 (ln 4)" in row.says
    assert row.way_out


def test_too_long_steps_cannot_learn_a_batch_by_heart(engine: Engine) -> None:
    found = rows(engine, digits(*FLAT, *dense(64, layers=2), optimizer=Choice("sgd", {"lr": 50.0})))

    assert found["batch"].verdict == "failed"
    assert found["rate"].verdict == "failed"


def test_samples_that_are_trained_on_and_held_out_are_counted() -> None:
    """Of 1,200 samples 900 are different: how many stand on both sides is counted here again."""
    experiment = clouds(*dense(8), data={"distinct": 900})
    spec = plan_run(experiment, ZOO, run_id="rehearsal")
    gathered = gather(spec.data, load)
    points, parts = gathered.arrays["point"], gathered.parts
    trained_on = {row.tobytes() for row in points[parts["train"]]}

    told = rehearse(Rehearse(request=1, spec=spec), load)

    assert told.leaked == {
        part: sum(row.tobytes() in trained_on for row in points[parts[part]])
        for part in ("validation", "test")
    }
    assert min(told.leaked.values()) > 0


def test_different_samples_leak_nothing() -> None:
    assert seen(clouds(*dense(8))).leaked == {}


def test_a_drawing_with_an_error_is_not_tried(engine: Engine) -> None:
    net = Drawing("Wrong")
    scores = net.chain(("io.vector", {"features": 4}), ("nn.linear", {"out_features": 5}))
    net.loss(scores, classes=3)

    (row,) = preflight(engine, net.experiment("iris"), CATALOG)

    assert (row.id, row.verdict) == ("shapes", "failed")


def test_what_ends_a_rehearsal_is_told_as_a_sentence() -> None:
    spec = plan_run(clouds(*dense(8)), ZOO, run_id="x")
    broken = replace(spec, data=replace(spec.data, load="tests.zoo.data:nothing_there"))

    told = rehearse(Rehearse(request=1, spec=broken), load)

    assert "nothing_there" in told.error
