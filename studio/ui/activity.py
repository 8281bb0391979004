"""Activity: how strongly each layer learns, as a thin bar on its card while a run goes on."""

from math import isfinite, log10

from PySide6.QtCore import QObject, QTimer, Slot

from studio.app.session import SessionState
from studio.app.studio import Studio

from .canvas.canvas import Canvas

FRAME_MS = 150
DECADES = 3.0
"""A gradient this many powers of ten under the greatest has an empty bar."""


class Activity(QObject):
    """Carries gradient norms from the record to the canvas, a few times a second."""

    def __init__(self, studio: Studio, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._studio = studio
        self._canvas = canvas
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._show)
        studio.session.changed.connect(self._on_state)

    def _on_state(self, state: SessionState) -> None:
        if state == "running":
            self._timer.start()
        elif state != "paused":
            self._timer.stop()
            self._canvas.set_activity({})

    @Slot()
    def _show(self) -> None:
        record = self._studio.record
        grid = record.layers.get("grad_norm")
        if grid is None or grid.latest is None or record.started is None:
            return
        blocks = [block for block, _ in record.started.layers]
        norms = dict(zip(blocks, grid.latest[1].tolist(), strict=True))
        self._canvas.set_activity(shares(norms))


def shares(norms: dict[str, float]) -> dict[str, float]:
    """Return each norm as a share of the greatest, on a logarithmic scale from 0 to 1."""
    known = {block: norm for block, norm in norms.items() if isfinite(norm) and norm > 0}
    greatest = max(known.values(), default=1.0)
    return {
        block: min(max(1.0 + log10(norm / greatest) / DECADES, 0.0), 1.0)
        for block, norm in known.items()
    }
