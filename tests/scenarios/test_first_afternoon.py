"""What a person does in the first afternoon, from the empty canvas to a saved, trained network."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.experiment import Choice, Data
from studio.core.fitting import choose_data
from tests.helpers.pilot import Pilot

LENET = (
    "Image", "Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "MaxPool2d",
    "Flatten", "Linear", "ReLU", "Linear", "ReLU", "Linear", "Cross-entropy",
)  # fmt: skip


@pytest.fixture
def pilot(qtbot: QtBot) -> Iterator[Pilot]:
    pilot = Pilot(qtbot)
    yield pilot
    pilot.close()


@pytest.mark.timeout(180)
def test_lenet_is_drawn_trained_undone_saved_and_reopened(pilot: Pilot, tmp_path: Path) -> None:
    workspace, session = pilot.studio.workspace, pilot.studio.session
    _choose_digits(pilot)

    blocks = _draw_lenet(pilot)
    assert () == workspace.checked.problems
    assert "B×10" == str(workspace.checked.blocks[blocks["scores"]].outputs["y"])

    pilot.click("Train")
    pilot.wait(lambda: len(pilot.losses()) > 80)
    losses = pilot.losses()
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])

    pilot.click("Pause")
    pilot.wait(lambda: session.state == "paused")
    paused_at = len(pilot.losses())
    pilot.click("Step")
    pilot.wait(lambda: len(pilot.losses()) == paused_at + 1)
    pilot.wait(lambda: session.state == "paused")

    pilot.click("Resume")
    pilot.wait(lambda: len(pilot.losses()) > paused_at + 20)
    pilot.click("Stop")
    pilot.wait(lambda: session.state == "ended")
    assert session.ended
    assert "stopped" == session.ended.reason

    drawn = workspace.document.experiment
    pilot.click_block(blocks["scores"])
    pilot.key(Qt.Key.Key_Delete)
    assert blocks["scores"] not in workspace.graph.nodes
    pilot.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert drawn is workspace.document.experiment

    file = tmp_path / "lenet.netwright"
    pilot.studio.save_to(file)
    pilot.studio.run("file.new")
    assert not workspace.graph.nodes
    pilot.studio.open(file)
    assert drawn == workspace.document.experiment


def _choose_digits(pilot: Pilot) -> None:
    workspace = pilot.studio.workspace
    digits = Data(Choice("digits"))
    workspace.apply(choose_data(workspace.document.experiment, digits, workspace.catalog))


def _draw_lenet(pilot: Pilot) -> dict[str, str]:
    """Drag every block from the palette, wire port to port, set what differs by typing."""
    blocks = []
    for place, words in enumerate(LENET):
        blocks.append(pilot.drag(words, place % 5 * 220, place // 5 * 150))
        pilot.canvas.fit()
    *layers, loss = blocks
    target = pilot.drag("Target", 660, 460)
    pilot.canvas.fit()
    for source, follower in pairwise(layers):
        pilot.wire(f"{source}.y", f"{follower}.x")
    pilot.wire(f"{layers[-1]}.y", f"{loss}.scores")
    pilot.wire(f"{target}.y", f"{loss}.target")
    for block in layers:
        if block.startswith("conv"):
            pilot.click_block(block)
            pilot.set_field("padding", "1")
    pilot.click_block(layers[-1])
    pilot.set_field("outputs", "10")
    return {"scores": layers[-1], "loss": loss, "target": target}
