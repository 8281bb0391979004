"""The list of runs on the command line: found, shown, taken elsewhere, deleted and brought back."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from studio.cli import main
from studio.runs.marks import Marks, write_marks
from studio.runs.saved import open_run
from tests.helpers.kept import STEPS, kept_run


@pytest.fixture
def netwright(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> dict[str, Any]:
        code = main(["runs", *map(str, arguments)])
        said = capsys.readouterr()
        last = (said.out.splitlines() or [""])[-1]
        answer = json.loads(last) if last.startswith("{") else {}
        return {**answer, "code": code, "said": said.out, "news": said.err}

    return call


def test_runs_are_listed_newest_first_with_what_they_came_to(netwright) -> None:
    kept_run("clouds", seed=1)
    kept_run("waves", seed=2, title="Waves", loss=0.25)

    listed = netwright("--json")["runs"]

    assert ["Waves", "Clouds"] == [row["title"] for row in listed]
    assert {"loss": 0.25, "accuracy": 0.75} == listed[0]["metrics"]["test"]
    assert "finished" == listed[0]["state"]
    assert "Waves  loss 0.25" in netwright()["said"].splitlines()[0]


def test_runs_are_found_by_words_tag_and_state(netwright) -> None:
    kept_run("clouds", seed=1)
    write_marks(kept_run("waves", seed=2, whole=False), Marks(tags=("good",), notes="Steep end"))

    found = {
        words: [row["seed"] for row in netwright(*words, "--json")["runs"]]
        for words in (
            ("--tag", "good"),
            ("--search", "steep clouds"),
            ("--state", "finished"),
            ("--search", "nothing like it"),
        )
    }

    assert [[2], [2], [1], []] == list(found.values())


def test_one_run_is_shown_with_its_environment_and_checkpoints(netwright) -> None:
    folder = kept_run("clouds")

    shown = netwright("show", folder.name, "--json")

    assert str(folder) == shown["folder"]
    assert {"python", "system", "netwright"} <= shown["environment"].keys()
    assert [] == shown["checkpoints"]
    assert {"train": 80} == shown["samples"]


def test_a_run_that_is_not_there_is_said(netwright) -> None:
    shown = netwright("show", "no-such-run")

    assert 2 == shown["code"]
    assert "there is no such run" in shown["news"]


def test_the_scalars_become_a_table(netwright, tmp_path: Path) -> None:
    folder = kept_run("clouds")

    file = netwright("export", folder.name, "--to", "csv", "-o", tmp_path)["file"]

    with open(file, encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    losses = [float(row["value"]) for row in rows if row["name"] == "train/loss"]
    assert STEPS == len(losses)
    assert 1.5 == losses[0]
    assert {"validation/loss", "validation/accuracy"} < {row["name"] for row in rows}


def test_what_was_exported_to_tensorboard_comes_back_the_same(netwright, tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    folder = kept_run("clouds", loss=0.25)

    file = netwright("export", folder.name, "--to", "tensorboard", "-o", tmp_path)["file"]
    taken = netwright("import", file, "--title", "From elsewhere")

    assert 0 == taken["code"], taken["news"]
    with open_run(folder) as ours, open_run(Path(taken["folder"])) as theirs:
        for one, other in zip(ours.series("train/loss"), theirs.series("train/loss"), strict=True):
            assert one.tolist() == other.tolist()
    row = netwright("show", taken["run"], "--json")
    assert ("From elsewhere", "finished", STEPS) == (row["title"], row["state"], row["step"])
    assert {"loss": 0.5, "accuracy": pytest.approx(0.8375)} == row["metrics"]["validation"]


def test_an_event_file_that_breaks_off_is_read_as_far_as_it_goes(netwright, tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    folder = kept_run("clouds")
    netwright("export", folder.name, "--to", "tensorboard", "-o", tmp_path)
    (file,) = tmp_path.rglob("events.out.tfevents.*")
    file.write_bytes(file.read_bytes()[:-10])

    taken = netwright("import", tmp_path)

    assert 0 == taken["code"], taken["news"]
    assert taken["scalars"]


def test_a_folder_without_event_files_is_refused(netwright, tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")

    refused = netwright("import", tmp_path)

    assert 2 == refused["code"]
    assert "there is no event file" in refused["news"]
    assert [] == netwright("--json")["runs"]


def test_a_deleted_run_lies_in_the_trash_until_it_is_brought_back(netwright) -> None:
    folder = kept_run("clouds")
    write_marks(folder, Marks(notes="Mind this"))

    deleted = netwright("delete", folder.name)["deleted"]
    gone = netwright("--json")["runs"]
    back = netwright("restore", *deleted)["restored"]

    assert [folder.name] == deleted
    assert [] == gone
    assert [str(folder)] == back
    assert ["Mind this"] == [row["notes"] for row in netwright("--json")["runs"]]


def test_the_trash_is_emptied_on_demand_alone(netwright) -> None:
    deleted = netwright("delete", kept_run("clouds").name)["deleted"]

    removed = netwright("empty-trash")["removed"]

    assert 1 == removed
    assert 2 == netwright("restore", *deleted)["code"]


def test_what_is_not_in_the_trash_cannot_be_brought_back(netwright) -> None:
    assert "it is not in the trash" in netwright("restore", "nothing")["news"]
