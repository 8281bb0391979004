"""A window that trains, with a timer that notes how late it is."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from studio.app.gallery import find_experiment
from studio.app.studio import Studio
from studio.ui.look import Look
from studio.ui.start import make_application
from studio.ui.window import MainWindow

TICK_MS = 5
WATCH_SECS = 4.0


@dataclass
class Found:
    """What was measured."""

    first_loss_secs: float = 0.0
    idle_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)


class Heartbeat(QObject):
    """A precise timer of the window's thread that keeps how late each tick came."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    def watch(self, seconds: float) -> list[float]:
        """Beat for so long and return the delays in milliseconds."""
        self.late_ms, self._last = [], time.perf_counter()
        self._timer.start(TICK_MS)
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()
        self._timer.stop()
        return self.late_ms

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1e3 - TICK_MS))
        self._last = now


def measure() -> Found:
    """Open LeNet with its panels, wait for the engine, train, and watch the window."""
    os.environ["NETWRIGHT_HOME"] = tempfile.mkdtemp(prefix="netwright-bench-")
    app = make_application(["netwright"])
    studio = Studio()
    window = MainWindow(studio, Look(app, studio.settings))
    studio.open(find_experiment("lenet-digits"))
    window.show()
    window.docks.make_dashboard()
    studio.session.warm_up()
    heart, found = Heartbeat(), Found()
    _wait(lambda: studio.session.state == "ready")
    found.idle_ms = list(heart.watch(WATCH_SECS))
    begun = time.perf_counter()
    studio.run("train.start")
    _wait(lambda: "train/loss" in studio.record.series)
    found.first_loss_secs = time.perf_counter() - begun
    found.busy_ms = list(heart.watch(WATCH_SECS))
    assert studio.session.busy, "the run ended before it was measured"
    studio.close()
    window.close()
    return found


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "the engine did not answer within a minute"
        QApplication.processEvents()
        time.sleep(0.001)
