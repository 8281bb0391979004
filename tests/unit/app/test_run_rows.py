"""Rows of the list: found, ordered, grouped by seed, compared, deleted and brought back."""

from pathlib import Path

import pytest

from studio.app import folders
from studio.app.run_compare import differences, labels, results
from studio.app.run_rows import Row, columns_for, found, ordered, rows_of, tags_of
from studio.app.run_view import read_columns, write_columns
from studio.app.trash import Trash
from studio.core.errors import FileError
from studio.runs.curves import band_of, curve_in, names_in
from studio.runs.index import Run, RunIndex
from studio.runs.marks import Marks, write_marks
from tests.helpers.kept import STEPS, kept_run


def runs() -> list[Run]:
    return RunIndex(folders.runs(), folders.runs_index()).look()[0]


def in_order(rows: list[Row], column: str, *, falling: bool = False) -> list[int]:
    columns = {known.id: known for known in columns_for([run for row in rows for run in row.runs])}
    return [row.first.summary.seed for row in ordered(rows, columns[column], falling=falling)]


def test_what_says_nothing_in_a_column_comes_last_in_either_order() -> None:
    for seed in range(3):
        kept_run("a", seed=seed, loss=0.5 - 0.1 * seed, whole=seed != 0)
    rows = rows_of(runs())

    rising = in_order(rows, "final:test/loss")
    falling = in_order(rows, "final:test/loss", falling=True)

    assert ([2, 1, 0], [1, 2, 0]) == (rising, falling)


def test_all_words_tag_state_and_star_must_fit() -> None:
    write_marks(kept_run("a", seed=0), Marks(tags=("Good",), favourite=True))
    kept_run("b", seed=1, title="Other")
    known = runs()

    assert [0] == [run.summary.seed for run in found(known, "CLOUDS good")]
    assert [] == found(known, "clouds other thing")
    assert [0] == [run.summary.seed for run in found(known, tag="Good", favourite=True)]
    assert [] == found(known, state="failed")
    assert ["Good"] == tags_of(known)


def test_a_group_has_the_runs_of_all_seeds_and_says_mean_and_spread() -> None:
    for seed, loss in enumerate((0.2, 0.3, 0.4)):
        kept_run("a", seed=seed, loss=loss)
    kept_run("b", seed=9, batch_size=64)

    rows = rows_of(runs(), grouped_by_seed=True)

    words = {known.id: known.words(rows[1]) for known in columns_for(runs())}
    assert [1, 3] == [len(row.runs) for row in rows]
    assert "Clouds × 3 seeds" == words["title"]
    assert "0, 1, 2" == words["seed"]
    assert "0.3 ± 0.1" == words["final:test/loss"]


def test_mean_and_band_are_over_the_runs_that_have_the_step() -> None:
    folders_ = [kept_run("a", seed=seed, loss=loss) for seed, loss in enumerate((0.2, 0.4))]
    curves = [curve_in(folder, "train/loss") for folder in folders_]
    short = curve_in(folders_[0], "validation/loss")

    band = band_of(curves)
    mixed = band_of([curves[0], short])

    assert STEPS == len(band.mean)
    assert band.mean.last == (STEPS, pytest.approx(0.3 + 1 / STEPS))
    assert band.high.last[1] - band.low.last[1] == pytest.approx(2 * 0.1414, abs=1e-3)
    assert mixed.low.values[0] == mixed.high.values[0] == curves[0].values[0]
    assert {"train/loss", "validation/accuracy", "validation/loss"} == set(names_in(folders_[0]))


def test_results_and_experiments_are_compared_from_the_oldest_on() -> None:
    kept_run("a", seed=0, loss=0.5)
    kept_run("b", seed=5, loss=0.25, batch_size=64)

    known = runs()

    assert ("Test loss", "0.5 → 0.25") in results(known)
    assert ["~ training.batch_size: 8 → 64", "~ training.seed: 0 → 5"] == differences(known)


def test_labels_tell_runs_apart() -> None:
    kept_run("aaaa", seed=0)
    kept_run("bbbb", seed=0)
    kept_run("cccc", seed=1)
    alike = labels(runs())
    kept_run("dddd", seed=2, title="Other")

    assert ["Seed 1", "Seed 0, bbbb", "Seed 0, aaaa"] == alike
    assert "Other" == labels(runs())[0]
    assert 4 == len(set(labels(runs())))


def test_a_run_without_an_experiment_is_compared_as_far_as_that_goes() -> None:
    kept_run("a", seed=0)
    (kept_run("b", seed=1) / "experiment.netwright").unlink()

    assert "there is no such file" in differences(runs())[0]


def test_the_trash_gives_back_what_it_was_given() -> None:
    folder = kept_run("a")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    trash = Trash(folders.trash())

    moved = trash.put(folder)
    gone = folder.exists()
    trash.bring_back(moved)

    assert not gone
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert [] == trash.items()


def test_the_trash_overwrites_nothing() -> None:
    trash = Trash(folders.trash())
    first = trash.put(kept_run("a"))
    second = trash.put(kept_run("a"))
    kept_run("a")

    with pytest.raises(FileError, match="something else lies there"):
        trash.bring_back(first)

    assert {first, second} == set(trash.items())
    assert 2 == trash.empty()
    assert [] == trash.items()


def test_chosen_columns_are_remembered_and_a_broken_file_is_none(tmp_path: Path) -> None:
    file = tmp_path / "view.json"
    write_columns(file, ["title", "seed"])
    known = read_columns(file)
    file.write_text("[")

    assert (["title", "seed"], []) == (known, read_columns(file))
