"""RangeCard: the loss over the learning rate, found by a short test on a copy."""

import json
import os
import sys
from math import log10
from pathlib import Path

from PySide6.QtCore import QProcess, QProcessEnvironment, QTemporaryDir, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QPushButton, QWidget

from studio.app.choosing import set_training
from studio.app.workspace import Workspace
from studio.core.fileio import save
from studio.ui.widgets.card import Card
from studio.ui.widgets.curve import Curve
from studio.ui.widgets.labels import Text

FIND = "Find a learning rate"
TESTING = "Testing about 100 steps on a copy; leaving this page ends it"
WHY = "Trains a copy for 100 steps while the rate rises, and shows where the loss falls"


class RangeCard(Card):
    """A button, the curve that comes of it, and a way to take the rate.

    The test is a program of its own, the same as ``netwright find-lr``: the window's engine stays
    free, and nothing of the experiment changes.
    """

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__("Learning-rate test", parent)
        self._workspace = workspace
        self._folder: QTemporaryDir | None = None
        self._rate = 0.0
        self.process = QProcess(self)
        surroundings = QProcessEnvironment.systemEnvironment()
        # Plug-ins and a checkout are found where this process finds them.
        surroundings.insert("PYTHONPATH", os.pathsep.join(path or os.getcwd() for path in sys.path))
        self.process.setProcessEnvironment(surroundings)
        self.process.finished.connect(self._on_finished)
        self.begin = QPushButton(FIND, self)
        self.begin.clicked.connect(self._on_begin)
        self.said = Text(WHY, self, "small")
        self.curve = Curve("", self)
        self.curve.setAccessibleName("Loss over the learning rate")
        self.curve.setVisible(False)
        self.take = QPushButton("", self)
        self.take.setAccessibleName("Take the learning rate that was found")
        self.take.setVisible(False)
        self.take.clicked.connect(self._on_take)
        for part in (self.said, self.curve, self.begin, self.take):
            self.add(part)

    @Slot()
    def _on_begin(self) -> None:
        self._folder = QTemporaryDir()
        path = Path(self._folder.filePath("copy.netwright"))
        save(self._workspace.document.experiment, path)
        self.begin.setEnabled(False)
        self.take.setVisible(False)
        self.said.say(TESTING)
        self.process.start(sys.executable, ["-m", "studio", "find-lr", str(path), "--json"])

    @Slot()
    def _on_finished(self) -> None:
        self.begin.setEnabled(True)
        lines = bytes(self.process.readAllStandardOutput().data()).decode().splitlines()
        errors = bytes(self.process.readAllStandardError().data()).decode().splitlines()
        try:
            found = json.loads(lines[-1])
        except (ValueError, IndexError):
            self.said.say(errors[-1].removeprefix("netwright: ") if errors else WHY)
            return
        self._show_curve([(rate, loss) for rate, loss in found["points"] if rate > 0])
        self._rate = float(f"{found['rate']:.2g}") if found["rate"] else 0.0
        self.said.say(
            f"{self._rate:g} fits: a tenth of the rate with the least loss; now {found['now']:g}"
            if self._rate
            else "The loss never fell: the network may learn nothing, or only at lower rates"
        )
        self.take.setText(f"Take {self._rate:g}")
        self.take.setVisible(self._rate > 0)

    def _show_curve(self, points: list[tuple[float, float]]) -> None:
        self.curve.setVisible(len(points) > 1)
        if len(points) > 1:
            first, last = points[0][0], points[-1][0]
            worst = 2 * points[0][1]  # where it diverges, how far says nothing
            shown = [(log10(rate / first), min(loss, worst)) for rate, loss in points]
            ends = (f"{first:.2g}", f"{last:.2g}")
            self.curve.show_points(shown, x_end=log10(last / first), ends=ends)

    @Slot()
    def _on_take(self) -> None:
        experiment = self._workspace.document.experiment
        self._workspace.apply(set_training(experiment, "optimizer", "lr", self._rate))

    # Qt

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.process.state() != QProcess.ProcessState.NotRunning:
            self.process.kill()
            self.process.waitForFinished(1000)
