"""A run goes on from any of its checkpoints as if it had never been interrupted."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from torch import Tensor

from studio.app.resuming import going_on
from studio.core.errors import FileError
from studio.engine.checkpoint import read_checkpoint
from studio.engine.packing import pack, unpack
from studio.engine.train import Training, train
from studio.runs.checkpoints import checkpoints_in, newest_checkpoint
from studio.runs.commands import Start
from studio.runs.events import (
    Adjusted,
    Began,
    Checkpointed,
    Ended,
    EpochEnded,
    Event,
    Failed,
    Points,
)
from studio.runs.handle import Engine
from studio.runs.record import Record
from studio.runs.saved import open_run
from studio.runs.spec import Adjustment, Keeping, Origin, RunSpec, Watch
from studio.runs.store import RunStore
from tests.engine import programs

BLIND = Watch(probes={})


def a_run(folder: Path, **changes: object) -> RunSpec:
    """Return six steps an epoch with dropout, momentum, a schedule and best weights."""
    objective = programs.objective(
        optimizer="torch.optim.AdamW(params, lr=lr, betas=(0.9, 0.95))",
        schedule="studio.training.schedules:cosine_factor",
        schedule_params={"warmup": 0.1, "warmup_steps": 0, "floor": 0.0, "epochs": 4},
    )
    fields: dict[str, object] = {
        "epochs": 4,
        "objectives": (objective,),
        "watch": BLIND,
        "keeping": Keeping(every_secs=0.0),
    }
    return programs.run(folder, **{**fields, **changes})


def losses_in(events: Sequence[Event], name: str = "train/loss") -> dict[int, float]:
    return {
        step: value
        for event in events
        if isinstance(event, Points) and event.name == name
        for step, value in zip(event.steps, event.values, strict=True)
    }


def epochs_in(events: Sequence[Event]) -> dict[int, dict[str, float]]:
    return {event.epoch: event.values for event in events if isinstance(event, EpochEnded)}


def run_to_end(spec: RunSpec, checkpoint: str = "") -> tuple[list[Event], dict[str, Tensor]]:
    training = Training(spec, checkpoint=checkpoint)
    events = [event for batch in training.steps() for event in batch]
    return events, training.weights()


def kept_at(spec: RunSpec, step: int) -> Path:
    """Train up to a step, keep a checkpoint and leave the run there, as a kill would."""
    training = Training(spec)
    running = training.steps()
    while training.step < step:
        next(running)
    training.keep()
    while not checkpoints_in(Path(spec.folder)):
        next(running)
    running.close()
    return checkpoints_in(Path(spec.folder))[0].path


@pytest.mark.parametrize("step", [1, 5, 6, 7, 12, 23, 24])
def test_a_run_that_goes_on_from_any_step_ends_with_the_same_bits(
    tmp_path: Path, step: int
) -> None:
    whole, weights = run_to_end(a_run(tmp_path / "whole"))
    spec = a_run(tmp_path / "cut")

    again, same = run_to_end(spec, str(kept_at(spec, step)))

    later = {at: loss for at, loss in losses_in(whole).items() if at > step}
    assert losses_in(again) == later
    epochs = {epoch: values for epoch, values in epochs_in(whole).items() if epoch * 6 >= step}
    assert epochs_in(again).keys() == epochs.keys()
    for epoch, values in epochs_in(again).items():
        # An accuracy is the mean over what came within a moment: its last bits are not the clock's.
        assert values == pytest.approx(epochs[epoch], rel=1e-6)
        assert values["train/loss"] == epochs[epoch]["train/loss"]
        assert values["validation/loss"] == epochs[epoch]["validation/loss"]
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    ended = [event for event in (*whole, *again) if isinstance(event, Ended)]
    assert ended[0].metrics["test"] == ended[1].metrics["test"]
    assert ended[0].metrics["validation"] == ended[1].metrics["validation"]
    assert ended[0].losses == ended[1].losses
    assert ended[0].step == ended[1].step == 24


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole, _ = run_to_end(a_run(tmp_path / "whole"))
    spec = a_run(tmp_path / "cut", keeping=Keeping(every_secs=1000.0))
    training = Training(spec)
    for _ in training.steps():
        if training.step == 9:
            training.stop()

    found = newest_checkpoint(tmp_path / "cut")
    assert found is not None
    again, _ = run_to_end(spec, str(found.path))

    assert losses_in(again) == {at: loss for at, loss in losses_in(whole).items() if at > 9}


def test_checkpoints_come_by_the_clock_and_old_ones_go(tmp_path: Path) -> None:
    spec = a_run(tmp_path, epochs=400, keeping=Keeping(every_secs=0.001, last=3))

    events, _ = run_to_end(spec)

    told = [event for event in events if isinstance(event, Checkpointed)]
    found = checkpoints_in(tmp_path)
    assert len(told) > 3
    assert [checkpoint.path.name for checkpoint in found] == [event.file for event in told[-3:]]
    assert found[-1].step == 2400
    assert told[-1].size == found[-1].path.stat().st_size


def test_one_that_a_person_asked_for_stays(tmp_path: Path) -> None:
    spec = a_run(tmp_path, epochs=200, keeping=Keeping(every_secs=0.001, last=1))
    training = Training(spec)
    for _ in training.steps():
        if training.step == 3:
            training.keep()

    marked = [checkpoint.step for checkpoint in checkpoints_in(tmp_path) if checkpoint.marked]
    assert marked == [3]


def test_a_longer_training_goes_on_from_the_end_of_a_finished_one(tmp_path: Path) -> None:
    spec = a_run(tmp_path, keeping=Keeping(every_secs=1000.0))
    run_to_end(spec)
    found = newest_checkpoint(tmp_path)
    assert found is not None

    events, _ = run_to_end(replace(spec, epochs=6), str(found.path))

    assert sorted(losses_in(events)) == list(range(25, 37))
    assert sorted(epochs_in(events)) == [5, 6]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("lr", 0.3), ("weight_decay", 0.4), ("clip_norm", 0.01), ("batch_size", 16.0)],
)
def test_an_adjusted_run_is_made_again_from_its_record(
    tmp_path: Path, setting: str, value: float
) -> None:
    spec = a_run(tmp_path)
    training = Training(spec)
    events: list[Event] = []
    for batch in training.steps():
        events += batch
        if training.step == 8 and not any(isinstance(event, Adjusted) for event in events):
            events += training.adjust(
                msgspec.convert({"setting": setting, "value": value}, Adjustment)
            )
    told = [event for event in events if isinstance(event, Adjusted)]

    again, weights = run_to_end(
        replace(spec, adjustments=tuple(event.adjustment for event in told))
    )

    unchanged, _ = run_to_end(spec)
    assert [event.step for event in told] == [8]
    assert losses_in(again) == losses_in(events) != losses_in(unchanged)
    assert all(torch.equal(weights[name], part) for name, part in training.weights().items())


def test_an_adjusted_run_goes_on_with_what_was_adjusted(tmp_path: Path) -> None:
    planned = a_run(tmp_path / "whole", adjustments=(Adjustment(setting="lr", value=0.2, step=3),))
    whole, _ = run_to_end(planned)
    spec = replace(planned, folder=str(tmp_path / "cut"))

    again, _ = run_to_end(spec, str(kept_at(spec, 10)))

    assert losses_in(again) == {at: loss for at, loss in losses_in(whole).items() if at > 10}


def test_what_was_adjusted_after_the_last_checkpoint_is_adjusted_again_when_it_goes_on(
    tmp_path: Path,
) -> None:
    spec = a_run(tmp_path, keeping=Keeping(every_secs=3600.0))
    told = interfered_with(spec)
    start = going_on(tmp_path, step=10)

    again, _ = run_to_end(start.spec, start.checkpoint)

    assert start.checkpoint == str(checkpoints_in(tmp_path)[0].path)
    (adjustment,) = start.spec.adjustments
    assert (0.3, 14) == (adjustment.value, adjustment.step)
    assert {at: loss for at, loss in losses_in(told).items() if at > 10} == losses_in(again)


def interfered_with(spec: RunSpec) -> list[Event]:
    """Keep a checkpoint at step 10, and change the rate at step 14; the record knows of both."""
    training, store = Training(spec), RunStore(Path(spec.folder))
    store.describe(spec)
    told: list[Event] = []
    done: set[int] = set()
    for batch in training.steps():
        events = [*batch]
        if training.step in {10, 14} - done:
            done.add(training.step)
            rate = Adjustment(setting="lr", value=0.3)
            events += training.keep() if training.step == 10 else training.adjust(rate)
        store.append(events)
        told += events
    store.close()
    return told


def test_an_adjustment_that_makes_no_sense_is_refused_with_a_sentence(tmp_path: Path) -> None:
    training = Training(a_run(tmp_path))
    said: list[Event] = []
    for _ in training.steps():
        if training.step == 2 and not said:
            said += training.adjust(Adjustment(setting="lr", value=float("nan")))
            said += training.adjust(Adjustment(setting="batch_size", value=0.5))
            said += training.adjust(Adjustment(setting="lr", value=1.0, objective="critic"))

    assert [event.message for event in said if hasattr(event, "message")] == [
        "lr stays as it is: expected a number that is not negative, received nan",
        "batch size stays as it is: expected a whole number of samples, received 0.5",
        "lr stays as it is: there is no objective critic, received 1",
    ]


def test_a_run_begins_with_the_weights_of_another_as_far_as_they_fit(tmp_path: Path) -> None:
    spec = a_run(tmp_path / "first")
    path = kept_at(spec, 5)
    origin = Origin(run="run-1", step=5, checkpoint=str(path), names={"fc1": "fc2"})
    same = replace(spec, folder="", origin=replace(origin, names={}))

    whole, _ = run_to_end(same)
    renamed, _ = run_to_end(replace(same, origin=origin))

    began = next(event for event in whole if isinstance(event, Began))
    assert {"fc1.weight", "fc2.weight"} <= set(began.kept)
    assert (began.reshaped, began.new, began.gone) == ((), (), ())
    other = next(event for event in renamed if isinstance(event, Began))
    assert "fc1.weight" in other.new
    assert "fc2.weight" in (*other.reshaped, *other.kept)


def test_a_block_that_is_gone_gives_its_weights_to_none_of_its_name(tmp_path: Path) -> None:
    spec = a_run(tmp_path / "first")
    path = kept_at(spec, 5)
    origin = Origin(run="run-1", step=5, checkpoint=str(path), names={"fc1": "", "norm": "fc1"})

    events, _ = run_to_end(replace(spec, folder="", origin=origin))

    began = next(event for event in events if isinstance(event, Began))
    assert {"fc1.weight", "fc1.bias"} <= set(began.gone)
    assert {"fc2.weight", "fc2.bias"} == set(began.kept) - {"fc1.bias"}


def test_the_record_of_a_run_that_went_on_is_that_of_one_never_cut(tmp_path: Path) -> None:
    whole = a_run(tmp_path / "whole")
    cut = a_run(tmp_path / "cut")
    with Engine(in_process=True) as engine:
        follow(engine, Start(spec=whole))
        kept_at(cut, 9)
        follow(engine, Start(spec=cut, checkpoint=str(checkpoints_in(tmp_path / "cut")[0].path)))

    with open_run(tmp_path / "cut") as saved:
        record = Record.from_events(saved.replay())
    with open_run(tmp_path / "whole") as saved:
        expected = Record.from_events(saved.replay())
    assert record.ended is not None
    assert record.failed is None
    assert record.series["train/loss"].last == expected.series["train/loss"].last
    assert record.started is not None


def follow(engine: Engine, start: Start) -> list[Event]:
    engine.send(start)
    seen: list[Event] = []
    while not any(isinstance(event, Ended) for event in seen):
        seen += engine.wait(30.0)
    return seen


def test_what_was_told_before_a_cut_is_not_written_twice(tmp_path: Path) -> None:
    spec = a_run(tmp_path, epochs=3, keeping=Keeping(every_secs=1000.0))
    with Engine(in_process=True) as engine:
        follow(engine, Start(spec=spec))
        first = checkpoints_in(tmp_path)[-1]
        follow(engine, Start(spec=replace(spec, epochs=5), checkpoint=str(first.path)))
        follow(engine, Start(spec=replace(spec, epochs=5), checkpoint=str(first.path)))

    with open_run(tmp_path) as saved:
        steps, _ = saved.series("train/loss")
    assert steps.tolist() == list(range(1, 31))


@pytest.mark.parametrize("damage", ["torn", "empty", "other", "missing"])
def test_a_broken_checkpoint_is_named_and_ends_the_run_with_a_sentence(
    tmp_path: Path, damage: str
) -> None:
    spec = a_run(tmp_path)
    path = kept_at(spec, 4)
    content = path.read_bytes()
    match damage:
        case "torn":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "other":
            path.write_text("no checkpoint at all, but long enough to look like one")
        case "missing":
            path.unlink()

    with pytest.raises(FileError, match="the checkpoint cannot be read"):
        read_checkpoint(path)
    events = list(train(spec, str(path)))

    failed = next(event for event in events if isinstance(event, Failed))
    assert "the checkpoint cannot be read" in failed.message
    assert isinstance(events[-1], Ended)


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    path = kept_at(a_run(tmp_path), 4)
    state = read_checkpoint(path)
    del state["session"]["model"]["fc1.weight"]
    from studio.engine.checkpoint import write_checkpoint

    write_checkpoint(path, *pack(state))
    events = list(train(a_run(tmp_path), str(path)))

    failed = next(event for event in events if isinstance(event, Failed))
    assert "of another network" in failed.message


states = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=5).filter(lambda text: ":" not in text),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(states)
def test_a_state_without_tensors_comes_back_equal(state: object) -> None:
    assert unpack(*pack(state)) == state


def test_tensors_come_back_at_their_place_and_apart() -> None:
    shared = torch.arange(3.0)
    state = {"a": [shared, {"b": shared}], "c": torch.tensor(float("nan")), "d": float("inf")}

    tensors, text = pack(state)
    back = unpack(tensors, text)

    assert sorted(tensors) == ["a/0", "a/1/b", "c"]
    assert tensors["a/0"].data_ptr() != tensors["a/1/b"].data_ptr()
    assert isinstance(back, dict)
    assert back["d"] == float("inf")
