"""An engine whose window was killed goes on with its run, and another window meets it again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import psutil
import pytest

from studio.core.errors import RunError
from studio.engine.train import train
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.commands import Keep, Pause, Quit, Start, Stop
from studio.runs.door import DOOR, door_of
from studio.runs.events import Ended, Event, Points, Ready, Started, StateChanged
from studio.runs.handle import Engine
from studio.runs.index import look_at
from studio.runs.record import Record
from studio.runs.saved import open_run
from studio.runs.spec import Keeping, RunSpec
from tests.engine import programs

PATIENCE_SECS = 60.0
SHORT, LONG = 500, 1_000_000
LAUNCHER = """
import sys
from pathlib import Path
from studio.runs.commands import Pause, Start
from studio.runs.events import Points, StateChanged
from studio.runs.handle import Engine
from tests.engine.test_alone import the_run

folder, epochs, paused = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "paused"
with Engine() as engine:
    engine.send(Start(spec=the_run(folder, epochs), unattended=True))
    told = []
    while True:
        told = engine.wait(10.0)
        if any(isinstance(event, Points) for event in told):
            if paused:
                engine.send(Pause())
            else:
                print("training", flush=True)
        if StateChanged(state="paused") in told:
            print("paused", flush=True)
"""

VISITOR = """
import sys, time
from pathlib import Path
from studio.runs.handle import Engine

