"""The engine as the window holds it: in a process or in ours, asked from outside, ended."""

import multiprocessing.connection
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from studio.engine.train import train
from studio.runs.commands import Adjust, Look, Pause, Quit, Resume, Start, Stop
from studio.runs.events import (
    Ended,
    Event,
    Failed,
    Points,
    Preview,
    Ready,
    Snapshot,
    Started,
    StateChanged,
)
from studio.runs.handle import Engine
from studio.runs.questions import Show
from studio.runs.saved import open_run
from studio.runs.spec import Adjustment, RunSpec, Watch
from tests.engine import programs

PATIENCE_SECS = 30.0

Awaited = Callable[[Event], bool]


@pytest.fixture(scope="module")
def child() -> Iterator[Engine]:
    """One engine process for all the tests of this file that do not kill it."""
    with Engine() as engine:
        yield engine


@pytest.fixture
def own() -> Iterator[Engine]:
    with Engine(in_process=True) as engine:
        yield engine


def until(engine: Engine, awaited: Awaited) -> list[Event]:
    """Return the events up to the batch with the awaited one."""
    end = time.monotonic() + PATIENCE_SECS
    seen: list[Event] = []
    while time.monotonic() < end:
        events = engine.wait(1.0)
        seen += events
        if any(awaited(event) for event in events):
            return seen
    pytest.fail(f"waited in vain; seen: {[type(event).__name__ for event in seen]}")


def an(kind: type[Event]) -> Awaited:
    return lambda event: isinstance(event, kind)


def paused(event: Event) -> bool:
    return isinstance(event, StateChanged) and event.state == "paused"


def end_of(events: list[Event]) -> Ended:
    return next(event for event in events if isinstance(event, Ended))


def steps_in(events: list[Event]) -> list[int]:
    return [
        step
        for event in events
        if isinstance(event, Points) and event.name == "train/loss"
        for step in event.steps
    ]


def expected_losses() -> tuple[float, ...]:
    last = list(train(programs.run()))[-1]
    assert isinstance(last, Ended)
    return last.losses


def long_run(**changes: object) -> RunSpec:
    return programs.run(**{"epochs": 100_000, **changes})


def test_a_process_and_this_process_give_the_same_losses(child: Engine, own: Engine) -> None:
    child.send(Start(spec=programs.run()))
    own.send(Start(spec=programs.run()))

    one, other = until(child, an(Ended)), until(own, an(Ended))

    assert expected_losses() == end_of(one).losses
    assert expected_losses() == end_of(other).losses


def test_an_engine_says_what_it_runs_on_when_it_is_warm(own: Engine) -> None:
    ready = next(event for event in until(own, an(Ready)) if isinstance(event, Ready))

    assert ready.default in ready.devices
    assert "thread" in ready.devices["cpu"]
    assert ready.torch


def test_pausing_and_going_on_changes_no_loss(child: Engine) -> None:
    child.send(Start(spec=programs.run(), steps=5))
    first = until(child, paused)
    child.send(Resume())

    rest = until(child, an(Ended))

    assert [1, 2, 3, 4, 5] == steps_in(first)
    assert expected_losses() == end_of(rest).losses


def test_going_step_by_step_changes_no_loss(child: Engine) -> None:
    child.send(Start(spec=programs.run(), steps=1))
    steps = steps_in(until(child, paused))
    while len(steps) < 18:
        child.send(Resume(steps=1))
        steps += steps_in(until(child, paused))
    child.send(Resume())

    end = end_of(until(child, an(Ended)))

    assert list(range(1, 19)) == steps
    assert expected_losses() == end.losses


def test_what_is_watched_can_be_changed_while_paused_and_changes_no_loss(child: Engine) -> None:
    child.send(Start(spec=programs.run(watch=Watch()), steps=4))
    until(child, paused)
    child.send(
        Look(watch=Watch(probes={"gradients": {}, "attention": {}, "embedding": {"block": "norm"}}))
    )
    seen = until(child, an(Snapshot))
    child.send(Resume())

    end = end_of(until(child, an(Ended)))

    snapshot = next(event for event in seen if isinstance(event, Snapshot))
    assert (snapshot.kind, snapshot.block, snapshot.step) == ("embedding", "norm", 4)
    assert expected_losses() == end.losses


