"""A record that is read while it grows: everything once, whatever moment one looks at."""

from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

from studio.core.errors import FileError
from studio.runs import store as storing
from studio.runs.events import Ended, EpochEnded, Event, Failed, Points, Resumed, Started
from studio.runs.following import Following, follow
from studio.runs.sink import News
from studio.runs.store import RunStore
from tests.helpers.kept import ended, events, kept_run

Curves = dict[str, dict[int, float]]


class Paper:
    """A book that keeps what it was given, and refuses a step that it has."""

    place = "nowhere"

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.curves: Curves = defaultdict(dict)
        self.means: dict[int, dict[str, float]] = {}
        self.failures: list[str] = []
        self.times: list[float] = []
        self.end = ""

    def write(self, news: News, time: float) -> None:
        self.times.append(time)
        for event in news:
            if isinstance(event, Points):
                for step, value in zip(event.steps, event.values, strict=True):
                    assert step not in self.curves[event.name], "told twice"
                    self.curves[event.name][step] = value
            elif isinstance(event, EpochEnded):
                self.means[event.step] = event.values
            elif isinstance(event, Failed):
                self.failures.append(event.message)

    def close(self, end: str) -> None:
        self.end = end


def started() -> Started:
    return next(event for event in events() if isinstance(event, Started))


@pytest.mark.parametrize("seed", range(6))
def test_every_point_is_told_once_whenever_one_looks(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "CHUNK", 50)
    monkeypatch.setattr(storing, "LONG_TAIL", 80)  # what is written moves from table to table
    draw = Random(seed)
    store, paper = RunStore(tmp_path), Paper()
    store.append([started()])
    following = Following(tmp_path, {})
    said: Curves = defaultdict(dict)
    for step in range(1, 400):
        for name in ("train/loss", "lr"):
            if draw.random() < 0.8:
                said[name][step] = float(draw.randrange(1000))
                values = (said[name][step],)
                store.append([Points(name=name, steps=(step,), values=values)])
        if draw.random() < 0.1:
            paper.write(following.take(), 0.0)
    store.close()
    paper.write(following.take(), 0.0)
    following.close()

    assert said == paper.curves


def test_what_comes_with_epochs_alone_is_told_with_them() -> None:
    paper = Paper()

    follow(kept_run("clouds"), paper, live=False)

    assert [10, 20, 30, 40] == sorted(paper.means)
    assert {"validation/loss": 0.75, "validation/accuracy": 0.775} == paper.means[40]
    assert ["train/loss"] == list(paper.curves)
    assert "finished" == paper.end
    assert {started().time} == set(paper.times)


def test_a_book_that_has_the_beginning_is_told_the_rest() -> None:
    paper = Paper()
    paper.known = {"train/loss": 30, "validation/loss": 20}

    follow(kept_run("clouds"), paper, live=False)

    assert list(range(31, 41)) == list(paper.curves["train/loss"])
    assert {"validation/accuracy"} == set(paper.means[20])
    assert {"validation/loss", "validation/accuracy"} == set(paper.means[30])


@pytest.mark.parametrize(
    ("told", "end"),
    [
        ([ended()], "finished"),
        ([Ended(reason="stopped", step=9, epoch=1, seconds=1.0)], "stopped"),
        (
            [
                Failed(kind="nan", message="No number", step=9),
                Ended(reason="failed", step=9, epoch=1, seconds=1.0),
            ],
            "failed",
        ),
        (
            [
                Failed(kind="engine-died", message="Killed", step=9),
                Ended(reason="failed", step=9, epoch=1, seconds=1.0),
            ],
            "cut off",
        ),
        ([], "cut off"),
        ([ended(), Resumed(step=40, epoch=4, started=started())], "cut off"),
    ],
)
def test_how_a_run_ended_is_told(tmp_path: Path, told: list[Event], end: str) -> None:
    store = RunStore(tmp_path)
    store.append([started(), *told])
    store.close()
    paper = Paper()

    follow(tmp_path, paper, live=True)

    assert end == paper.end
    assert [event.message for event in told if isinstance(event, Failed)] == paper.failures


def test_a_folder_without_a_record_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no record of a run"):
        Following(tmp_path, {})
