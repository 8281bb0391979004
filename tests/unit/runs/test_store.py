"""The record on disk: written while training, read back as it was, whole or cut off."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import FileError
from studio.runs.events import (
    Ended,
    EpochEnded,
    Event,
    Failed,
    LayerRow,
    Note,
    Points,
    Snapshot,
    StateChanged,
)
from studio.runs.saved import open_run
from studio.runs.spec import Array, DataJob, Program, RunSpec
from studio.runs.store import CHUNK, RECORD, RunStore

SPEC = RunSpec(
    id="run-1",
    title="Clouds",
    experiment="{}\n",
    program=Program(
        text="class Small: ...\n",
        class_name="Small",
        lines={1: "fc1"},
        tapped="",
        inputs=(),
        outputs=(),
        loss_arguments=(),
        targets=(),
        losses=(),
        metrics=(),
        blocks=(),
    ),
    data=DataJob(source="", load="", params={"sizes": (1, 2), "a": None}, columns=()),
    objectives=(),
    epochs=1,
    batch_size=1,
    seed=0,
)
ENDED = Ended(reason="finished", step=3, epoch=1, seconds=1.0, losses=(0.5, 0.25))


def points(name: str, steps: range, *, scale: float = 1.0) -> Points:
    return Points(name=name, steps=tuple(steps), values=tuple(step * scale for step in steps))


def snapshot(step: int) -> Snapshot:
    array = Array(shape=(2,), dtype="<f4", data=b"\0" * 8)
    return Snapshot(kind="embedding", block="fc1", step=step, arrays={"points": array})


def write(folder: Path, *events: Event) -> None:
    store = RunStore(folder)
    store.append(events)
    store.close()


def replayed(folder: Path) -> list[Event]:
    with open_run(folder) as saved:
        return list(saved.replay())


def test_a_run_is_replayed_as_it_happened(tmp_path: Path) -> None:
    events: list[Event] = [
        StateChanged(state="running"),
        points("train/loss", range(1, 4), scale=0.5),
        LayerRow(name="grad_norm", step=1, values=(1.0, 2.0)),
        EpochEnded(epoch=1, step=3, values={"train/loss": 1.0}),
        snapshot(3),
        ENDED,
    ]

    write(tmp_path, *events)

    assert events == replayed(tmp_path)


@pytest.mark.parametrize(
    "steps",
    [
        range(1, 3 * CHUNK),
        range(10, 100_000, 7),
        [1, 2, 3, 5, 8, 13, 21],
        [5],
        [4, 4, 4],
    ],
    ids=["every step", "every seventh", "uneven", "one", "the same"],
)
def test_a_curve_is_read_back_to_the_last_bit(tmp_path: Path, steps: range | list[int]) -> None:
    values = np.random.default_rng(0).normal(size=len(steps)).astype(np.float32)
    store = RunStore(tmp_path)
    for start in range(0, len(steps), 100):
        piece = slice(start, start + 100)
        store.append(
            [Points(name="a", steps=tuple(steps[piece]), values=tuple(values[piece].tolist()))]
        )
    store.close()

    with open_run(tmp_path) as saved:
        seen_steps, seen = saved.series("a")

    assert list(steps) == seen_steps.tolist()
    assert values.tobytes() == seen.tobytes()


def test_a_curve_that_was_never_seen_is_empty(tmp_path: Path) -> None:
    write(tmp_path, points("a", range(3)))

    with open_run(tmp_path) as saved:
        assert saved.names == ["a"]
        assert [len(column) for column in saved.series("b")] == [0, 0]


def test_what_is_no_number_is_kept_as_such(tmp_path: Path) -> None:
    write(tmp_path, Points(name="a", steps=(1, 2, 3), values=(1.0, float("nan"), float("inf"))))

    with open_run(tmp_path) as saved:
        assert np.array_equal([1.0, np.nan, np.inf], saved.series("a")[1], equal_nan=True)


def test_what_was_asked_lies_beside_the_record(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.describe(SPEC)
    store.close()

    with open_run(tmp_path) as saved:
        assert saved.spec == SPEC
    assert (tmp_path / "experiment.netwright").read_text() == "{}\n"
    assert (tmp_path / "model.py").read_text() == "class Small: ...\n"


def test_a_run_in_progress_can_be_read(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.append([points("train/loss", range(1, 50))])
    store.commit()
    store.append([points("train/loss", range(50, 60))])

    with open_run(tmp_path) as saved:
        before = saved.series("train/loss")[0].tolist()
        store.commit()
        after = saved.series("train/loss")[0].tolist()
    store.close()

    assert list(range(1, 60)) == before == after


def test_nothing_that_was_told_is_lost_when_the_engine_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from studio.runs.store import RunStore; from studio.runs.events import Points;"
        "store = RunStore(Path(sys.argv[1]));"
        "[store.append([Points(name='train/loss', steps=(i,), values=(float(i),))])"
        " for i in range(1, 60)];"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    with open_run(tmp_path) as saved:
        seen = saved.series("train/loss")[0].tolist()
    RunStore(tmp_path).close()
    with open_run(tmp_path) as saved:
        taken_up = saved.series("train/loss")[0].tolist()

    assert list(range(1, 60)) == seen == taken_up


def test_a_run_that_was_cut_off_is_replayed_with_an_end(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.append([StateChanged(state="running"), points("train/loss", range(1, 50))])
    store.commit()
    store.append([points("train/loss", range(50, 60))])
    # Killed here: neither closed nor committed.
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tmp_path.glob(f"{RECORD}*"):
        (copy / path.name).write_bytes(path.read_bytes())
    store.close()

    events = replayed(copy)

    assert points("train/loss", range(1, 50)) == events[1]
    assert [Failed, Ended] == [type(event) for event in events[-2:]]


def test_a_torn_record_gives_what_can_be_read(tmp_path: Path) -> None:
    write(tmp_path, *(points(f"metric {i}", range(CHUNK)) for i in range(20)), ENDED)
    path = tmp_path / RECORD
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    events = replayed(tmp_path)

    assert points("metric 0", range(CHUNK)) == events[0]
    assert len(events) < 22
    assert isinstance(events[-1], Ended)


@pytest.mark.parametrize("content", [b"", b"this is no database, and long enough to be sure" * 40])
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / RECORD).write_bytes(content)

    with pytest.raises(FileError, match="the record cannot be read"):
        open_run(tmp_path)


def test_a_folder_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no record of a run"):
        open_run(tmp_path)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(FileError, match="cannot be written"):
        RunStore(tmp_path / "file")


def test_a_full_disk_is_refused_in_a_sentence(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store._base.execute("COMMIT")
    store._base.execute("PRAGMA max_page_count = 12")
    store._base.execute("BEGIN")

    with pytest.raises(FileError, match="cannot be written: database or disk is full"):
        store.append([Note(message="a sentence " * 100)] * 1000)
    store._base.close()


def test_a_record_can_be_continued(tmp_path: Path) -> None:
    write(tmp_path, points("a", range(1, 4)))
    write(tmp_path, points("a", range(4, 6)), ENDED)

    with open_run(tmp_path) as saved:
        assert [1, 2, 3, 4, 5] == saved.series("a")[0].tolist()
    assert replayed(tmp_path)[-1] == ENDED


def test_of_very_many_pictures_an_even_selection_is_kept(tmp_path: Path) -> None:
    write(tmp_path, *(snapshot(step) for step in range(3000)), ENDED)

    kept = [event.step for event in replayed(tmp_path) if isinstance(event, Snapshot)]

    assert kept == list(range(0, 3000, 16))


def test_scalars_cost_little_time_and_room(tmp_path: Path) -> None:
    """The promise is 3 M records a second of processor time; half of it passes on any machine."""
    names = [f"metric {i}" for i in range(20)]
    batches = [
        [points(name, range(start, start + 100), scale=0.1) for name in names]
        for start in range(0, 20_000, 100)
    ]
    store = RunStore(tmp_path)
    begin = time.process_time()

    for batch in batches:
        store.append(batch)
    store.close()

    spent_secs = time.process_time() - begin
    size_bytes = (tmp_path / RECORD).stat().st_size
    assert 400_000 / spent_secs > 1_500_000
    assert size_bytes / 400_000 < 8


def test_a_long_curve_is_read_in_a_moment(tmp_path: Path) -> None:
    write(tmp_path, *(points(f"m{i}", range(50_000)) for i in range(4)))

    with open_run(tmp_path) as saved:
        taken_secs = []
        for _ in range(5):
            begin = time.process_time()
            steps, _ = saved.series("m2")
            taken_secs.append(time.process_time() - begin)

    assert len(steps) == 50_000
    assert min(taken_secs) < 0.003


def test_the_record_is_an_ordinary_database(tmp_path: Path) -> None:
    write(tmp_path, points("train/loss", range(3)))

    base = sqlite3.connect(tmp_path / RECORD)
    names = base.execute(
        "SELECT name, count FROM chunks JOIN series ON series.id = series"
    ).fetchall()
    base.close()

    assert [("train/loss", 3)] == names


def test_what_a_kill_left_in_the_tail_is_not_kept_twice_by_a_run_that_goes_on(
    tmp_path: Path,
) -> None:
    killed = RunStore(tmp_path)
    killed.append([points("train/loss", range(1, 6))])
    killed.append([points("train/loss", range(6, 11))])  # in the tail alone
    killed._base.close()  # as a kill does
    going_on = RunStore(tmp_path)
    going_on.append([points("train/loss", range(4, 13))])
    going_on.close()

    with open_run(tmp_path) as saved:
        steps = saved.series("train/loss")[0].tolist()

    assert list(range(1, 13)) == steps