def test_pausing_takes_effect_within_a_batch_and_stopping_ends_the_run(child: Engine) -> None:
    child.send(Start(spec=long_run()))
    until(child, lambda event: isinstance(event, Points) and event.name == "train/loss")
    child.send(Pause())
    until(child, paused)
    quiet = child.wait(0.2)
    child.send(Stop())

    end = end_of(until(child, an(Ended)))

    assert not steps_in(quiet)
    assert end.reason == "stopped"
    assert end.metrics["train"]["loss"] > 0


SLOW = programs.MLP.replace(
    "h = self.fc1(x)  # fc1", "h = self.fc1(x); __import__('time').sleep(0.1)  # fc1"
)


@pytest.mark.parametrize("command", [Pause(), Stop()])
def test_no_further_batch_is_begun_once_pause_or_stop_is_known(
    child: Engine, command: Pause | Stop
) -> None:
    child.send(Start(spec=long_run(program=programs.program(SLOW), watch=Watch(budget=0.0))))
    seen = until(child, lambda event: isinstance(event, Points) and event.name == "train/loss")
    begin = time.monotonic()
    child.send(command)

    rest = until(child, lambda event: paused(event) or isinstance(event, Ended))

    took_secs = time.monotonic() - begin
    child.send(Stop())
    if isinstance(command, Pause):
        until(child, an(Ended))
    assert len(steps_in(rest)) <= 2, seen
    assert took_secs < 0.5


def test_stopping_while_the_data_load_ends_the_run(child: Engine) -> None:
    child.send(Start(spec=long_run()))
    child.send(Stop())

    end = end_of(until(child, an(Ended)))

    assert end.reason == "stopped"


def test_starting_again_ends_the_present_run_first(child: Engine) -> None:
    child.send(Start(spec=long_run()))
    until(child, an(Started))
    child.send(Start(spec=programs.run(id="run-2")))

    first = until(child, an(Ended))
    seen = (
        first if sum(isinstance(e, Ended) for e in first) == 2 else first + until(child, an(Ended))
    )

    ends = [event for event in seen if isinstance(event, Ended)]
    assert ["stopped", "finished"] == [end.reason for end in ends]
    assert expected_losses() == ends[1].losses


def test_another_learning_rate_is_taken_over_while_running(child: Engine) -> None:
    child.send(Start(spec=long_run(), steps=3))
    until(child, paused)
    child.send(Adjust(adjustment=Adjustment(setting="lr", value=0.5)))
    child.send(Resume(steps=2))
    seen = until(child, paused)
    child.send(Stop())
    until(child, an(Ended))

    rates = [e.values[-1] for e in seen if isinstance(e, Points) and e.name == "lr"]
    assert rates[-1] == 0.5


def test_data_can_be_seen_while_a_run_goes_on(child: Engine) -> None:
    child.send(Start(spec=long_run()))
    until(child, an(Started))
    child.send(Show(request=7, data=programs.data(), samples=10))

    preview = next(e for e in until(child, an(Preview)) if isinstance(e, Preview))
    child.send(Stop())
    until(child, an(Ended))

    assert preview.request == 7
    assert preview.samples == {"train": 168, "validation": 36, "test": 36}
    assert preview.counts["test"] == {"0": 12, "1": 12, "2": 12}
    assert preview.arrays["x"].shape == (10, 4)
    assert preview.error == ""


def test_a_run_leaves_its_record_program_and_weights(child: Engine, tmp_path: Path) -> None:
    child.send(Start(spec=programs.run(tmp_path / "run")))
    end = end_of(until(child, an(Ended)))

    with open_run(tmp_path / "run") as saved:
        _, values = saved.series("train/loss")
        replayed = list(saved.replay())

    from studio.engine.weights import load_weights

    assert end.losses == tuple(values.tolist())
    assert replayed[-1] == end
    assert (tmp_path / "run" / "model.py").read_text() == programs.MLP
    assert load_weights(tmp_path / "run" / "weights.safetensors")["fc1.weight"].shape == (16, 4)


