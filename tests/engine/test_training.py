"""Training: the losses of a hand-written loop, to the last bit, and how a run ends."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from studio.engine.train import Training, train
from studio.runs.events import Ended, EpochEnded, Event, Points, Started
from studio.runs.spec import Adjustment, RunSpec, Watch
from tests.engine import programs

BLIND = Watch(probes={}, budget=0.0)


def losses(spec: RunSpec) -> tuple[float, ...]:
    return ended(list(train(spec))).losses


def ended(events: list[Event]) -> Ended:
    last = events[-1]
    assert isinstance(last, Ended), last
    return last


def column(events: list[Event], name: str) -> dict[int, float]:
    return {
        step: value
        for event in events
        if isinstance(event, Points) and event.name == name
        for step, value in zip(event.steps, event.values, strict=True)
    }


def test_a_run_trains_as_the_loop_that_a_person_would_write() -> None:
    spec = programs.run(epochs=2, watch=BLIND)

    expected = _by_hand(spec)

    assert tuple(expected) == losses(spec)
    assert len(expected) == 12


def _by_hand(spec: RunSpec) -> list[float]:
    """Train on the same rows in the same order, with torch alone."""
    from studio.engine.data.load import load
    from studio.engine.data.split import split

    arrays = load(spec.data)
    rows = torch.from_numpy(split(arrays, spec.data)["train"])
    x, y = torch.from_numpy(arrays["x"]), torch.from_numpy(arrays["class"])
    torch.manual_seed(spec.seed)
    names: dict[str, type[torch.nn.Module]] = {"__name__": "by_hand"}
    exec(spec.program.text, names)
    net = names["Small"]()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
    order = torch.Generator().manual_seed(spec.seed)
    seen = []
    for _ in range(spec.epochs):
        for batch in rows[torch.randperm(len(rows), generator=order)].split(spec.batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
    return seen


def test_the_same_seed_gives_the_same_losses_and_another_gives_others() -> None:
    assert losses(programs.run()) == losses(programs.run())
    assert losses(programs.run()) != losses(programs.run(seed=8))


def test_watching_changes_no_loss_by_a_bit() -> None:
    greedy = Watch(
        probes={"gradients": {}, "attention": {}, "embedding": {"block": "norm"}}, budget=1e6
    )

    assert losses(programs.run(watch=BLIND)) == losses(programs.run(watch=greedy))


def test_learning_learns() -> None:
    end = ended(list(train(programs.run(epochs=30))))

    assert end.metrics["test"]["accuracy"] > 0.9
    assert end.metrics.keys() == {"train", "validation", "test"}


def test_the_last_partial_batch_is_trained_on() -> None:
    events = list(train(programs.run(epochs=1, batch_size=100)))

    started = next(event for event in events if isinstance(event, Started))
    assert {"train": 168, "validation": 36, "test": 36} == started.samples
    assert started.steps_per_epoch == 2
    assert ended(events).step == 2


def test_a_last_batch_of_one_sample_is_left_out_when_batch_norm_could_not_take_it() -> None:
    with_norm = programs.run(epochs=2, batch_size=167)
    without = programs.MLP.replace("h = self.norm(h)  # norm", "h = h + 0  # norm").replace(
        "nn.BatchNorm1d(16)", "nn.Identity()"
    )

    assert ended(list(train(with_norm))).step == 2
    assert ended(list(train(programs.run(**_text(without))))).step == 4


def _text(text: str) -> dict[str, object]:
    return {"program": programs.program(text), "epochs": 2, "batch_size": 167}


def test_metrics_are_means_over_samples_and_not_over_batches() -> None:
    spec = programs.run(epochs=1, batch_size=100)
    training = Training(spec)
    events = [event for step in training.steps() for event in step]

    session = training._session
    assert session is not None
    session.network.module.eval()
    inputs, targets = session.samples.batch(session.samples._rows["train"])
    with torch.no_grad():
        logits = session.network.module(*inputs)

    assert F.cross_entropy(logits, targets[0]).item() == pytest.approx(
        ended(events).metrics["train"]["loss"], rel=1e-5
    )
    assert (logits.argmax(1) == targets[0]).float().mean().item() == pytest.approx(
        ended(events).metrics["train"]["accuracy"]
    )


def test_the_loss_of_an_epoch_weighs_batches_by_their_samples() -> None:
    events = list(train(programs.run(epochs=1, batch_size=100)))

    first, second = ended(events).losses
    epoch = next(event for event in events if isinstance(event, EpochEnded))
    assert (first * 100 + second * 68) / 168 == pytest.approx(epoch.values["train/loss"])


def test_early_stopping_ends_with_the_weights_of_the_best_validation_loss() -> None:
    # At this rate it soon gets worse, so that the last epoch is not the best.
    job = programs.objective(lr=0.3)
    spec = programs.run(epochs=60, objectives=(job,), early_stopping=4)

    events = list(train(spec))

    epochs = [event for event in events if isinstance(event, EpochEnded)]
    lowest = min(epochs, key=lambda event: event.values["validation/loss"])
    assert ended(events).reason == "early-stopped"
    assert len(epochs) == lowest.epoch + 4
    assert [event.best for event in epochs][lowest.epoch - 1 :] == [True, *[False] * 4]
    assert lowest.values["validation/loss"] == ended(events).metrics["validation"]["loss"]


def test_the_best_weights_are_those_that_are_evaluated_and_kept() -> None:
    job = programs.objective(lr=0.3)
    spec = programs.run(epochs=12, objectives=(job,), early_stopping=3)
    training = Training(spec)
    events = [event for step in training.steps() for event in step]
    session = training._session
    assert session is not None

    session.network.module.eval()
    inputs, targets = session.samples.batch(session.samples._rows["validation"])
    with torch.no_grad():
        loss = F.cross_entropy(session.network.module(*inputs), targets[0]).item()

    assert ended(events).metrics["validation"]["loss"] == pytest.approx(loss)


def test_without_restoring_the_last_weights_stay() -> None:
    job = programs.objective(lr=0.3)
    spec = programs.run(epochs=8, objectives=(job,), restore_best=False)

    events = list(train(spec))

    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert epochs[-1].values["validation/loss"] == ended(events).metrics["validation"]["loss"]


def halving(step: int, steps: int, params: dict[str, float]) -> float:
    """Halve the rate at every step, down to a floor."""
    return max(params["floor"], 0.5**step)


def test_the_schedule_sets_the_rate_of_every_step() -> None:
    job = programs.objective(
        lr=0.8, schedule="tests.engine.test_training:halving", schedule_params={"floor": 0.25}
    )
    training = Training(programs.run(epochs=1, objectives=(job,), watch=BLIND))

    rates = []
    for _ in training.steps():
        if training.step > len(rates):
            assert training._session is not None
            rates.append(training._session.objectives[0].optimizer.param_groups[0]["lr"])

    assert [0.8, 0.4, 0.2, 0.2, 0.2, 0.2] == rates


def test_another_learning_rate_counts_from_the_next_step_on() -> None:
    frozen = Training(programs.run(epochs=1, watch=BLIND))
    whole = Training(programs.run(epochs=1, watch=BLIND))
    before: dict[str, torch.Tensor] = {}

    for _ in whole.steps():
        pass
    for _ in frozen.steps():
        if frozen.step == 2 and not before:
            frozen.adjust(Adjustment(setting="lr", value=0.0))
            before = {name: value.clone() for name, value in frozen.weights().items()}

    after, trained = frozen.weights(), whole.weights()
    assert all(torch.equal(before[name], after[name]) for name in ("fc1.weight", "fc2.bias"))
    assert not torch.equal(trained["fc1.weight"], after["fc1.weight"])


def test_clipping_bounds_the_gradient_and_changes_the_training() -> None:
    clipped = programs.objective(optimizer="torch.optim.SGD(params, lr=lr)", clip_norm=0.01, lr=1.0)
    training = Training(programs.run(epochs=1, objectives=(clipped,), watch=BLIND))

    norms = []
    for _ in training.steps():
        if training.step > len(norms):
            assert training._session is not None
            weights = training._session.objectives[0].weights
            norms.append(torch.nn.utils.get_total_norm([w.grad for w in weights]).item())

    assert [0.01] * 6 == pytest.approx(norms, rel=1e-3)


def test_each_of_several_objectives_updates_its_own_blocks() -> None:
    jobs = (
        programs.objective(name="first", blocks=("fc1",), lr=0.0),
        programs.objective(name="second", blocks=("fc2",), lr=0.1),
    )
    training = Training(programs.run(epochs=1, objectives=jobs))
    torch.manual_seed(7)
    names: dict[str, type[torch.nn.Module]] = {"__name__": "fresh"}
    exec(programs.MLP, names)
    fresh = names["Small"]().state_dict()

    events = [event for step in training.steps() for event in step]

    weights = training.weights()
    assert torch.equal(fresh["fc1.weight"], weights["fc1.weight"])
    assert not torch.equal(fresh["fc2.weight"], weights["fc2.weight"])
    both = column(events, "train/first"), column(events, "train/second")
    assert column(events, "train/loss")[1] == pytest.approx(both[0][1] + both[1][1])


def test_a_device_that_is_not_there_is_said_and_the_processor_taken() -> None:
    if torch.backends.mps.is_available():
        pytest.skip("this machine has what the test takes for missing")

    events = list(train(programs.run(device="mps", epochs=1)))

    notes = [event.message for event in events if type(event).__name__ == "Note"]
    started = next(event for event in events if isinstance(event, Started))
    assert started.device == "cpu"
    assert notes[0].startswith("This machine has no usable MPS device; training on ")


def test_every_loss_is_told_exactly_and_once() -> None:
    events = list(train(programs.run(epochs=4)))

    told = column(events, "train/loss")
    assert list(range(1, 25)) == list(told)
    assert ended(events).losses == tuple(told.values())
    assert all(float(np.float32(value)) == value for value in told.values())
