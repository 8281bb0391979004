"""The window: how soon it is there, how soon it shows a loss, how late its events come."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.pairs import percentile

ROUNDS = 5

_COLD_START = """
import time
begun = time.perf_counter()
import json, os
from PySide6.QtCore import QEvent, QObject, QTimer
from studio.ui import start

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self.report)
        return False
    def report(self):
        print(json.dumps({"seconds": time.perf_counter() - begun}), flush=True)
        os._exit(0)

made = start.make_application
def make_application(argv):
    app = made(argv)
    app.first_paint = FirstPaint(app)
    app.installEventFilter(app.first_paint)
    return app
start.make_application = make_application
start.run("lenet-digits")
"""
"""A painted widget ends the measurement; 20 ms are added for the interpreter's own start."""


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, the figure and the budget."""
    seconds = statistics.median(_cold_start() for _ in range(ROUNDS))
    yield "window painted from a cold start", f"{seconds:.2f} s", "≤ 0.6 s"
    yield from _alive()


def _cold_start() -> float:
    done = subprocess.run(
        [sys.executable, "-c", _COLD_START], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout, done.stderr
    inside: float = json.loads(done.stdout.splitlines()[-1])["seconds"]
    return inside + 0.02


def _alive() -> Iterator[tuple[str, str, str]]:
    """Train with every default panel open, and look how late a timer of the window is."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.bench.alive import measure

    found = measure()
    yield "Train to the first loss shown, engine warm", f"{found.first_loss_secs:.2f} s", "≤ 0.3 s"
    idle, busy = (percentile(late, 0.99) for late in (found.idle_ms, found.busy_ms))
    yield "event-loop delay p99, idle window", f"{idle:.1f} ms", ""
    yield "event-loop delay p99, while training", f"{busy:.1f} ms", f"≤ {idle + 16:.1f} ms"
    yield "same, over the idle window's", f"{busy / max(idle, 0.1):.1f}×", ""
