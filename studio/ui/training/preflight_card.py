"""PreflightCard: what is looked at before training, tried on a copy by a program of its own."""

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QProcess, QProcessEnvironment, QTemporaryDir, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from studio.app.workspace import Workspace
from studio.core.fileio import save
from studio.ui.icons import drawn
from studio.ui.theme import tokens
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text

CHECK = "Check before training"
WHY = (
    "Tries a copy for some seconds: shapes, initial loss, gradient, one batch by heart, leakage, "
    "memory, learning rate"
)
BUSY = "Trying a copy; leaving this page ends it"
ICONS = {"passed": "circle-check", "failed": "circle-x", "unsure": "circle-question-mark"}
ICON_PX = 16


class PreflightCard(Card):
    """A button, and a line for each thing that was looked at.

    It is the same as ``netwright check --preflight``: the window's engine stays free, and nothing
    of the experiment changes.
    """

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__("Before training", parent)
        self._workspace = workspace
        self._folder: QTemporaryDir | None = None
        self._rows: list[dict[str, str]] = []
        self._unread = b""
        self.process = QProcess(self)
        surroundings = QProcessEnvironment.systemEnvironment()
        # Plug-ins and a checkout are found where this process finds them.
        surroundings.insert("PYTHONPATH", os.pathsep.join(path or os.getcwd() for path in sys.path))
        self.process.setProcessEnvironment(surroundings)
        self.process.readyReadStandardOutput.connect(self._on_output)
        self.process.finished.connect(self._on_finished)
        self.begin = QPushButton(CHECK, self)
        self.begin.clicked.connect(self._on_begin)
        self.said = Text(WHY, self, "small")
        self.results = QWidget(self)
        self._grid = QGridLayout(self.results)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        for part in (self.said, self.results, self.begin):
            self.add(part)

    @Slot()
    def _on_begin(self) -> None:
        self._folder = QTemporaryDir()
        path = Path(self._folder.filePath("copy.netwright"))
        save(self._workspace.document.experiment, path)
        self._rows, self._unread = [], b""
        self._show_rows()
        self.begin.setEnabled(False)
        self.said.say(BUSY)
        arguments = ["-m", "studio", "check", str(path), "--preflight", "--json"]
        self.process.start(sys.executable, arguments)

    @Slot()
    def _on_output(self) -> None:
        self._unread += bytes(self.process.readAllStandardOutput().data())
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "row" in told:
                self._rows.append(told["row"])
                self._show_rows()

    @Slot()
    def _on_finished(self) -> None:
        self.begin.setEnabled(True)
        self._on_output()
        errors = bytes(self.process.readAllStandardError().data()).decode().splitlines()
        failed = sum(row["verdict"] == "failed" for row in self._rows)
        if not self._rows:
            self.said.say(errors[-1].removeprefix("netwright: ") if errors else WHY)
        elif failed:
            self.said.say("Mend what is marked before you train for long")
        else:
            self.said.say("Nothing stands in the way of a training")

    def _show_rows(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for place, row in enumerate(self._rows):
            self._add_row(place, row)
        self.results.setVisible(bool(self._rows))

    def _add_row(self, place: int, row: dict[str, str]) -> None:
        theme = tokens(self)
        colours = {"passed": theme.good, "failed": theme.error, "unsure": theme.muted}
        sign = QLabel(self.results)
        ratio = self.devicePixelRatioF()
        picture = drawn(ICONS[row["verdict"]], colours[row["verdict"]], round(ICON_PX * ratio))
        picture.setDevicePixelRatio(ratio)
        sign.setPixmap(picture)
        sign.setAccessibleName(row["verdict"])
        self._grid.addWidget(sign, 2 * place, 0)
        self._grid.addWidget(Text(row["title"], self.results, "heading"), 2 * place, 1)
        way = f". {row['way_out']}" if row["verdict"] == "failed" and row["way_out"] else ""
        self._grid.addWidget(Text(f"{row['says']}{way}", self.results, "small"), 2 * place + 1, 1)

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_grid"):
            self._show_rows()
        super().changeEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.process.state() != QProcess.ProcessState.NotRunning:
            self.process.kill()
            self.process.waitForFinished(1000)
