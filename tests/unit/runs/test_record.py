"""A record is the same whether its events come live, in one piece, or twice."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.arrays import array_from_numpy, array_to_numpy
from studio.runs.events import (
    Ended,
    EpochEnded,
    Event,
    Failed,
    LayerRow,
    Note,
    Points,
    Preview,
    Progress,
    Ready,
    Snapshot,
    Started,
    StateChanged,
    decode,
    encode,
)
from studio.runs.layers import LayerGrid
from studio.runs.record import History, Record
from studio.runs.spec import Array


def started(run: str = "r1") -> Started:
    return Started(
        run=run, title="LeNet on digits", time=0.0, device="cpu", device_name="CPU, 1 thread",
        seed=0, parameters=61_706, epochs=3, steps_per_epoch=20,
        samples={"train": 1257, "validation": 270, "test": 270},
        layers=(("conv1", "conv1"), ("fc1", "fc1")), attentions=(("attn1", "attn1"),),
    )  # fmt: skip


def snapshot(step: int, *, kind: str = "attention", block: str = "attn1") -> Snapshot:
    weights = array_from_numpy(np.full((2, 3, 3), step, np.float32))
    return Snapshot(kind=kind, block=block, step=step, arrays={"weights": weights})


def a_run() -> list[Event]:
    events: list[Event] = [StateChanged(state="loading"), started(), StateChanged(state="running")]
    for step in range(60):
        events.append(Points(name="train/loss", steps=(step,), values=(2.0 / (step + 1),)))
        events.append(Points(name="lr", steps=(step,), values=(0.1,)))
        if step % 5 == 0:
            values = (step + 1.0, 0.5)
            events.append(LayerRow(name="grad_norm", step=step, values=values))
        if step % 20 == 19:
            epoch = step // 20 + 1
            events.append(snapshot(step))
            values_ = {"train/loss": 0.5 / epoch, "validation/loss": 0.6 / epoch}
            events.append(EpochEnded(epoch=epoch, step=step, values=values_))
            events.append(Progress(step=step, epoch=epoch, samples_per_sec=2e3, seconds_left=9.0))
    events.append(Note(message="The best weights are those of epoch 3"))
    events.append(Ended(reason="finished", step=59, epoch=3, seconds=2.0))
    return events


def facts(record: Record) -> object:
    return (
        record.started,
        record.state,
        record.progress,
        record.failed,
        record.ended,
        record.notes,
        record.epochs,
        {name: (s.steps.tolist(), s.values.tolist()) for name, s in record.series.items()},
        {n: (g.starts.tolist(), g.values.tolist()) for n, g in record.layers.items()},
        {key: history.snapshots for key, history in record.snapshots.items()},
    )


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_live_and_replay_give_the_same_record(batches: list[int]) -> None:
    events = a_run()
    live = Record()
    begin = turn = 0
    while begin < len(events):
        size = batches[turn % len(batches)]
        live.feed(decode(encode(events[begin : begin + size])))
        begin, turn = begin + size, turn + 1

    assert facts(Record.from_events(events)) == facts(live)


def test_a_batch_that_comes_twice_changes_nothing() -> None:
    events = a_run()
    once = Record.from_events(events)
    twice = Record.from_events(events)

    twice.feed([event for event in events[20:] if not isinstance(event, Note)])

    assert facts(once) == facts(twice)


def test_a_record_knows_what_the_run_said() -> None:
    record = Record.from_events(a_run())

    assert record.started == started()
    assert list(range(60)) == record.series["train/loss"].steps.tolist()
    assert [19, 39, 59] == record.series["validation/loss"].steps.tolist()
    assert [0.6, 0.3, 0.2] == pytest.approx(record.series["validation/loss"].values.tolist())
    assert record.layers["grad_norm"].values.shape == (12, 2)
    assert record.blocks_seen("attention") == ("attn1",)
    assert record.newest("attention", "attn1") == snapshot(59)
    assert record.newest("embedding", "fc1") is None
    assert record.step == 59
    assert not record.live


def test_the_mean_of_an_epoch_is_not_a_point_of_the_step_curve() -> None:
    record = Record.from_events(a_run())

    assert 60 == len(record.series["train/loss"])
    assert record.series["train/loss"].value_at(59) == (59, 2.0 / 60)


def test_validation_that_comes_as_points_and_with_the_epoch_is_taken_once() -> None:
    record = Record()
    for epoch in (1, 2):
        point = Points(name="validation/loss", steps=(epoch * 10,), values=(1.0 / epoch,))
        end = EpochEnded(epoch=epoch, step=epoch * 10, values={"validation/loss": 1.0 / epoch})
        record.feed([end, point])

    assert [10, 20] == record.series["validation/loss"].steps.tolist()


def test_news_of_the_engine_alone_are_no_news_of_the_run() -> None:
    record = Record()
    told: list[frozenset[str]] = []
    record.changed.connect(told.append)

    record.feed([])
    record.feed([Ready(devices={"cpu": "CPU"}, default="cpu", torch="2")])

    assert told == []


def test_topics_are_told_once_a_batch() -> None:
    record = Record()
    told: list[frozenset[str]] = []
    record.changed.connect(told.append)

    record.feed(a_run())
    record.feed([Points(name="lr", steps=(60, 61), values=(0.1, 0.1))])
    record.feed(
        [Ready(devices={"cpu": "CPU"}, default="cpu", torch="2"), Preview(request=1, arrays={})]
    )

    assert told == [
        frozenset({"run", "series", "layers", "epochs", "progress", "attention"}),
        frozenset({"series"}),
    ]
    assert record.versions["series"] == 2


def test_a_second_beginning_starts_anew() -> None:
    record = Record.from_events(a_run())

    record.feed([started("r2")])

    assert record.series == {}
    assert record.ended is None
    assert record.started == started("r2")


def test_what_was_said_before_the_beginning_stays() -> None:
    record = Record()

    record.feed([StateChanged(state="loading"), Note(message="No GPU was found"), started()])

    assert [Note(message="No GPU was found")] == record.notes
    assert record.live


def test_clearing_forgets_everything_and_says_so() -> None:
    record = Record.from_events(a_run())
    told: list[frozenset[str]] = []
    record.changed.connect(told.append)

    record.clear()

    assert facts(Record()) == facts(record)
    assert {"run", "series", "layers"} <= told[0]


def test_a_failure_ends_the_run() -> None:
    record = Record.from_events(a_run()[:10])
    assert record.live

    record.feed([Failed(kind="nan", message="The loss became NaN", block="fc1", step=9)])

    assert not record.live
    assert record.failed is not None


def test_nan_is_kept_in_a_curve_and_in_the_layers() -> None:
    record = Record()
    record.feed(
        [
            Points(name="train/loss", steps=(0, 1), values=(1.0, math.nan)),
            LayerRow(name="grad_norm", step=1, values=(math.nan, 1.0)),
        ]
    )

    assert [1] == record.series["train/loss"].broken.tolist()
    assert math.isnan(record.layers["grad_norm"].values[0, 0])


def grid_of(steps: Sequence[int], rows: np.ndarray, *, limit: int, block: int) -> LayerGrid:
    grid = LayerGrid(rows.shape[1], rows=limit)
    for begin in range(0, len(steps), block):
        grid.extend(steps[begin : begin + block], rows[begin : begin + block])
    return grid


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=120), st.integers(1, 30), st.integers(2, 16)
)
def test_merged_rows_hold_the_greatest_value_of_their_steps(
    gaps: list[int], block: int, limit: int
) -> None:
    steps = np.cumsum(gaps)
    rows = np.random.default_rng(0).normal(size=(len(steps), 3)).astype(np.float32)

    grid = grid_of(steps.tolist(), rows, limit=limit, block=block)

    assert len(grid) <= limit
    for start, row in zip(grid.starts, grid.values, strict=True):
        inside = (steps >= start) & (steps < start + grid.width)
        assert rows[inside].max(axis=0).tolist() == row.tolist()
    assert grid.latest is not None
    assert rows[-1].tolist() == grid.latest[1].tolist()


def test_a_million_rows_take_bounded_memory_and_keep_a_spike() -> None:
    grid = LayerGrid(8)
    rows = np.zeros((10_000, 8), np.float32)
    for block in range(100):
        rows[:] = 0.1
        if block == 42:
            rows[17, 3] = 9.0
        grid.extend(np.arange(block * 10_000, (block + 1) * 10_000), rows)

    assert grid.nbytes < 8 * 4 * 20_000
    assert grid.values.max() == np.float32(9.0)
    at = (grid.values[:, 3] == 9.0).nonzero()[0]
    assert len(at) == 1
    assert 0 <= 420_017 - grid.starts[at[0]] < grid.width


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="rows of 2 layers"):
        LayerGrid(2).extend([1], [[1.0, 2.0, 3.0]])


def test_rows_that_are_known_are_left_out() -> None:
    grid = LayerGrid(1)
    grid.extend([5], [[1.0]])

    grid.extend([4, 5], [[7.0], [8.0]])

    assert [[1.0]] == grid.values.tolist()


def test_the_past_of_snapshots_thins_evenly_and_the_newest_stays() -> None:
    history = History(limit=8)

    for step in range(101):
        history.add(snapshot(step))
        assert history.newest == snapshot(step)
        assert len(history) <= 9

    steps = [kept.step for kept in history.snapshots]
    assert [0, 16, 32, 48, 64, 80, 96, 100] == steps
    assert history.at(50) == snapshot(48)
    assert history.at(-1) == snapshot(0)


def test_an_empty_history_has_nothing_at_any_step() -> None:
    assert History().at(3) is None
    assert History().newest is None


@pytest.mark.parametrize("dtype", ["float32", "int64", ">f4", "uint8"])
def test_an_array_survives_the_trip(dtype: str) -> None:
    values = np.arange(6).reshape(2, 3).astype(dtype)

    array = array_from_numpy(values)

    assert array_to_numpy(array).tolist() == values.tolist()
    assert array_to_numpy(Array(shape=(0,), dtype="<f4", data=b"")).size == 0


def test_points_told_after_their_epoch_replace_what_the_epoch_said() -> None:
    record = Record()
    record.feed([EpochEnded(epoch=1, step=2, values={"train/loss": 1.5}, best=False)])
    record.feed([Points(name="train/loss", steps=(1, 2, 3), values=(2.0, 1.0, 0.5))])

    assert record.series["train/loss"].steps.tolist() == [1, 2, 3]
