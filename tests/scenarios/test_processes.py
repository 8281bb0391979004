"""A run shared by several processes, from the command line: with one record and one answer."""

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
STUDIO = (sys.executable, "-m", "studio")
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "studio")
SPIRALS = ("train", "spirals-mlp", "--set", "training.schedule=constant")
MACHINE = {**os.environ, "OMP_NUM_THREADS": "1"}


def said_by(*command: object) -> Answer:
    """Run a command; return its answer, its exit code and its news."""
    done = subprocess.run(
        [*map(str, command), "--json"],
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
        env=MACHINE,
    )
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(answers) <= 1, "only the first process answers"
    answer = json.loads(answers[0]) if answers else {}
    return {**answer, "code": done.returncode, "news": done.stderr}


def test_processes_share_a_run_that_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    several = ("--nproc", 2)
    epochs = [("--set", f"training.epochs={count}") for count in (1, 2, 2)]
    first = said_by(*STUDIO, *SPIRALS, *epochs[0], *several, "--out", tmp_path / "cut")

    longer = said_by(*STUDIO, "resume", tmp_path / "cut", "--epochs", 2, *several)
    whole = said_by(*STUDIO, *SPIRALS, *epochs[1], *several, "--out", tmp_path / "whole")
    one = said_by(*STUDIO, *SPIRALS, *epochs[2], "--out", tmp_path / "one")

    assert (first["code"], longer["code"]) == (0, 0), first["news"] + longer["news"]
    assert longer["losses"] == whole["losses"]
    assert longer["metrics"]["test"] == whole["metrics"]["test"]
    assert whole["losses"] == pytest.approx(one["losses"], rel=1e-5)
    with open_run(tmp_path / "cut") as saved:
        assert saved.series("train/loss")[0].tolist() == list(range(1, whole["steps"] + 1))


def test_torchrun_trains_the_same_run(tmp_path: Path) -> None:
    short = ("--set", "training.epochs=1")

    one = said_by(*STUDIO, *SPIRALS, *short, "--out", tmp_path / "one")
    two = said_by(*TORCHRUN, *SPIRALS, *short, "--out", tmp_path / "two")

    assert two["code"] == 0, two["news"]
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-5)
    assert checkpoints_in(tmp_path / "two")


def test_an_interrupt_stops_all_processes_with_the_weights_kept(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*STUDIO, *SPIRALS, "--set", "training.epochs=5000", "--nproc", "2", "--out", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=MACHINE,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 1/"):
            break
    os.killpg(process.pid, signal.SIGINT)
    asked_at = time.monotonic()
    out, news = process.communicate(timeout=30)

    assert time.monotonic() - asked_at < 20
    assert process.returncode == 130, news
    assert json.loads(out.splitlines()[-1])["reason"] == "stopped"
    assert checkpoints_in(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_number_of_processes_that_is_none_is_refused() -> None:
    for number in ("0", "two"):
        done = said_by(*STUDIO, *SPIRALS, "--nproc", number)
        assert done["code"] == 2
        assert "expected a number of processes from 1" in done["news"]
