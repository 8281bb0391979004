"""Runs have folders of their own, found again by id or by path."""

from pathlib import Path

import pytest

from studio.app.folders import find_run, new_run, runs
from studio.core.errors import FileError
from studio.core.home import home


def test_everything_is_kept_where_netwright_home_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "elsewhere"))

    assert home() == tmp_path / "elsewhere"
    assert runs().parent == home()


def test_without_it_the_systems_own_place_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETWRIGHT_HOME")

    assert home().name == "netwright"
    assert home().is_absolute()


def test_two_runs_of_one_second_get_two_folders() -> None:
    first = new_run("LeNet on digits")

    second = new_run("LeNet on digits")

    assert first != second
    assert "lenet-on-digits" in second.name


def test_a_run_is_found_by_its_id_and_by_its_folder() -> None:
    folder = new_run("Wine")
    folder.mkdir(parents=True)

    assert find_run(folder.name) == folder
    assert find_run(str(folder)) == folder


def test_a_run_that_is_not_there_is_refused_in_a_sentence() -> None:
    with pytest.raises(FileError, match="nix: there is no such run"):
        find_run("nix")
