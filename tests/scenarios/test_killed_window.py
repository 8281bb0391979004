"""The window's process is killed while one draws and trains: the next start has it all back.

``NETWRIGHT_KILLS=50`` tries more moments.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from studio.app.gallery import find_experiment
from studio.app.looking_back import offer_to_go_on
from studio.app.settings import Settings
from studio.app.studio import Studio
from studio.core.fileio import open_file, save
from studio.runs.door import DOOR
from studio.runs.index import look_at
from studio.runs.saved import open_run
from studio.runs.series import Series
from tests.helpers.desk import opened_window

KILLS = int(os.environ.get("NETWRIGHT_KILLS", "2"))
LONGEST_SECS = 4.0
"""From the first loss that was seen to the kill."""
AUTOSAVE_SECS = 0.1
LATE_SECS = 5.0
"""How old an edit is at most that was not yet on the disk: both cores may be busy."""
PATIENCE_MS = 120_000
EPOCHS = 1500

WINDOW = """
import sys, time
from PySide6.QtCore import QTimer
from studio.core.edits import Rename
from studio.ui import start

class Hand:
    def __init__(self, studio):
        self.studio, self.edits, self.seen, self.run = studio, 0, 0, None
        self.timer = QTimer(interval=30)
        self.timer.timeout.connect(self.draw)
        self.timer.start()
        assert studio.run("train.start"), [notice.message for notice in studio.notices.open]
        print("run", studio.trainer.run.folder, flush=True)

    def draw(self):
        self.edits += 1
        block = min(self.studio.workspace.graph.nodes)
        self.studio.workspace.apply(Rename(block, f"Edit {self.edits}"))
        series = self.studio.record.series.get("train/loss")
        seen = int(series.last[0]) if series is not None and series.last else 0
        print("edit", self.edits, time.monotonic(), seen, flush=True)

hands = []
offer = start.offer_to_go_on
def then(studio):
    offer(studio)
    hands.append(Hand(studio))
start.offer_to_go_on = then
sys.exit(start.run(sys.argv[1]))
"""


class Killed:
    """What a window had shown when it was killed."""

    def __init__(self, file: Path, secs: float) -> None:
        root = Path(__file__).parents[2]
        self.edits: list[tuple[int, float]] = []
        self.seen = 0
        with subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(file)], stdout=subprocess.PIPE, cwd=root, text=True
        ) as window:
            assert window.stdout is not None
            kill_at = 0.0
            for line in window.stdout:
                self._read(line)
                if self.seen and not kill_at:
                    kill_at = time.monotonic() + secs
                if kill_at and time.monotonic() >= kill_at:
                    break
            children = psutil.Process(window.pid).children()
            (self.engine,) = [one for one in children if "studio.engine" in one.cmdline()]
            window.send_signal(signal.SIGKILL)
            self.at = time.monotonic()
            for line in window.stdout:  # what it had said already
                self._read(line)

    def _read(self, line: str) -> None:
        what, *words = line.split()
        if what == "run":
            self.folder = Path(line.removeprefix("run ").strip())
        elif what == "edit":
            self.edits.append((int(words[0]), float(words[1])))
            self.seen = int(words[2])

    @property
    def safe_edit(self) -> int:
        """The last edit that must have been on the disk."""
        return max((number for number, when in self.edits if when < self.at - LATE_SECS), default=0)


@pytest.fixture
def file(tmp_path: Path, home: Path) -> Path:
    """A saved experiment that trains for some seconds, and settings with a quick autosave."""
    experiment = open_file(find_experiment("spirals-mlp"))
    settings = {**experiment.training.settings, "epochs": EPOCHS, "checkpoint_secs": 1}
    path = tmp_path / "work.netwright"
    save(replace(experiment, training=replace(experiment.training, settings=settings)), path)
    Settings(home / "settings.json").set("autosave_seconds", AUTOSAVE_SECS)
    return path


@pytest.fixture
def engines() -> Iterator[list[psutil.Process]]:
    """Engines that are ended for certain after the test."""
    left: list[psutil.Process] = []
    yield left
    for engine in left:
        if engine.is_running():
            engine.kill()


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(KILLS))
def test_a_window_killed_at_any_moment_has_its_work_and_its_run_back_at_the_next_start(
    qtbot: QtBot, home: Path, file: Path, engines: list[psutil.Process], moment: int
) -> None:
    goes_on = moment % 2 == 0
    chosen = "go on training" if goes_on else "stop with a checkpoint"
    Settings(home / "settings.json").set("window_gone", chosen)
    killed = Killed(file, random.Random(moment).uniform(0.0, LONGEST_SECS))
    engines.append(killed.engine)
    if goes_on:
        qtbot.waitUntil((killed.folder / DOOR).is_file, timeout=PATIENCE_MS)
    else:
        killed.engine.wait(PATIENCE_MS / 1000)

    with opened_window(qtbot, "") as window:
        studio = window.studio
        assert studio.recover() or not killed.safe_edit
        assert number_of(studio) >= killed.safe_edit
        before = studio.workspace.document.experiment
        offer_to_go_on(studio)
        qtbot.waitUntil(lambda: "Training of" in newest_words(studio), timeout=PATIENCE_MS)
        studio.notices.answer(studio.notices.open[-1], "Watch it" if goes_on else "Go on")
        qtbot.waitUntil(lambda: studio.session.busy, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: steps_of(studio) > killed.seen, timeout=PATIENCE_MS)
        assert before is studio.workspace.document.experiment
        studio.session.stop()
        qtbot.waitUntil(lambda: studio.session.ended is not None, timeout=PATIENCE_MS)
        shown = studio.record.series["train/loss"]
        assert list(range(1, len(shown.steps) + 1)) == shown.steps.tolist()
        assert stored(killed.folder) == pytest.approx(shown.values.tolist(), rel=1e-6)
    assert "stopped" == look_at(killed.folder).state


def number_of(studio: Studio) -> int:
    titles = [node.title.split() for node in studio.workspace.graph.nodes.values()]
    return max((int(words[1]) for words in titles if words[:1] == ["Edit"]), default=0)


def newest_words(studio: Studio) -> str:
    return studio.notices.open[-1].message if studio.notices.open else ""


def steps_of(studio: Studio) -> int:
    series: Series | None = studio.record.series.get("train/loss")
    return int(series.last[0]) if series is not None and series.last else 0


def stored(folder: Path) -> list[float]:
    with open_run(folder) as saved:
        return list(saved.series("train/loss")[1].tolist())
