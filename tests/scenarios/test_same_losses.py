"""One experiment and seed give the same losses to the last bit, wherever they are trained."""

import json
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from studio.app.gallery import find_experiment
from studio.core.addresses import set_at
from studio.core.edits import SetTraining
from tests.helpers.pilot import Pilot


def test_window_and_command_line_agree_though_the_window_pauses_and_watches(qtbot: QtBot) -> None:
    pilot = Pilot(qtbot)
    studio, session = pilot.studio, pilot.studio.session
    studio.open(find_experiment("recall-attention"))
    experiment = studio.workspace.document.experiment
    shorter = set_at(experiment, "training.epochs=2", studio.catalog)
    studio.workspace.apply(SetTraining(shorter.training))

    pilot.click("Step")
    pilot.wait(lambda: session.state == "paused")
    pilot.click("Resume")
    pilot.wait(lambda: session.state == "ended")
    seen = session.ended.losses if session.ended else ()
    pilot.close()

    assert seen
    assert _trained_from_the_command_line() == list(seen)


def _trained_from_the_command_line() -> list[float]:
    words = ["train", "recall-attention", "--set", "training.epochs=2", "--json"]
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
