"""Two networks everybody knows, drawn from composites by hand in fewer than sixty gestures each."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.compile.source import compile_network
from studio.core.fileio import dumps, loads
from tests.helpers.pilot import CTRL, SHIFT, Pilot

MOST_GESTURES = 60


@pytest.fixture
def pilot(qtbot: QtBot) -> Iterator[Pilot]:
    pilot = Pilot(qtbot)
    yield pilot
    pilot.close()


def expect_sound(pilot: Pilot) -> str:
    """Check that the drawing has no error, is the same after saving, and gives a program."""
    workspace = pilot.studio.workspace
    experiment = workspace.document.experiment
    assert [] == [problem.message for problem in workspace.checked.errors]
    assert experiment == loads(dumps(experiment))
    return compile_network(experiment, workspace.catalog, workspace.checked).text


def test_resnet_18_is_drawn_from_two_composites(pilot: Pilot) -> None:
    workspace = pilot.studio.workspace
    stem = pilot.build("image 3 224 224 > conv 64 7 2 3 bias=off > bn > relu > maxpool 3 2 1")
    basic = pilot.build(
        "> conv 64 3 1 1 bias=off > bn > relu > conv 64 3 1 1 bias=off > bn > add > relu"
    )
    pilot.key(Qt.Key.Key_F, CTRL | SHIFT)
    pilot.wire(f"{stem[-1]}.y", f"{basic[5]}.x.1")
    first = pilot.fold("Basic block")
    pilot.open_composite()
    pilot.add_parameter("channels", "64")
    pilot.click_block(basic[0])
    pilot.click_block(basic[3], also=True)
    pilot.set_field("out channels", "=channels")
    pilot.leave_composite()
    pilot.set_field("repeat", "2")

    down = pilot.build(
        "> conv 128 3 2 1 bias=off > bn > relu > conv 128 3 1 1 bias=off > bn > add > relu"
    )
    pilot.key(Qt.Key.Key_F, CTRL | SHIFT)
    pilot.click_block(first)
    shortcut = pilot.build("> conv 128 1 2 bias=off > bn")
    pilot.key(Qt.Key.Key_F, CTRL | SHIFT)
    pilot.wire(f"{shortcut[-1]}.y", f"{down[5]}.x.1")
    pilot.enclose([*down, *shortcut])
    pilot.fold("Down block")
    pilot.open_composite()
    pilot.add_parameter("channels", "128")
    pilot.click_block(down[0])
    for conv in (down[3], shortcut[0]):
        pilot.click_block(conv, also=True)
    pilot.set_field("out channels", "=channels")
    pilot.leave_composite()
    pilot.build(
        "> basic block 128 > down block 256 > basic block 256 > down block 512 > "
        "basic block 512 > globalavgpool > linear 1000"
    )

    source = expect_sound(pilot)
    assert 11_689_512 == workspace.checked.parameters
    assert {"Basic block", "Down block"} == {
        known.title for known in workspace.document.experiment.composites.values()
    }
    assert "class BasicBlock(nn.Module)" in source
    assert pilot.gestures < MOST_GESTURES, pilot.gestures


def test_gpt_2_is_drawn_from_one_composite_repeated_twelve_times(pilot: Pilot) -> None:
    workspace = pilot.studio.workspace
    begin = pilot.build("tokens 1024 50257 > embedding 768 > learned position")
    layer = pilot.build(
        "> layer norm > self attention 12 causal=on > add > "
        "layer norm > linear 3072 > gelu > linear 768 > add"
    )
    pilot.key(Qt.Key.Key_F, CTRL | SHIFT)
    pilot.wire(f"{begin[-1]}.y", f"{layer[2]}.x.1")
    pilot.wire(f"{layer[2]}.y", f"{layer[7]}.x.1")
    pilot.fold("Layer")
    pilot.open_composite()
    pilot.add_parameter("d_model", "768")
    pilot.click_block(layer[4])
    pilot.set_field("outputs", "=4*d_model")
    pilot.click_block(layer[6])
    pilot.set_field("outputs", "=d_model")
    pilot.leave_composite()
    pilot.set_field("repeat", "12")
    head = pilot.build("> layer norm > unembedding")
    pilot.key(Qt.Key.Key_Period, CTRL)
    pilot.key(Qt.Key.Key_Return)

    source = expect_sound(pilot)
    assert 124_439_808 == workspace.checked.parameters
    assert begin[1] == workspace.graph.nodes[head[1]].shares
    assert "class Layer(nn.Module)" in source
    assert pilot.gestures < MOST_GESTURES, pilot.gestures
