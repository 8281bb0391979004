"""Demo: train at once; without a display, leave behind what there was to see, and end."""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

from studio.app.outcome import write_outcome
from studio.app.session import SessionState
from studio.core.errors import StudioError

from .window import MainWindow

SETTLE_MS = 600
"""Time for the charts to draw what came last."""


class Demo(QObject):
    """One training of what is open."""

    def __init__(self, window: MainWindow, folder: Path, *, unseen: bool) -> None:
        super().__init__(window)
        self._window = window
        self._studio = window.studio
        self._folder = folder
        self._unseen = unseen
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._leave)
        self._studio.session.changed.connect(self._on_state)

    def begin(self) -> None:
        """Press Train."""
        if not self._studio.run("train.start") and self._unseen:
            self._end(1)

    def _on_state(self, state: SessionState) -> None:
        if self._unseen and state in {"ended", "cold"}:
            self._settled.start()

    @Slot()
    def _leave(self) -> None:
        ended = self._studio.session.ended
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._window.grab().save(str(self._folder / "window.png"))
            self._studio.trainer.export_to(self._folder)
            write_outcome(self._studio.session, self._folder / "metrics.json")
        except (OSError, StudioError) as error:
            self._studio.notices.say(f"The demo could not be kept: {error}", "error")
            ended = None
        self._end(0 if ended is not None and ended.reason != "failed" else 1)

    def _end(self, code: int) -> None:
        for notice in self._studio.notices.open:
            if notice.level == "error":
                sys.stderr.write(f"{notice.message}\n")
        self._studio.workspace.document.mark_saved()
        self._window.close()
        QCoreApplication.exit(code)
