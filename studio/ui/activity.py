"""Activity: how strongly each layer learns, on its card and, if wanted, on its wires."""

from collections.abc import Mapping
from math import isfinite, log10

from PySide6.QtCore import QObject, QTimer, Slot

from studio.app.session import SessionState
from studio.app.studio import Studio
from studio.core.graph import Graph, NodeId

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
            self._canvas.set_flow({})

    @Slot()
    def _show(self) -> None:
        record = self._studio.record
        grid = record.layers.get("grad_norm")
        if grid is None or grid.latest is None or record.started is None:
            return
        blocks = [block for block, _ in record.started.layers]
        norms = dict(zip(blocks, grid.latest[1].tolist(), strict=True))
        found = with_composites(shares(norms))
        self._canvas.set_activity(found)
        wanted = self._studio.settings.values.flag("flow")
        self._canvas.set_flow(flow(found, self._studio.workspace.graph) if wanted else {})


def shares(norms: dict[str, float]) -> dict[str, float]:
    """Return each norm as a share of the greatest, on a logarithmic scale from 0 to 1."""
    known = {block: norm for block, norm in norms.items() if isfinite(norm) and norm > 0}
    greatest = max(known.values(), default=1.0)
    return {
        block: min(max(1.0 + log10(norm / greatest) / DECADES, 0.0), 1.0)
        for block, norm in known.items()
    }


def with_composites(found: Mapping[str, float]) -> dict[str, float]:
    """Return the shares with those of composites, each the most of what is inside it."""
    whole = dict(found)
    for path, share in found.items():
        outer = path.partition("/")[0].partition("#")[0]
        whole[outer] = max(share, whole.get(outer, 0.0))
    return whole


def flow(found: Mapping[str, float], graph: Graph) -> dict[NodeId, float]:
    """Return what comes back to every block: its own share, else the most of those behind it."""
    reached: dict[NodeId, float] = {}
    for id_ in reversed(graph.order):
        behind = [reached[end.node] for end in graph.consumers_of[id_] if end.node in reached]
        share = found.get(id_, max(behind, default=-1.0))
        if share >= 0:
            reached[id_] = share
    return reached
