import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.app.autosave import Autosave, find_recovered
from studio.app.folders import recovery
from studio.app.studio import Studio
from studio.core.experiment import Experiment

DRAW_AND_WAIT = """
import sys, time
from studio.app.studio import Studio
studio = Studio()
studio.workspace.place("nn.linear", 0, 0)
time.sleep(60)
"""


@pytest.fixture
def killed(home: Path) -> Path:
    """The copy that a program left which was killed while it had unsaved work."""
    root = Path(__file__).resolve().parents[3]
    program = subprocess.Popen(
        [sys.executable, "-c", DRAW_AND_WAIT], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )
    copy = recovery() / f"{program.pid}.json"
    try:
        _wait_for(copy)
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()
    return copy


def _wait_for(copy: Path) -> None:
    from time import monotonic, sleep

    until = monotonic() + 20
    while not copy.exists():
        assert monotonic() < until, "no recovery copy was written"
        sleep(0.02)


def test_work_of_a_killed_program_is_back_at_the_next_start(killed: Path) -> None:
    studio = Studio()

    recovered = studio.recover()
    kinds = [node.kind for node in studio.workspace.graph.nodes.values()]
    notice = studio.notices.open[0]
    studio.close()

    assert recovered
    assert ["nn.linear"] == kinds
    assert notice.message.startswith("Recovered unsaved work from")
    assert ["Keep", "Discard"] == [words for words, _ in notice.answers]
    assert not killed.exists()


def test_discarding_recovered_work_goes_back_to_the_empty_canvas(killed: Path) -> None:
    studio = Studio()
    studio.recover()

    studio.notices.answer(studio.notices.open[0], "Discard")
    left = list(recovery().glob("*.json"))
    studio.close()

    assert not studio.workspace.graph.nodes
    assert not studio.filing.dirty
    assert [] == left


def test_recovered_work_is_only_offered_when_a_file_was_asked_for(killed, tmp_path) -> None:
    studio = Studio()
    studio.save_to(tmp_path / "other.netwright")

    taken = studio.recover(offer_only=True)
    studio.notices.answer(studio.notices.open[0], "Open")
    nodes = studio.workspace.graph.nodes
    studio.close()

    assert not taken
    assert 1 == len(nodes)


def test_saving_clears_the_copy(tmp_path: Path) -> None:
    studio = Studio()
    studio.autosave.delay_secs = 0.01
    studio.workspace.place("nn.linear", 0, 0)
    _wait_for(recovery() / f"{os.getpid()}.json")

    studio.save_to(tmp_path / "saved.netwright")
    left = list(recovery().glob("*.json"))
    studio.close()

    assert [] == left


def test_the_last_of_many_values_is_the_one_written(tmp_path: Path) -> None:
    autosave = Autosave(tmp_path, delay_secs=0.05)

    for number in range(50):
        autosave.keep(Experiment(title=f"Value {number}"), None)
    autosave.close(keep_copy=True)

    (copy,) = tmp_path.glob("*.json")
    assert "Value 49" in json.loads(copy.read_text())["experiment"]


def test_the_copy_of_a_living_program_and_a_broken_copy_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{os.getppid()}.json").write_text("{}")
    (tmp_path / "999999999.json").write_text("no JSON")

    assert [] == find_recovered(tmp_path)
    assert 2 == len(list(tmp_path.iterdir()))


def test_a_copy_that_cannot_be_written_is_told_once(home: Path) -> None:
    recovery().parent.mkdir(parents=True)
    recovery().write_text("in the way")
    studio = Studio()
    studio.autosave.delay_secs = 0.0

    for place in range(4):
        studio.workspace.place("nn.linear", 0, 100 * place)
        _wait_until(lambda: bool(studio.autosave.error))
    said = [notice.message for notice in studio.notices.open if "recovery copy" in notice.message]
    recovery().unlink()
    studio.workspace.place("nn.linear", 0, 500)
    _wait_until(lambda: not studio.autosave.error)
    studio.close()

    assert 1 == len(said)
    assert said[0].startswith("There is no recovery copy of your work: ")


def _wait_until(holds: Callable[[], bool]) -> None:
    from time import monotonic, sleep

    until = monotonic() + 20
    while not holds():
        assert monotonic() < until, "waited in vain"
        sleep(0.02)
