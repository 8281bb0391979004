"""One experiment and seed give the same losses to the last bit, wherever they are trained."""

import json
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from studio.app.gallery import find_experiment
from studio.core.addresses import set_at
from studio.core.edits import SetTraining
from studio.core.home import home
from tests.helpers.pilot import Pilot

FASTEST = (
    "training.speed=fastest",
    "training.accumulate=2",
    "training.ema=0.99",
    "training.precision=bfloat16",
    "training.batch_size=32",
)
CHOSEN = {"ways": {"threads": 1, "channels_last": True}, "gain": 1.3}
"""What differs from the steady way in the last bits, whatever this machine is fastest with."""


def test_window_and_command_line_agree_though_the_window_pauses_and_watches(qtbot: QtBot) -> None:
    seen, _ = _trained_in_the_window(qtbot, "recall-attention", "training.epochs=2")

    assert seen
    assert _trained_from_the_command_line("recall-attention", "training.epochs=2") == seen


def test_they_agree_on_the_fastest_way_once_it_is_chosen(qtbot: QtBot) -> None:
    settings = (*FASTEST, "training.epochs=2")
    steady = _trained_from_the_command_line("lenet-digits", *settings)
    _trained_from_the_command_line("lenet-digits", *FASTEST, "training.epochs=14")  # is chosen now
    (file,) = (home() / "ways").glob("*.json")
    file.write_text(json.dumps(CHOSEN))

    seen, told = _trained_in_the_window(qtbot, "lenet-digits", *settings)

    assert "Computed with 1 thread, channels last, as an earlier run found" in told
    assert seen != steady, "the way that was chosen is not taken"
    assert _trained_from_the_command_line("lenet-digits", *settings) == seen


def _trained_in_the_window(qtbot: QtBot, name: str, *settings: str) -> tuple[list[float], str]:
    """Return the losses of a run that was paused once, and what was told of it."""
    pilot = Pilot(qtbot)
    studio, session = pilot.studio, pilot.studio.session
    studio.open(find_experiment(name))
    experiment = studio.workspace.document.experiment
    for setting in settings:
        experiment = set_at(experiment, setting, studio.catalog)
    studio.workspace.apply(SetTraining(experiment.training))

    pilot.click("Step")
    pilot.wait(lambda: session.state == "paused")
    pilot.click("Resume")
    pilot.wait(lambda: session.state == "ended")
    told = " ".join(note.message for note in session.record.notes)
    pilot.close()
    return list(session.ended.losses if session.ended else ()), told


def _trained_from_the_command_line(name: str, *settings: str) -> list[float]:
    words = ["train", name, "--json", *(word for one in settings for word in ("--set", one))]
    done = subprocess.run(
        [sys.executable, "-m", "studio", *words],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    losses: list[float] = json.loads(done.stdout.splitlines()[-1])["losses"]
    return losses
