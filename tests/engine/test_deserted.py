"""An engine whose window was killed keeps what was learned; one that is silent says it lives."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
import torch

from studio.engine.faults import device_fault, failed
from studio.engine.outbox import Outbox
from studio.engine.train import train
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.events import Beat, Event, Points, Progress, decode
from studio.runs.index import look_at
from studio.runs.saved import open_run
from studio.runs.spec import Keeping, RunSpec, Watch
from tests.engine import programs

PATIENCE_SECS = 60.0
LAUNCHER = """
import sys
from pathlib import Path
from studio.runs.commands import Start
from studio.runs.events import Points
from studio.runs.handle import Engine
from tests.engine.test_deserted import long_run

with Engine() as engine:
    engine.send(Start(spec=long_run(Path(sys.argv[1]))))
    while True:
        if any(isinstance(event, Points) for event in engine.wait(10.0)):
            print("training", flush=True)
"""


def long_run(folder: Path | None) -> RunSpec:
    """Return a run that takes longer than the test, and keeps no checkpoint by the clock."""
    blind = Watch(probes={})
    return programs.run(folder, epochs=20_000, watch=blind, keeping=Keeping(every_secs=3600.0))


def losses_in(folder: Path) -> dict[int, float]:
    with open_run(folder) as saved:
        steps, values = saved.series("train/loss")
    return dict(zip(steps.tolist(), values.tolist(), strict=True))


def test_a_killed_window_leaves_a_checkpoint_of_its_last_step_and_a_run_to_go_on_with(
    tmp_path: Path,
) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path)], stdout=subprocess.PIPE, cwd=root
    ) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == b"training\n"
        (engine,) = psutil.Process(launcher.pid).children()
        os.kill(launcher.pid, signal.SIGKILL)
    engine.wait(PATIENCE_SECS)
    newest = newest_checkpoint(tmp_path)
    run = look_at(tmp_path)
    shown = losses_in(tmp_path)

    assert newest is not None
    assert max(shown) == newest.step
    assert ("cut off", "") == (run.state, run.summary.reason)
    again = first_losses(train(long_run(None), str(newest.path)), 3)
    whole = first_losses(train(long_run(None)), newest.step + 3)
    assert whole[-3:] == again


def first_losses(events, count: int) -> list[tuple[int, float]]:
    told: list[tuple[int, float]] = []
    for event in events:
        if isinstance(event, Points) and event.name == "train/loss":
            told += zip(event.steps, event.values, strict=True)
        if len(told) >= count:
            events.close()
            break
    return told[:count]


def test_a_second_without_news_is_told_as_a_beat_while_a_run_is_under_way() -> None:
    said: list[Event] = []
    heard = threading.Event()

    def send(data: bytes) -> None:
        said.extend(decode(data))
        heard.set()

    outbox = Outbox(send, lambda: Beat(work=7))
    outbox.start()
    assert heard.wait(PATIENCE_SECS)
    outbox.close(PATIENCE_SECS)

    assert {Beat(work=7)} == set(said)


def test_progress_tells_how_much_memory_the_engine_takes() -> None:
    told = [event for event in train(programs.run(None)) if isinstance(event, Progress)]

    assert told
    assert all(20e6 < event.memory < psutil.virtual_memory().total for event in told)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("CUDA error: device-side assert triggered\nCUDA kernel errors might", "out of range"),
        ("CUDA error: an illegal memory access was encountered", "was lost near Mixer"),
        ("CUDA error: unspecified launch failure", "was lost near Mixer"),
        ("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", "was lost near Mixer"),
    ],
)
def test_a_lost_device_is_told_with_what_to_do(words: str, said: str) -> None:
    fault = device_fault(RuntimeError(words), "Mixer", "mixer1")

    assert fault is not None
    assert said in str(fault)
    assert "CPU" in fault.hint
    assert ("device", "mixer1") == (failed(fault, step=3).kind, fault.block)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (4x8 and 9x2)"),
    ],
)
def test_other_errors_are_not_taken_for_a_lost_device(error: Exception) -> None:
    assert device_fault(error) is None
