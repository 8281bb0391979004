"""A run shared by processes that Ray placed: one record, one answer, the losses of one process."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from studio.cli import main
from studio.cli.on_ray import told_to

MEETING = {
    "RANK": "0",
    "WORLD_SIZE": "4",
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "5000",
    "GLOO_SOCKET_IFNAME": "lo",
}
SPIRALS = ("train", "spirals-mlp", "--set", "training.schedule=constant")
THERE_IS_RAY = find_spec("ray") is not None


def said_by(*command: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "studio", *map(str, command), "--json"],
        capture_output=True,
        check=False,
        text=True,
        timeout=110,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    lines = done.stdout.splitlines()
    assert len(lines) <= 1, "only the first process answers"
    return {**json.loads(lines[0] if lines else "{}"), "code": done.returncode, "news": done.stderr}


def test_processes_of_one_machine_meet_on_it() -> None:
    told = told_to(["a", "a", "a", "a"], MEETING, address="10.0.0.7")

    assert ["0", "1", "2", "3"] == [words["RANK"] for words in told]
    assert ["0", "1", "2", "3"] == [words["LOCAL_RANK"] for words in told]
    assert {"4"} == {words["LOCAL_WORLD_SIZE"] for words in told}
    assert {("127.0.0.1", "lo")} == {
        (words["MASTER_ADDR"], words["GLOO_SOCKET_IFNAME"]) for words in told
    }


def test_processes_of_several_machines_meet_at_the_first_ones() -> None:
    told = told_to(["a", "b", "a", "b"], MEETING, address="10.0.0.7")

    assert ["0", "0", "1", "1"] == [words["LOCAL_RANK"] for words in told]
    assert {"2"} == {words["LOCAL_WORLD_SIZE"] for words in told}
    assert {"10.0.0.7"} == {words["MASTER_ADDR"] for words in told}
    assert not any("GLOO_SOCKET_IFNAME" in words for words in told), "not by the loopback"


def test_ray_without_a_number_of_processes_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", "spirals-mlp", "--engine", "ray"])

    assert 2 == code
    assert "expected --nproc N beside it" in capsys.readouterr().err


def test_without_ray_the_line_that_brings_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    if THERE_IS_RAY:
        pytest.skip("Ray is here")
    code = main(["train", "spirals-mlp", "--engine", "ray", "--nproc", "2"])

    assert 2 == code
    assert 'pip install "netwright[cluster]"' in capsys.readouterr().err


@pytest.mark.timeout(300)
def test_ray_trains_the_same_run(tmp_path: Path) -> None:
    if not THERE_IS_RAY:
        pytest.skip("needs Ray")
    epochs = ("--set", "training.epochs=2")

    one = said_by(*SPIRALS, *epochs, "--out", tmp_path / "one")
    two = said_by(*SPIRALS, *epochs, "--out", tmp_path / "two", "--nproc", 2, "--engine", "ray")

    assert 0 == two["code"], two["news"]
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-5)
    assert two["metrics"]["test"] == pytest.approx(one["metrics"]["test"], rel=1e-3)
    assert (tmp_path / "two" / "weights.safetensors").is_file()
