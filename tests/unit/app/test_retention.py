"""Old runs: which go by a rule, that they are shown first, and that they lie in the trash."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest

from studio.app import folders
from studio.app.retention import Rule, excess, size_of
from studio.app.studio import Studio
from studio.app.trash import Trash
from studio.cli import main
from studio.runs.events import Ended
from studio.runs.index import Run, look_at
from studio.runs.marks import Marks, write_marks
from studio.runs.store import RunStore
from tests.helpers.kept import events, kept_run
from tests.helpers.told import Told, running

END = Ended(reason="finished", step=1, epoch=1, seconds=1.0)


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def studio(engine: Told) -> Iterator[Studio]:
    studio = Studio(new_engine=lambda: engine)
    yield studio
    studio.close()


def told(studio: Studio) -> list[str]:
    return [notice.message for notice in studio.notices.open]


def answer(studio: Studio, words: str) -> None:
    (notice,) = studio.notices.open
    studio.notices.dismiss(notice)
    next(do for said, do in notice.answers if said == words)()


def there() -> list[str]:
    return sorted(path.name for path in folders.runs().iterdir())


def kept_runs(count: int) -> list[Run]:
    """Return runs, the oldest first."""
    return [look_at(kept_run(f"run{number}", seed=number)) for number in range(count)]


def sizes(*gigabytes: float) -> Any:
    def size(folder: Path) -> int:
        return int(1e9 * gigabytes[int(folder.name[-1])])

    return size


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        (Rule(), []),
        (Rule(runs=4), []),
        (Rule(runs=2), [0, 1]),
        (Rule(runs=1), [0, 1, 2]),
        (Rule(gigabytes=10.0), []),
        (Rule(gigabytes=4.5), [0]),  # 3, 1 and 0.5 fit
        (Rule(gigabytes=4.2), [0, 1]),
        (Rule(gigabytes=0.1), [0, 1, 2]),  # the newest stays
        (Rule(runs=2, gigabytes=3.0), [0, 1, 2]),
        (Rule(runs=1, gigabytes=100.0), [0, 1, 2]),
    ],
)
def test_the_oldest_go_that_are_more_than_the_rule_keeps(rule: Rule, gone: list[int]) -> None:
    runs = kept_runs(4)

    found = excess(runs, rule, size=sizes(2.0, 0.5, 1.0, 3.0))

    assert [runs[number] for number in gone] == list(found.runs)
    assert sum([2e9, 0.5e9, 1e9, 3e9][number] for number in gone) == found.size


@pytest.mark.parametrize(
    "marks",
    [Marks(favourite=True), Marks(tags=("thesis",)), Marks(notes="Mind"), Marks(let_be=True)],
    ids=["favourite", "tagged", "with notes", "let be"],
)
def test_what_a_person_marked_stays_and_is_not_counted(marks: Marks) -> None:
    runs = kept_runs(3)
    write_marks(runs[0].folder, marks)
    runs[0] = look_at(runs[0].folder)

    found = excess(runs, Rule(runs=1))

    assert [runs[1]] == list(found.runs)


def test_a_run_that_is_trained_stays() -> None:
    runs = kept_runs(2)
    folder = folders.runs() / "2026-11-01-000000-old"
    store = RunStore(folder)
    store.append(events())

    found = excess([look_at(folder), *runs], Rule(runs=1))
    store.close()

    assert [runs[0]] == list(found.runs)


def test_the_size_of_a_folder_is_that_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "record").write_bytes(b"x" * 1000)
    (tmp_path / "checkpoints" / "step").write_bytes(b"x" * 500)

    assert 1500 == size_of(tmp_path)
    assert 0 == size_of(tmp_path / "not there")


def test_a_new_rule_shows_what_would_go_and_moves_nothing_by_itself(studio: Studio) -> None:
    runs = kept_runs(3)

    studio.settings.set("keep_runs", 1)

    (message,) = told(studio)
    assert message.startswith("To keep the last run, 2 older runs (")
    assert [run.id for run in runs] == there()
    assert all(run.id in studio.notices.open[0].details for run in runs[:2])


def test_what_would_go_can_be_looked_at_first(studio: Studio) -> None:
    runs = kept_runs(3)
    studio.settings.set("keep_runs", 1)

    answer(studio, "Show them")

    assert "runs" == studio.front.page
    assert {run.id for run in runs[:2]} == {run.id for run in studio.desk.chosen}
    assert told(studio)[0].startswith("To keep the last run"), "the question stands"


def test_a_rule_that_was_agreed_to_moves_old_runs_quietly_and_can_be_undone(
    studio: Studio, engine: Told
) -> None:
    runs = kept_runs(3)
    studio.settings.set("keep_runs", 2)
    answer(studio, "Move them")
    first = told(studio)[0]
    studio.notices.dismiss(studio.notices.open[0])
    newer = kept_run("newer", seed=30)
    running(studio, engine)

    engine.say(studio, END)

    assert first.startswith("Moved 1 older run (")
    assert first.endswith(" to the trash, to keep the last 2 runs")
    assert told(studio)[0].startswith("Moved 1 older run (")
    assert [runs[2].id, newer.name] == there()
    assert {runs[0].id, runs[1].id} == {item.name for item in Trash(folders.trash()).items()}
    answer(studio, "Undo")
    assert [runs[1].id, runs[2].id, newer.name] == there()


def test_another_rule_is_asked_about_again(studio: Studio) -> None:
    kept_runs(4)
    studio.settings.set("keep_runs", 3)
    answer(studio, "Move them")
    studio.notices.dismiss(studio.notices.open[0])

    studio.settings.set("keep_runs", 1)

    assert told(studio)[0].startswith("To keep the last run, 2 older runs (")
    assert 3 == len(there())


def test_deleted_runs_are_removed_for_good_after_so_many_days(studio: Studio, engine: Told) -> None:
    trash = Trash(folders.trash())
    old, new = (trash.put(run.folder) for run in kept_runs(2))
    week_ago = time() - 7 * 86_400 - 60
    os.utime(old / "deleted-from", (week_ago, week_ago))
    studio.settings.set("trash_days", 7)
    running(studio, engine)

    engine.say(studio, END)

    assert [new] == trash.items()
    assert ["Removed 1 run for good that lay in the trash"] == told(studio)


def test_the_command_line_says_what_would_go_and_moves_it_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs = kept_runs(3)

    def tidy(*arguments: str) -> dict[str, Any]:
        assert 0 == main(["runs", "tidy", *arguments, "--json"])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return answer

    nothing, shown = tidy(), tidy("--keep", "1")
    still = there()
    moved = tidy("--keep", "1", "--yes")

    assert (None, []) == (nothing["rule"], nothing["runs"])
    assert "the last run" == shown["rule"]
    assert [run.id for run in runs[:2]] == shown["runs"] == moved["deleted"]
    assert [] == shown["deleted"]
    assert shown["bytes"] == sum(size_of(item) for item in Trash(folders.trash()).items()) - sum(
        (item / "deleted-from").stat().st_size for item in Trash(folders.trash()).items()
    )
    assert 3 == len(still)
    assert [runs[2].id] == there()


@pytest.mark.parametrize("words", [("--keep", "0"), ("--keep", "x"), ("--gigabytes", "-1")])
def test_a_rule_that_keeps_nothing_is_refused(words: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        main(["runs", "tidy", *words])
