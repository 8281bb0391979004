"""A small file system fills up: the training goes on, and what was written before stays whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

IN_SMALL = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && exec "$3" -c "$4" "$2"'

RUN = """
import sys
from pathlib import Path
from studio.engine.checkpoint import read_checkpoint
from studio.runs.checkpoints import checkpoints_in
from studio.runs.commands import Start
from studio.runs.events import Ended, Note, Points
from studio.runs.handle import Engine
from studio.runs.saved import open_run
from tests.engine.test_survival import long_run

folder = Path(sys.argv[1]) / "run"
with Engine(in_process=True) as engine:
    engine.send(Start(spec=long_run(folder)))
    told = []
    while not any(isinstance(event, Ended) for event in told):
        told += engine.wait(60.0)
(ended,) = [event for event in told if isinstance(event, Ended)]
assert ended.reason == "finished", [getattr(event, "message", "") for event in told][-5:]
notes = [event.message for event in told if isinstance(event, Note)]
short = [note for note in notes if "goes on without" in note]
assert short, notes
assert len(short) == len(set(short)), short  # each trouble is told once
for checkpoint in checkpoints_in(folder):
    assert read_checkpoint(checkpoint.path)["place"]
shown = {s: v for e in told if isinstance(e, Points) and e.name == "train/loss"
         for s, v in zip(e.steps, e.values)}
with open_run(folder) as saved:
    steps, values = saved.series("train/loss")
    assert len(steps), "nothing was kept"
    assert steps.tolist() == list(range(1, len(steps) + 1))
    assert all(abs(shown[s] - v) < 1e-6 for s, v in zip(steps.tolist(), values.tolist()))
print("kept", len(steps), "of", ended.step)
"""

WORK = """
import os, sys
from pathlib import Path
from studio.app.autosave import Autosave, find_recovered
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import open_file, save

disk = Path(sys.argv[1])
work = disk / "work.netwright"
small, large = Experiment(title="small"), Experiment(notes="x" * 80_000)
recovery = disk / "recovery"
autosave = Autosave(recovery, delay_secs=0.0)
save(small, work)
autosave.keep(small, work)
while not list(recovery.glob("[0-9]*.json")):
    pass
filler = disk / "filler"
with open(filler, "wb", buffering=0) as file:
    try:
        while file.write(bytes(4096)):
            pass
    except OSError:
        pass
try:
    save(large, work)
    raise SystemExit("a full disk took it")
except FileError as error:
    assert "cannot be written" in str(error), error
assert open_file(work) == small
autosave.keep(large, work)
autosave.close(keep_copy=True)
assert "cannot be written" in autosave.error, autosave.error
(copy,) = recovery.glob("[0-9]*.json")
copy.rename(recovery / "999999999.json")
(found,) = find_recovered(recovery)
assert found.experiment == small
assert not [path for path in disk.rglob(".*") if path.is_file()], "a torn neighbour was left"
filler.unlink()
save(large, work)
assert open_file(work) == large
print("whole")
"""


def in_small(script: str, room: str, place: Path) -> str:
    """Run a script over a file system of this size, and return what it printed."""
    place.mkdir()
    command = [*IN_SMALL, MOUNT, "small", room, str(place), sys.executable, script]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=200, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def may_mount(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Small file systems are mounted in a namespace of their own, which some systems forbid."""
    place = str(tmp_path_factory.mktemp("small"))
    try:
        tried = subprocess.run(
            [*IN_SMALL, 'mount -t tmpfs -o size=64k none "$1"', "small", place],
            capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if tried.returncode:
        pytest.skip("this system lets nobody mount a small file system")


@pytest.mark.parametrize("room", ["240k", "320k", "900k"])
def test_a_run_outlives_a_small_disk_and_what_was_written_stays_whole(
    tmp_path: Path, room: str
) -> None:
    assert in_small(RUN, room, tmp_path / "disk").startswith("kept")


def test_saving_and_the_recovery_copy_fail_in_a_sentence_and_lose_nothing(tmp_path: Path) -> None:
    assert "whole" in in_small(WORK, "128k", tmp_path / "disk")