engine, told = Engine.met(Path(sys.argv[1]))
print("met", flush=True)
time.sleep(60)
"""


def the_run(folder: Path | None, epochs: int) -> RunSpec:
    """Return a run of eight steps an epoch that keeps no checkpoint by the clock."""
    data = programs.data(validation=0.0, test=0.0)
    return programs.run(folder, epochs=epochs, data=data, keeping=Keeping(every_secs=3600.0))


def killed_window(folder: Path, epochs: int = LONG, how: str = "training") -> psutil.Process:
    """Return the engine of a window that was killed when it had seen the first losses."""
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(folder), str(epochs), how],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == f"{how}\n".encode()
        (engine,) = psutil.Process(window.pid).children()
        os.kill(window.pid, signal.SIGKILL)
    return engine


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Callable[..., psutil.Process]]:
    """Lets an engine train without its window, and ends it after the test."""
    engines = []

    def make(epochs: int = LONG, how: str = "training", *, waits: bool = True) -> psutil.Process:
        engines.append(killed_window(tmp_path, epochs, how))
        if waits:
            until(lambda: door_of(tmp_path) is not None)
        return engines[-1]

    yield make
    for engine in engines:
        if engine.is_running():
            engine.kill()
            engine.wait(PATIENCE_SECS)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECS
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def heard(engine: Engine, last: Callable[[Event], bool]) -> list[Event]:
    """Return what is told up to the batch with such an event."""
    told: list[Event] = []
    end = time.monotonic() + PATIENCE_SECS
    while not any(last(event) for event in told):
        told += engine.wait(1.0)
        assert time.monotonic() < end, "waited in vain"
    return told


def is_end(event: Event) -> bool:
    return isinstance(event, Ended)


def is_news(event: Event) -> bool:
    return isinstance(event, Points)


def test_a_run_that_is_met_again_is_known_from_its_first_step_without_gap_or_double(
    tmp_path: Path, alone
) -> None:
    process = alone()
    engine, before = Engine.met(tmp_path)
    with_no_window = len(losses(Record.from_events(before)))
    engine.send(Keep())
    after = heard(engine, is_news)
    engine.send(Stop())
    after += heard(engine, is_end)
    engine.close()
    process.wait(PATIENCE_SECS)
    met = Record.from_events([*before, *after])
    with open_run(tmp_path) as saved:
        stored = Record.from_events(saved.replay())

    assert with_no_window > 0
    assert list(range(1, len(losses(met)) + 1)) == met.series["train/loss"].steps.tolist()
    assert losses(stored) == pytest.approx(losses(met))
    assert stored.interventions == met.interventions
    assert stored.notes == met.notes
    assert stored.epochs == met.epochs
    assert stored.ended == met.ended
    assert "stopped" == look_at(tmp_path).state


def losses(record: Record) -> list[float]:
    return [float(value) for value in record.series["train/loss"].values]


def test_a_run_alone_says_what_it_would_have_said_with_its_window(tmp_path: Path, alone) -> None:
    alone(SHORT).wait(PATIENCE_SECS)

    with open_run(tmp_path) as saved:
        _, values = saved.series("train/loss")
    whole = [event for event in train(the_run(None, SHORT)) if is_news(event)]
    expected = [v for event in whole if event.name == "train/loss" for v in event.values]
    assert "finished" == look_at(tmp_path).state
    assert expected == values.tolist()
    assert (tmp_path / DOOR).is_file()  # by which the next window knows that nobody saw the end


def test_only_one_window_holds_an_engine(tmp_path: Path, alone) -> None:
    alone()
    door = (tmp_path / DOOR).read_bytes()
    engine, _ = Engine.met(tmp_path)

    with pytest.raises(RunError, match="no engine waits for a window"):
        Engine.met(tmp_path)
    (tmp_path / DOOR).write_bytes(door)
    with pytest.raises(RunError, match="another window may hold it"):
        Engine.met(tmp_path)
    assert heard(engine, is_news)
    engine.close()


def test_a_window_that_met_it_may_be_killed_too(tmp_path: Path, alone) -> None:
    alone()
    with subprocess.Popen(
        [sys.executable, "-c", VISITOR, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as visitor:
        assert visitor.stdout is not None
        assert visitor.stdout.readline() == b"met\n"
        assert door_of(tmp_path) is None
        visitor.kill()
    until(lambda: door_of(tmp_path) is not None)

    second, told = Engine.met(tmp_path)

    assert isinstance(told[1], Started)
    assert any(isinstance(event, Ready) for event in heard(second, is_news))
    second.close()


def test_nobody_comes_in_without_the_key_which_only_the_owner_can_read(
    tmp_path: Path, alone
) -> None:
    alone()
    door = door_of(tmp_path)
    assert door is not None

    with pytest.raises((AuthenticationError, EOFError, ConnectionError)):
        Client(door.address, authkey=b"0" * 32)
    assert 0o600 == (tmp_path / DOOR).stat().st_mode & 0o777
    engine, _ = Engine.met(tmp_path)
    assert heard(engine, is_news)
    engine.close()


def test_a_paused_run_is_not_left_alone_but_kept(tmp_path: Path, alone) -> None:
    alone(how="paused", waits=False).wait(PATIENCE_SECS)

    newest = newest_checkpoint(tmp_path)
    assert newest is not None
    assert "cut off" == look_at(tmp_path).state
    assert not (tmp_path / DOOR).exists()


def test_a_run_alone_keeps_a_checkpoint_when_the_machine_shuts_down(tmp_path: Path, alone) -> None:
    process = alone()
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_SECS)

    with open_run(tmp_path) as saved:
        steps, _ = saved.series("train/loss")
    newest = newest_checkpoint(tmp_path)
    assert newest is not None
    assert newest.step == steps[-1]
    assert "cut off" == look_at(tmp_path).state


def test_an_engine_that_was_killed_alone_is_not_met(tmp_path: Path, alone) -> None:
    process = alone()
    process.kill()
    process.wait(PATIENCE_SECS)

    with pytest.raises(RunError, match="does not answer"):
        Engine.met(tmp_path)


def test_a_window_can_leave_a_run_to_go_on_alone(tmp_path: Path) -> None:
    first = Engine()
    first.start()
    first.send(Start(spec=the_run(tmp_path, LONG)))
    heard(first, is_news)
    first.leave()
    until(lambda: door_of(tmp_path) is not None)

    second, told = Engine.met(tmp_path)

    assert StateChanged(state="running") in told
    assert heard(second, is_news)
    second.send(Quit())
    second.close()


def test_an_engine_without_a_run_is_not_left_alone() -> None:
    engine = Engine()
    engine.start()
    heard(engine, lambda event: isinstance(event, Ready))
    (process,) = psutil.Process().children()
    engine.leave()

    process.wait(PATIENCE_SECS)


def test_met_at_its_end_it_serves_the_next_run(tmp_path: Path, alone) -> None:
    process = alone()
    engine, _ = Engine.met(tmp_path)
    engine.send(Stop())
    heard(engine, is_end)
    engine.send(Start(spec=programs.run()))

    assert "finished" == heard(engine, is_end)[-1].reason
    engine.send(Pause())
    engine.close()
    process.wait(PATIENCE_SECS)
