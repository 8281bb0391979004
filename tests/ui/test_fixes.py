"""Quick fixes: offered by the badge, by keys, by the inspector and by the list of problems."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.core.experiment import Experiment
from studio.ui.docks import PROBLEMS
from studio.ui.widgets.fix_popover import FixPopover
from studio.ui.window import MainWindow
from tests.helpers.builders import Drawing
from tests.helpers.desk import opened_window
from tests.helpers.drawing import PITCH_X

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def wrong() -> Experiment:
    """Return images of which rows are added that differ in width: something to fix."""
    net = Drawing("Wrong")
    x = net.place("io.vector", features=4)
    one = net.chain(("nn.linear", {"out_features": 8}), after=x)
    two = net.chain(("nn.linear", {"out_features": 6}), after=x)
    both = net.place("nn.add", title="sum")
    net.wire(one, both)
    net.wire(two, both)
    return net.experiment()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot) as window:
        experiment = wrong()
        graph = experiment.graph
        nodes = graph.nodes.values()
        moved = [
            type(n)(n.id, n.kind, n.title, n.params, PITCH_X * at) for at, n in enumerate(nodes)
        ]
        window.studio.filing.adopt(experiment.with_graph(graph.put(*moved)), None)
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        QTest.qWait(5)
        yield window


def popover(window: MainWindow) -> FixPopover:
    return window.pages.build.fixing.popover


def labels(window: MainWindow) -> list[str]:
    found = popover(window).list
    return [found.item(row).text().partition("\n")[0] for row in range(found.count())]


def test_the_badge_offers_fixes_and_enter_applies_the_first_as_one_step(
    window: MainWindow,
) -> None:
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    before = workspace.document.experiment
    corner = canvas.node_rect("sum").topRight().toPoint() + QPoint(-3, 3)

    QTest.mouseClick(canvas, LEFT, pos=corner)
    offered = labels(window)
    QTest.keyClick(popover(window).list, Qt.Key.Key_Return)

    assert popover(window).isHidden()
    assert offered
    assert () == workspace.checked.errors
    assert offered[0] == workspace.document.undo_label
    workspace.document.undo()
    assert before is workspace.document.experiment


def test_ctrl_and_full_stop_offer_the_fixes_of_the_selected_block(window: MainWindow) -> None:
    workspace = window.studio.workspace
    workspace.select(["sum"])
    QTest.qWait(5)

    QTest.keyClick(window, Qt.Key.Key_Period, CTRL)

    assert popover(window).isVisible()
    assert popover(window).list.hasFocus()
    assert "sum" in popover(window).said.text()
    QTest.keyClick(popover(window).list, Qt.Key.Key_Escape)
    assert popover(window).isHidden()
    assert window.pages.build.canvas.hasFocus()


def test_a_click_on_a_fix_applies_it(window: MainWindow) -> None:
    window.studio.run("edit.fix")
    found = popover(window).list
    row = found.visualItemRect(found.item(found.count() - 1))

    QTest.mouseClick(found.viewport(), LEFT, pos=row.center())

    assert () == window.studio.workspace.checked.errors


def test_the_inspector_offers_the_fixes(window: MainWindow, qtbot: QtBot) -> None:
    window.studio.workspace.select(["sum"])
    inspector = window.pages.build.inspector
    inspector.refresh()

    QTest.mouseClick(inspector.view.fix, LEFT)

    assert popover(window).isVisible()


def test_the_list_of_problems_offers_the_fixes(window: MainWindow) -> None:
    window.docks.show_panel(PROBLEMS, shown=True)
    QTest.qWait(5)

    QTest.mouseClick(window.docks.problems.fix, LEFT)

    assert popover(window).isVisible()
    assert {"sum"} == window.studio.workspace.selection


def test_a_problem_without_a_fix_says_the_way_out(window: MainWindow) -> None:
    workspace = window.studio.workspace
    net = Drawing("Lonely")
    lonely = net.place("nn.relu")
    window.studio.filing.adopt(net.experiment(), None)
    workspace.select([lonely])

    window.studio.run("edit.fix")

    assert 0 == popover(window).list.count()
    assert "Draw a wire" in popover(window).said.text()


def test_a_loss_without_a_target_is_given_one_by_its_badge(window: MainWindow) -> None:
    net = Drawing("Untargeted")
    last = net.chain(("io.image", {"channels": 1, "height": 8, "width": 8}), "nn.flatten")
    loss = net.chain(("nn.linear", {"out_features": 10}), "loss.cross_entropy", after=last)
    workspace, canvas = window.studio.workspace, window.pages.build.canvas
    window.studio.filing.adopt(net.experiment("digits"), None)
    window.studio.run("arrange.layout")
    QTest.qWait(400)  # the blocks glide
    window.studio.run("view.fit")
    QTest.qWait(400)

    corner = canvas.node_rect(loss).topRight().toPoint() + QPoint(-3, 3)
    QTest.mouseClick(canvas, LEFT, pos=corner)

    assert "Add a Target" in labels(window)
    popover(window).list.setCurrentRow(labels(window).index("Add a Target"))
    QTest.keyClick(popover(window).list, Qt.Key.Key_Return)
    assert workspace.checked.problems == ()
    assert workspace.document.undo_label == "Add a Target"


def test_the_fixes_close_when_the_view_moves_away_from_their_block(window: MainWindow) -> None:
    canvas = window.pages.build.canvas
    window.pages.build.fixing.open_on("sum")
    assert popover(window).isVisible()

    canvas.look_through(canvas.camera.panned(200.0, 0.0))

    assert popover(window).isHidden()
