"""A person trains what cannot learn, asks why, does what is offered, and it learns."""

import json
from pathlib import Path

import pytest

from studio.cli import main
from studio.core.fileio import save
from tests.zoo.networks import FLAT, dense, digits


def answer(capsys: pytest.CaptureFixture[str]) -> dict:
    """Return the object in the last line of stdout."""
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture
def sigmoids(tmp_path: Path) -> str:
    """Return the file of twelve layers of sigmoid."""
    path = tmp_path / "sigmoids.netwright"
    save(digits(*FLAT, *dense(32, "nn.sigmoid", 12)), path)
    return str(path)


@pytest.mark.timeout(200)
def test_a_recorded_run_is_diagnosed_by_its_id(
    sigmoids: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", sigmoids, "--watch", "--json"]) == 0
    run = answer(capsys)["run"]

    assert main(["diagnose", run, "--json"]) == 1

    first, *others = answer(capsys)["findings"]
    assert first["rule"] == "gradients.vanishing"
    assert first["blocks"][0] == "fc1"
    assert first["follows"] is None
    assert first["remedies"][0] == "Swap Sigmoid for ReLU in 12 blocks"
    assert all(one["follows"] for one in others)


@pytest.mark.timeout(200)
def test_what_cannot_learn_is_marked_before_it_is_trained(
    sigmoids: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", sigmoids, "--preflight"]) == 1

    told = capsys.readouterr().out
    assert "✓ Initial loss: It begins at 2." in told
    assert "✗ One batch by heart" in told
    assert "batch" in json.loads(told.splitlines()[-1])["failed"]


def test_what_is_neither_run_nor_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "no-such-thing"]) == 2

    assert "no-such-thing" in capsys.readouterr().err