def test_a_place_that_cannot_be_written_costs_the_record_and_not_the_run(
    child: Engine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    child.send(Start(spec=programs.run(tmp_path / "file" / "run")))

    seen = until(child, an(Ended))

    notes = [event.message for event in seen if type(event).__name__ == "Note"]
    assert end_of(seen).reason == "finished"
    assert notes[0].startswith("The run goes on without being recorded. ")


# Deaths


def test_a_killed_engine_is_noticed_at_once_and_can_be_started_again(tmp_path: Path) -> None:
    with Engine() as engine:
        engine.send(Start(spec=long_run(folder=str(tmp_path))))
        until(engine, lambda event: isinstance(event, Points) and event.name == "train/loss")
        os.kill(_child_of(engine).pid, signal.SIGKILL)
        killed_at = time.monotonic()

        seen = until(engine, an(Ended))

        noticed_secs = time.monotonic() - killed_at
        told = next(event for event in seen if isinstance(event, Failed))
        assert not engine.alive
        assert told.kind == "engine-died"
        assert told.message == "The engine ended: killed by signal 9 (out of memory?)"
        assert end_of(seen).reason == "failed"
        assert end_of(seen).losses
        assert noticed_secs < 1.0
        with open_run(tmp_path) as saved:
            assert list(saved.replay())[-1] == end_of(seen)

        engine.start()
        engine.send(Start(spec=programs.run()))
        assert expected_losses() == end_of(until(engine, an(Ended))).losses


def test_an_engine_that_a_block_ends_is_reported_with_its_exit_code() -> None:
    leaving = programs.MLP.replace(
        "h = self.fc1(x)  # fc1", "print('farewell', flush=True); __import__('os')._exit(3)  # fc1"
    )
    with Engine() as engine:
        engine.send(
            Start(spec=programs.run(program=programs.program(leaving), watch=Watch(budget=0.0)))
        )

        seen = until(engine, an(Ended))

    told = next(event for event in seen if isinstance(event, Failed))
    assert told.message == "The engine ended: exit code 3"
    assert "farewell" in told.details


def test_closing_ends_the_child_also_in_the_middle_of_a_batch() -> None:
    before = set(threading.enumerate())
    stuck = programs.MLP.replace("h = self.fc1(x)  # fc1", "__import__('time').sleep(60)  # fc1")
    with Engine() as engine:
        engine.send(
            Start(spec=programs.run(program=programs.program(stuck), watch=Watch(budget=0.0)))
        )
        until(engine, an(Started))
        process = _child_of(engine)

    assert not process.is_running()
    assert before == set(threading.enumerate())


def test_closing_before_the_child_has_connected_leaves_nothing() -> None:
    engine = Engine()
    engine.start()
    process = _child_of(engine)

    engine.close()

    assert not process.is_running()
    assert not engine.alive


WINDOW = """
import sys, time
from studio.runs.handle import Engine
from studio.runs.commands import Start
from tests.engine import programs
with Engine() as engine:
    engine.send(Start(spec=programs.run(epochs=100_000)))
    while not engine.wait(1.0):
        pass
    print(engine._link._child.pid, flush=True)
    time.sleep(60)
"""


def test_an_engine_whose_window_is_killed_ends_by_itself() -> None:
    window = subprocess.Popen([sys.executable, "-c", WINDOW], stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    with window.stdout:
        engine = psutil.Process(int(window.stdout.readline()))
        window.kill()
        window.wait()

    gone, alive = psutil.wait_procs([engine], timeout=10)

    assert ([engine], []) == (gone, alive)


def test_nobody_without_the_key_can_command_an_engine() -> None:
    with Engine() as engine:
        link = engine._link
        address = link._listener.address  # type: ignore[union-attr]

        with pytest.raises((OSError, EOFError, multiprocessing.AuthenticationError)):
            multiprocessing.connection.Client(address, authkey=b"guess").send_bytes(b"hello")

        until(engine, an(Ready))
        assert engine.alive


def test_nothing_is_asked_of_an_engine_that_is_closed() -> None:
    engine = Engine(in_process=True)

    engine.send(Quit())

    assert engine.poll() == []
    assert not engine.alive


def _child_of(engine: Engine) -> psutil.Process:
    link = engine._link
    return psutil.Process(link._child.pid)  # type: ignore[union-attr]


def test_training_after_a_death_starts_a_new_engine_by_itself() -> None:
    with Engine() as engine:
        until(engine, an(Ready))
        os.kill(_child_of(engine).pid, signal.SIGKILL)
        told = until(engine, an(Failed))

        engine.send(Start(spec=programs.run()))

        assert expected_losses() == end_of(until(engine, an(Ended))).losses
        assert not [event for event in told if isinstance(event, Ended)]
