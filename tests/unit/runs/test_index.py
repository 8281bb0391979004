"""The list of runs: quick to read, made anew from the folders, never stopped by a broken one."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from studio.app import folders
from studio.app.resuming import going_on
from studio.core.errors import FileError, RunError
from studio.runs.index import Run, RunIndex, look_at
from studio.runs.journal import Journal
from studio.runs.marks import MARKS, Marks, read_marks, tags_in, write_marks
from studio.runs.store import RECORD
from studio.runs.writer import at_work, this_writer
from tests.helpers.kept import SPEC, STEPS, kept_run


def index() -> RunIndex:
    return RunIndex(folders.runs(), folders.runs_index())


def runs() -> list[Run]:
    found, complete = index().look()
    assert complete
    return found


def test_a_row_says_what_a_run_came_to() -> None:
    kept_run("clouds", seed=3, loss=0.25)

    (run,) = runs()

    told = run.summary
    assert ("Clouds", 3, 61_706, "clouds") == (
        told.title,
        told.seed,
        told.parameters,
        told.source,
    )
    assert ("finished", 4, 4, STEPS, STEPS, 3.0) == (
        run.state,
        told.epoch,
        told.epochs,
        told.step,
        told.steps,
        told.seconds,
    )
    assert {"loss": 0.25, "accuracy": 0.75} == told.final["test"]
    assert "torch" in told.environment


def test_the_best_of_a_loss_is_the_least_and_of_an_accuracy_the_most() -> None:
    kept_run("clouds", loss=0.5)

    (run,) = runs()

    assert {"loss": 0.75, "accuracy": pytest.approx(0.775)} == run.summary.best["validation"]


def test_the_newest_run_comes_first() -> None:
    names = [kept_run("clouds", seed=seed).name for seed in (1, 3, 2)]

    assert sorted(names, reverse=True) == [run.id for run in runs()]


def test_what_did_not_change_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = kept_run("first"), kept_run("second", seed=1)
    runs()
    read: list[Path] = []
    monkeypatch.setattr("studio.runs.index.summarise", read.append)

    assert {first, second} == {run.folder for run in runs()}
    assert read == []


def test_a_run_that_goes_on_is_read_again() -> None:
    folder = kept_run("clouds", whole=False)
    before = runs()[0].state
    kept_run("clouds", whole=True)

    assert ("cut off", "finished") == (before, runs()[0].state)
    assert folder == runs()[0].folder


def test_a_lost_or_broken_index_is_made_anew_and_loses_no_notes() -> None:
    write_marks(kept_run("clouds"), Marks(tags=("good",), notes="Why it worked", favourite=True))
    whole = runs()

    folders.runs_index().unlink()
    after_loss = runs()
    folders.runs_index().write_bytes(b"no index" * 999)
    after_damage = runs()

    assert whole == after_loss == after_damage == runs()
    assert Marks(tags=("good",), notes="Why it worked", favourite=True) == whole[0].marks


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no record", b"SQLite format 3\0" + b"\xff" * 5000],
    ids=["gone", "empty", "something else", "torn"],
)
def test_a_broken_folder_is_a_row_that_says_so(content: bytes | None) -> None:
    folder = kept_run("clouds")
    for path in folder.glob(f"{RECORD}*"):
        path.unlink()
    if content is not None:
        (folder / RECORD).write_bytes(content)

    (run,) = runs()

    assert "broken" == run.state
    assert run.summary.broken
    assert run.begun > 0


def test_a_record_cut_anywhere_is_a_row(tmp_path: Path) -> None:
    whole = (kept_run("clouds") / RECORD).read_bytes()
    cut = tmp_path / "cut"
    cut.mkdir()

    for size in range(0, len(whole), 1777):
        (cut / RECORD).write_bytes(whole[:size])

        assert look_at(cut).state in {"broken", "cut off", "finished"}


def test_of_many_runs_the_newest_are_read_first() -> None:
    for seed in range(4):
        kept_run("clouds", seed=seed)
    listed = index()

    few, complete = listed.look(secs=0)
    rest, _ = listed.look()

    assert not complete
    assert [3] == [run.summary.seed for run in few]
    assert 4 == len(rest)


@pytest.fixture
def live() -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A run that is being written by another process."""
    program = (
        "from tests.helpers.kept import SPEC, events; import sys, pathlib, time\n"
        "from studio.runs.store import RunStore\n"
        "store = RunStore(pathlib.Path(sys.argv[1])); store.describe(SPEC)\n"
        "store.append(events()); print('written', flush=True); time.sleep(60)"
    )
    folder = folders.runs() / "live"
    engine = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout is not None
    engine.stdout.readline()

    yield folder, engine
    engine.kill()
    engine.wait()
    engine.stdout.close()


def test_a_run_without_an_end_is_running_as_long_as_its_engine_lives(live) -> None:
    folder, engine = live

    alive = look_at(folder)
    engine.kill()
    engine.wait()

    assert ("running", "cut off") == (alive.state, look_at(folder).state)
    assert STEPS == look_at(folder).summary.step


def test_nobody_goes_on_with_a_run_that_is_being_trained(live) -> None:
    folder, engine = live

    with pytest.raises(RunError, match="is being trained"):
        going_on(folder)
    engine.kill()
    engine.wait()

    with pytest.raises(FileError, match="no checkpoint"):
        going_on(folder)


def test_the_end_of_a_dead_engine_is_not_written_into_a_run_that_goes_on_already(live) -> None:
    folder, _ = live
    journal = Journal()
    journal.begin(replace(SPEC, folder=str(folder)))

    told = journal.cut_off("The engine died")

    assert 2 == len(told)
    assert "running" == look_at(folder).state


def test_a_closed_record_is_written_by_nobody(tmp_path: Path) -> None:
    folder = kept_run("clouds", whole=False)
    base = sqlite3.connect(folder / RECORD)
    names = {name for (name,) in base.execute("SELECT name FROM meta")}
    base.close()

    assert "writer" not in names
    assert not at_work(this_writer(), folder / RECORD)


def test_a_writer_on_another_machine_counts_while_its_record_grows(tmp_path: Path) -> None:
    record = tmp_path / RECORD
    record.touch()
    grows = at_work("elsewhere:1", record)
    os.utime(record, (time.time() - 999, time.time() - 999))

    assert (True, False) == (grows, at_work("elsewhere:1", record))


def test_marks_that_cannot_be_written_are_refused_and_those_before_stay(tmp_path: Path) -> None:
    folder = kept_run("clouds")
    write_marks(folder, Marks(notes="first"))
    (tmp_path / "file").touch()

    with pytest.raises(FileError, match="cannot be written"):
        write_marks(tmp_path / "file", Marks(notes="second"))

    assert "first" == read_marks(folder).notes


def test_broken_marks_are_none_and_stay_until_something_is_noted() -> None:
    folder = kept_run("clouds")
    (folder / MARKS).write_text("{")

    assert Marks() == runs()[0].marks
    assert "{" == (folder / MARKS).read_text()


def test_tags_are_apart_by_commas_and_stand_once() -> None:
    assert ("two words", "b") == tags_in(" two   words, b,, b ")


def test_runs_that_differ_in_the_seed_alone_are_alike() -> None:
    kept_run("a", seed=0)
    kept_run("b", seed=1, title="Another title")
    kept_run("c", seed=2, batch_size=64)

    other, *alike = (run.summary.likeness for run in runs())

    assert alike[0] == alike[1] != other
