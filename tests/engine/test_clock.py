"""The clock jumps, by a flat battery or a hand: nothing is lost, or taken for old."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.app.autosave import Autosave, find_recovered
from studio.core.experiment import Experiment
from studio.engine.train import train
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.events import Ended, Event, Progress
from studio.runs.index import RunIndex, look_at
from studio.runs.saved import open_run
from studio.runs.spec import Keeping
from studio.runs.store import RunStore
from tests.engine import programs

YEAR_SECS = 365 * 86400.0
LIVING = """
import sys, time
from pathlib import Path
from studio.app.autosave import Autosave
from studio.core.experiment import Experiment
autosave = Autosave(Path(sys.argv[1]), delay_secs=0.0)
autosave.keep(Experiment(title="alive"), None)
time.sleep(60)
"""


@pytest.fixture(params=["back", "forth", "to and fro"])
def jumps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its fifth look on the clock shows another year, or another one every time."""
    real, looks = time.time, [0]

    def shown() -> float:
        looks[0] += 1
        by = {"back": -1, "forth": 1, "to and fro": (-1) ** looks[0]}[request.param]
        return real() + by * 10 * YEAR_SECS * (looks[0] > 5)

    monkeypatch.setattr(time, "time", shown)


@pytest.mark.usefixtures("jumps")
def test_a_run_trains_keeps_and_goes_on_whatever_the_clock_shows(tmp_path: Path) -> None:
    spec = programs.run(tmp_path, epochs=60, keeping=Keeping(every_secs=0.02))
    whole = told = list(train(spec))
    store = RunStore(tmp_path)
    store.describe(spec)
    store.append(told)
    store.close()
    newest = newest_checkpoint(tmp_path)
    assert newest is not None
    again = list(train(spec, str(newest.path)))

    assert end_of(whole).losses == end_of(again).losses
    assert 0.0 < end_of(whole).seconds < 600.0
    assert all(event.seconds_left >= 0.0 for event in whole if isinstance(event, Progress))
    assert "finished" == look_at(tmp_path).state
    with open_run(tmp_path) as saved:
        steps, _ = saved.series("train/loss")
    assert list(range(1, end_of(whole).step + 1)) == steps.tolist()


def end_of(events: list[Event]) -> Ended:
    assert isinstance(events[-1], Ended)
    return events[-1]


@pytest.mark.parametrize("by", [-10 * YEAR_SECS, 10 * YEAR_SECS])
def test_a_record_of_another_time_is_seen_to_have_changed(tmp_path: Path, by: float) -> None:
    index = RunIndex(tmp_path / "runs", tmp_path / "index.sqlite")
    folder = tmp_path / "runs" / "2026-01-01-000000-clouds-aaaa"
    store = RunStore(folder)
    store.describe(programs.run(folder))
    ((before,), _) = index.look()
    store.append([Ended(reason="finished", step=3, epoch=1, seconds=1.0)])
    store.close()
    for path in folder.iterdir():
        os.utime(path, (time.time() + by, time.time() + by))
    ((after,), _) = index.look()

    assert ("running", "finished") == (before.state, after.state)


@pytest.mark.parametrize("by", [-YEAR_SECS, YEAR_SECS])
def test_the_recovery_copy_of_a_living_program_stays_its_own(tmp_path: Path, by: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LIVING, str(tmp_path)], cwd=Path(__file__).parents[2]
    ) as living:
        copy = tmp_path / f"{living.pid}.json"
        until(copy.exists)
        os.utime(copy, (time.time() + by, time.time() + by))
        while_alive = find_recovered(tmp_path)
        living.kill()
    (found,) = find_recovered(tmp_path)

    assert [] == while_alive
    assert "alive" == found.experiment.title
    found.discard()
    assert [] == list(tmp_path.iterdir())


def test_a_copy_from_the_future_is_found_though_its_process_number_was_given_anew(
    tmp_path: Path,
) -> None:
    autosave = Autosave(tmp_path, delay_secs=0.0)
    autosave.keep(Experiment(title="lost?"), None)
    autosave.close(keep_copy=True)
    copy = tmp_path / f"{os.getppid()}.json"  # a process that lives, and is no window
    (tmp_path / f"{os.getpid()}.json").rename(copy)
    copy.with_suffix(".open").touch()
    os.utime(copy, (time.time() + YEAR_SECS,) * 2)

    assert json.loads(copy.read_text())
    assert ["lost?"] == [found.experiment.title for found in find_recovered(tmp_path)]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60.0
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
