"""Nothing is lost: killed engines, torn files and full disks, at moments drawn by lot.

``NETWRIGHT_KILLS=50`` and ``NETWRIGHT_CUTS=500`` try more of them.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from studio.core.errors import FileError
from studio.engine.train import train
from studio.runs.checkpoints import checkpoints_in, newest_checkpoint
from studio.runs.commands import Start
from studio.runs.events import Ended, Event, Failed, Points, Started
from studio.runs.handle import Engine
from studio.runs.saved import open_run
from studio.runs.spec import Keeping, RunSpec, Watch
from studio.runs.store import RECORD, RunStore
from tests.engine import programs

KILLS = int(os.environ.get("NETWRIGHT_KILLS", "3"))
CUTS = int(os.environ.get("NETWRIGHT_CUTS", "30"))
LONGEST_SECS = 1.5
PATIENCE_SECS = 60.0
BLIND = Watch(probes={})


def long_run(folder: Path | None) -> RunSpec:
    """Return some thousand short steps, with a checkpoint every twentieth of a second."""
    keeping = Keeping(every_secs=0.05)
    return programs.run(folder, epochs=300, watch=BLIND, keeping=keeping)


def losses_in(events: list[Event]) -> dict[int, float]:
    return {
        step: value
        for event in events
        if isinstance(event, Points) and event.name == "train/loss"
        for step, value in zip(event.steps, event.values, strict=True)
    }


@pytest.fixture(scope="module")
def whole() -> dict[int, float]:
    """The losses of a run that nothing happened to."""
    return losses_in(list(train(long_run(None))))


def kill_engine() -> None:
    for child in psutil.Process().children(recursive=True):
        if "studio.engine" in " ".join(child.cmdline()):
            child.send_signal(signal.SIGKILL)


def run_until_killed(spec: RunSpec, secs: float) -> list[Event]:
    """Return what was told before the engine was killed, so long after the run began."""
    told: list[Event] = []
    end = time.monotonic() + PATIENCE_SECS
    with Engine() as engine:
        engine.send(Start(spec=spec))
        while not any(isinstance(event, Started) for event in told):
            told += engine.wait(1.0)
            assert time.monotonic() < end
        kill_at = time.monotonic() + secs
        while (left := kill_at - time.monotonic()) > 0:
            told += engine.wait(left)
        kill_engine()
        while not any(isinstance(event, Ended) for event in told):
            told += engine.wait(1.0)
            assert time.monotonic() < end
    return told


@pytest.mark.parametrize("moment", range(KILLS))
def test_a_run_killed_at_any_moment_shows_what_it_told_and_ends_as_if_it_had_not_been(
    tmp_path: Path, whole: dict[int, float], moment: int
) -> None:
    secs = random.Random(moment).uniform(0.0, LONGEST_SECS)
    spec = long_run(tmp_path)

    told = run_until_killed(spec, secs)

    with open_run(tmp_path) as saved:
        steps, _ = saved.series("train/loss")
        shown = saved.replay()
        assert isinstance(list(shown)[-1], Ended)
    assert losses_in(told).keys() <= set(steps.tolist())
    newest = newest_checkpoint(tmp_path)
    assert newest is None or set(range(1, newest.step + 1)) <= set(steps.tolist())
    again = losses_in(list(train(spec, str(newest.path) if newest else "")))
    assert {step: whole[step] for step in again} == again
    assert max(again, default=len(whole)) == len(whole)


@pytest.mark.parametrize("cut", range(CUTS))
def test_a_record_cut_at_any_byte_gives_its_beginning_or_a_sentence(
    tmp_path: Path, cut: int, record_bytes: bytes
) -> None:
    size = random.Random(cut).randrange(len(record_bytes) + 1)
    (tmp_path / RECORD).write_bytes(record_bytes[:size])

    told = ""
    try:
        with open_run(tmp_path) as saved:
            events = list(saved.replay())
            steps, values = saved.series("train/loss")
    except FileError as error:
        told = str(error)

    if told:
        assert str(tmp_path) in told
    else:
        assert isinstance(events[-1], Ended)
        assert values.tolist() == [float(step) for step in steps]


@pytest.fixture(scope="module")
def record_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A record of a few pages, whose losses are their steps."""
    folder = tmp_path_factory.mktemp("record")
    store = RunStore(folder)
    for first in range(1, 20_001, 500):
        steps = tuple(range(first, first + 500))
        store.append(
            [
                Points(name=name, steps=steps, values=tuple(map(float, steps)))
                for name in ("train/loss", "lr")
            ]
        )
    store.append([Ended(reason="finished", step=20_000, epoch=1, seconds=1.0)])
    store.close()
    with sqlite3.connect(folder / RECORD) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / RECORD).read_bytes()


@pytest.mark.parametrize("cut", range(CUTS))
def test_a_checkpoint_cut_at_any_byte_is_refused_and_the_one_before_serves(
    tmp_path: Path, cut: int, whole: dict[int, float], kept: Path
) -> None:
    files = [checkpoint.path for checkpoint in checkpoints_in(kept)]
    content = files[-1].read_bytes()
    torn = tmp_path / files[-1].name
    torn.write_bytes(content[: random.Random(cut).randrange(len(content))])

    failed = [event for event in train(long_run(None), str(torn)) if isinstance(event, Failed)]

    assert [event.message.startswith(f"{torn}: the checkpoint cannot be read") for event in failed]


def test_the_checkpoint_before_a_torn_one_serves(whole: dict[int, float], kept: Path) -> None:
    again = losses_in(list(train(long_run(None), str(checkpoints_in(kept)[0].path))))

    assert again
    assert {step: whole[step] for step in again} == again


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with checkpoints."""
    folder = tmp_path_factory.mktemp("kept")
    list(train(long_run(folder)))
    return folder


FULL_DISK = """
import resource, sys
from pathlib import Path
from tests.engine.test_survival import long_run
from studio.runs.commands import Start
from studio.runs.events import Ended, Note
from studio.runs.handle import Engine

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
with Engine(in_process=True) as engine:
    engine.send(Start(spec=long_run(Path(sys.argv[1]))))
    seen = []
    while not any(isinstance(event, Ended) for event in seen):
        seen += engine.wait(60.0)
print(next(event for event in seen if isinstance(event, Ended)).reason)
print(*(event.message for event in seen if isinstance(event, Note)), sep="\\n")
"""


@pytest.mark.parametrize("room_bytes", [2_000, 40_000])
def test_a_disk_without_room_ends_the_record_and_not_the_run(
    tmp_path: Path, room_bytes: int
) -> None:
    """A file may not grow beyond this size: the system answers as for a full disk."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "run"), str(room_bytes)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=Path(__file__).parents[2],
    )

    reason, *notes = done.stdout.splitlines() or ["nothing was said"]
    assert reason == "finished", done.stderr
    assert any("goes on without" in note for note in notes), notes
