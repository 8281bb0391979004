"""The diagnosis in the window: findings, their blocks and charts, remedies applied and tried."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from studio.core.experiment import Choice, Experiment
from studio.ui.dashboard.panels.diagnosis import DiagnosisPanel
from studio.ui.training.preflight_card import PreflightCard
from studio.ui.widgets.labels import Text
from tests.helpers.builders import Drawing
from tests.helpers.pilot import Pilot
from tests.helpers.sick import told

LEFT = Qt.MouseButton.LeftButton
GRADIENTS = {"grad_norm": [(1e-8, 1e-6, 0.5)] * 8, "weight_norm": [(1.0, 1.0, 1.0)] * 8}


def sigmoids() -> Experiment:
    """Return three layers with sigmoids between them, for the digits."""
    net = Drawing("Sigmoids")
    scores = net.chain(
        ("io.image", {"channels": 1, "height": 8, "width": 8}), "nn.flatten",
        ("nn.linear", {"out_features": 16}), "nn.sigmoid",
        ("nn.linear", {"out_features": 16}), "nn.sigmoid",
        ("nn.linear", {"out_features": 10}),
    )  # fmt: skip
    net.loss(scores, classes=10)
    optimizer = Choice("adam", {"lr": 0.003})
    return net.experiment("digits", optimizer=optimizer, epochs=6, checkpoint_secs=0)


@pytest.fixture
def pilot(qtbot: QtBot) -> Iterator[Pilot]:
    pilot = Pilot(qtbot)
    pilot.studio.filing.adopt(sigmoids(), None)
    yield pilot
    pilot.close()


@pytest.fixture
def sick(pilot: Pilot) -> DiagnosisPanel:
    """Return the panel over a run whose gradient vanishes."""
    pilot.studio.session.record.feed(told([2.3] * 8, rows=GRADIENTS))
    pilot.studio.diagnosis.look()
    pilot.window.docks.show_panel("Diagnosis", shown=True)
    panel = next(iter(pilot.window.findChildren(DiagnosisPanel)))
    pilot.wait(lambda: panel.list.count() > 0)
    return panel


def button(panel: DiagnosisPanel, words: str) -> QPushButton:
    """Return the button of the finding that is read, by its words or its spoken name."""
    for one in panel.view.page.findChildren(QPushButton):
        if words in (one.text(), one.accessibleName()):
            return one
    raise AssertionError(words)


def words(panel: DiagnosisPanel) -> str:
    return "\n".join(text.text() for text in panel.view.page.findChildren(Text))


def test_findings_are_listed_with_their_causes_first(sick: DiagnosisPanel) -> None:
    titles = [sick.list.item(row).text() for row in range(sick.list.count())]

    assert titles[:2] == ["Vanishing gradient", "No learning\nFollows from the first"]
    assert all("Follows" in title for title in titles[1:])
    assert "Hardly any gradient reaches fc1 and fc2" in words(sick)
    assert "a sigmoid's slope is never above ¼" in words(sick)
    assert "Glorot, Bengio 2010" in words(sick)


def test_the_line_below_counts_findings_and_leads_to_them(
    pilot: Pilot, sick: DiagnosisPanel
) -> None:
    pilot.window.docks.show_panel("Gradient norm", shown=True)
    (count,) = [one for one in pilot.window.findChildren(QToolButton) if one.text() == "1 finding"]

    QTest.mouseClick(count, LEFT)

    pilot.wait(lambda: not sick.visibleRegion().isEmpty())


def test_choosing_a_finding_selects_its_blocks(pilot: Pilot, sick: DiagnosisPanel) -> None:
    pilot.studio.workspace.select(())

    sick.list.itemClicked.emit(sick.list.item(0))

    assert pilot.studio.workspace.selection == {"fc1", "fc2"}


def test_the_evidence_opens_its_chart_at_the_step(pilot: Pilot, sick: DiagnosisPanel) -> None:
    QTest.mouseClick(button(sick, "Show step 120"), LEFT)

    assert sick.cursor_step.held == 120
    pilot.wait(lambda: sick.visibleRegion().isEmpty())  # its chart stands in front now


def test_a_remedy_is_applied_by_a_click_and_undone_as_one_step(
    pilot: Pilot, sick: DiagnosisPanel
) -> None:
    document = pilot.studio.workspace.document
    before = document.experiment

    QTest.mouseClick(button(sick, "Apply: Swap Sigmoid for ReLU in 2 blocks"), LEFT)

    kinds = [node.kind for node in document.experiment.graph.nodes.values()]
    assert kinds.count("nn.relu") == 2
    assert document.undo_label == "Swap Sigmoid for ReLU in 2 blocks"
    document.undo()
    assert document.experiment is before


def test_a_remedy_that_was_applied_is_not_offered_again(pilot: Pilot, sick: DiagnosisPanel) -> None:
    QTest.mouseClick(button(sick, "Apply: Swap Sigmoid for ReLU in 2 blocks"), LEFT)

    pilot.wait(lambda: "Swap Sigmoid" not in words(sick))
    assert "Insert BatchNorm1d behind 2 layers" in words(sick)


def test_another_drawing_is_offered_no_remedy(pilot: Pilot, sick: DiagnosisPanel) -> None:
    net = Drawing("Another")
    net.loss(net.chain(("io.vector", {"features": 4}), "nn.linear"), classes=64)
    pilot.studio.trainer.run = None
    finding = pilot.studio.diagnosis.findings[0]
    assert pilot.studio.diagnosis.remedies(finding)

    pilot.studio.filing.adopt(net.experiment(), None)

    assert pilot.studio.diagnosis.remedies(finding) == ()


def test_a_healthy_run_says_that_nothing_is_found(pilot: Pilot) -> None:
    pilot.studio.session.record.feed(told([2.3, 1.0, 0.5, 0.3, 0.2]))
    pilot.studio.diagnosis.look()
    pilot.window.docks.show_panel("Diagnosis", shown=True)
    panel = next(iter(pilot.window.findChildren(DiagnosisPanel)))

    pilot.wait(lambda: any("Nothing is found wrong" in one.text() for one in _texts(panel)))


def _texts(panel: DiagnosisPanel) -> list[Text]:
    return [text for text in panel.findChildren(Text) if text.isVisible()]


@pytest.mark.timeout(240)
def test_a_remedy_is_tried_beside_the_run_and_compared(pilot: Pilot, sick: DiagnosisPanel) -> None:
    trial = pilot.studio.diagnosis.try_out
    before = pilot.studio.workspace.document.experiment

    QTest.mouseClick(button(sick, "Try it: Swap Sigmoid for ReLU in 2 blocks"), LEFT)
    assert trial.running
    pilot.wait(lambda: not trial.running, secs=180)

    assert "where the original had 2.3" in trial.words
    assert pilot.studio.workspace.document.experiment is before
    assert [other.row.first.id for other in pilot.studio.overlaid.others] == [trial.folder.name]
    assert pilot.studio.session.state != "running"


@pytest.mark.timeout(240)
def test_the_check_before_training_lists_what_it_sees(pilot: Pilot) -> None:
    pilot.studio.front.show_page("train")
    card = next(iter(pilot.window.findChildren(PreflightCard)))

    QTest.mouseClick(card.begin, LEFT)
    assert not card.begin.isEnabled()
    pilot.wait(card.begin.isEnabled, secs=180)

    told_ = [text.text() for text in card.results.findChildren(Text)]
    titles = ["Shapes", "Initial loss", "Gradient", "One batch by heart", "Leakage", "Memory"]
    assert [title for title in told_ if title in titles] == titles
    assert any("(ln 10)" in line for line in told_)
