"""A run is reported on from the command line, as one page."""

import json
from pathlib import Path

import pytest

from studio.cli import main
from tests.helpers.kept import kept_run


def test_a_run_becomes_one_page_by_its_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kept_run("clouds", title="Moons")
    file = tmp_path / "moons.html"

    assert main(["runs", "report", folder.name, "--html", str(file)]) == 0

    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert told["file"] == str(file)
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>Moons</title>" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_run_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "report", "nothing", "--html", str(tmp_path / "x.html")]) != 0

    assert "nothing" in capsys.readouterr().err
