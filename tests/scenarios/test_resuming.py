"""A run that was stopped, killed or finished goes on from the command line, bit for bit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from studio.runs.checkpoints import checkpoints_in
from studio.runs.saved import open_run

Answer = dict[str, Any]
SPIRALS = ("train", "spirals-mlp", "--set", "training.schedule=constant")


def netwright(*arguments: object) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "studio", *map(str, arguments), "--json"],
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
    )
    last = (done.stdout.splitlines() or [""])[-1]
    answer = json.loads(last) if last.startswith("{") else {}
    return {**answer, "code": done.returncode, "news": done.stderr}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Four epochs without an interruption."""
    out = tmp_path_factory.mktemp("whole")
    return netwright(*SPIRALS, "--set", "training.epochs=4", "--out", out)


def test_a_finished_run_goes_on_for_longer(tmp_path: Path, whole: Answer) -> None:
    first = netwright(*SPIRALS, "--set", "training.epochs=2", "--out", tmp_path)

    longer = netwright("resume", tmp_path, "--epochs", 4)

    assert (first["steps"], longer["steps"]) == (whole["steps"] // 2, whole["steps"])
    assert longer["code"] == 0
    assert longer["losses"] == whole["losses"]
    assert longer["metrics"]["test"] == whole["metrics"]["test"]
    with open_run(tmp_path) as saved:
        assert saved.series("train/loss")[0].tolist() == list(range(1, whole["steps"] + 1))


def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    settings = (*SPIRALS, "--set", "training.epochs=150")
    often = ("--set", "training.checkpoint_secs=1")
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", *settings, *often, "--out", str(tmp_path / "cut")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not checkpoints_in(tmp_path / "cut") and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with open_run(tmp_path / "cut") as saved:
        shown = dict(zip(*(column.tolist() for column in saved.series("train/loss")), strict=True))

    resumed = netwright("resume", tmp_path / "cut")
    whole = netwright(*settings, "--out", tmp_path / "whole")

    assert resumed["code"] == 0, resumed["news"]
    assert resumed["steps"] == whole["steps"]
    assert resumed["losses"] == whole["losses"]
    assert resumed["metrics"]["test"] == whole["metrics"]["test"]
    with open_run(tmp_path / "cut") as cut, open_run(tmp_path / "whole") as other:
        steps, values = cut.series("train/loss")
        assert values.tolist() == other.series("train/loss")[1].tolist()
    again = dict(zip(steps.tolist(), values.tolist(), strict=True))
    assert {step: again[step] for step in shown} == shown


def test_another_rate_makes_another_run_and_leaves_the_old_one(tmp_path: Path) -> None:
    first = netwright(*SPIRALS, "--set", "training.epochs=2", "--out", tmp_path)

    lower = netwright("resume", tmp_path, "--lr", 0.0001)

    assert lower["code"] == 0, lower["news"]
    assert lower["run"] != first["run"]
    assert lower["folder"] != first["folder"]
    with open_run(Path(lower["folder"])) as saved:
        assert saved.series("train/loss")[0].tolist() == list(range(1, first["steps"] + 1))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("no-such-run",), "there is no such run"),
        (("RUN", "--step", "3"), "no checkpoint at or before step 3"),
    ],
)
def test_what_cannot_go_on_is_said(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    netwright(*SPIRALS, "--set", "training.epochs=1", "--out", tmp_path)

    told = netwright("resume", *(str(tmp_path) if word == "RUN" else word for word in arguments))

    assert told["code"] == 2
    assert sentence in told["news"]
