"""TrialCard: a short test on a copy of the experiment, its curve, and a way to take what it found.

The test is a program of its own, the same as a verb of ``netwright``: the window's engine stays
free, and nothing of the experiment changes.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QProcess, QProcessEnvironment, QTemporaryDir, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QPushButton, QWidget

from studio.app.workspace import Workspace
from studio.core.fileio import save
from studio.ui.widgets.card import Card
from studio.ui.widgets.curve import Curve
from studio.ui.widgets.labels import Text


@dataclass(frozen=True, slots=True)
class Trial:
    """What a test is called, and the verb that makes it."""

    title: str
    verb: str
    begin: str
    why: str
    testing: str
    curve: str
    take: str


class TrialCard(Card):
    """A button, the curve that comes of it, and a button to take what was found."""

    trial: Trial

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(self.trial.title, parent)
        self._workspace = workspace
        self._folder: QTemporaryDir | None = None
        self.process = QProcess(self)
        surroundings = QProcessEnvironment.systemEnvironment()
        # Plug-ins and a checkout are found where this process finds them.
        surroundings.insert("PYTHONPATH", os.pathsep.join(path or os.getcwd() for path in sys.path))
        self.process.setProcessEnvironment(surroundings)
        self.process.finished.connect(self._on_finished)
        self.begin = QPushButton(self.trial.begin, self)
        self.begin.clicked.connect(self._on_begin)
        self.said = Text(self.trial.why, self, "small")
        self.curve = Curve("", self)
        self.curve.setAccessibleName(self.trial.curve)
        self.curve.setVisible(False)
        self.take = QPushButton("", self)
        self.take.setAccessibleName(self.trial.take)
        self.take.setVisible(False)
        self.take.clicked.connect(self._on_take)
        for part in (self.said, self.curve, self.begin, self.take):
            self.add(part)

    # for cards

    def show_found(self, found: Mapping[str, Any]) -> str:
        """Show what was found and return it in words; what can be taken is in the button."""
        raise NotImplementedError

    def take_found(self) -> None:
        """Take it into the experiment."""
        raise NotImplementedError

    def offer(self, text: str) -> None:
        """Offer to take something; with an empty text, nothing."""
        self.take.setText(text)
        self.take.setVisible(bool(text))

    @Slot()
    def _on_begin(self) -> None:
        self._folder = QTemporaryDir()
        path = Path(self._folder.filePath("copy.netwright"))
        save(self._workspace.document.experiment, path)
        self.begin.setEnabled(False)
        self.take.setVisible(False)
        self.said.say(self.trial.testing)
        self.process.start(sys.executable, ["-m", "studio", self.trial.verb, str(path), "--json"])

    @Slot()
    def _on_finished(self) -> None:
        self.begin.setEnabled(True)
        lines = bytes(self.process.readAllStandardOutput().data()).decode().splitlines()
        errors = bytes(self.process.readAllStandardError().data()).decode().splitlines()
        try:
            found = json.loads(lines[-1])
        except (ValueError, IndexError):
            self.said.say(errors[-1].removeprefix("netwright: ") if errors else self.trial.why)
            return
        self.said.say(self.show_found(found))

    @Slot()
    def _on_take(self) -> None:
        self.take_found()

    # Qt

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.process.state() != QProcess.ProcessState.NotRunning:
            self.process.kill()
            self.process.waitForFinished(1000)
