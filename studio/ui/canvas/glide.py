"""Glide: cards move smoothly to where an edit has put them; the edit itself is done at once."""

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.graph import NodeId

from .strands import Floats, Ints

if TYPE_CHECKING:
    from .surface import Surface

LASTS_SECS = 0.18
FRAME_MS = 16

Places = dict[NodeId, tuple[float, float]]


class Glide(QObject):
    """Moves the cards of one surface, for show alone."""

    def __init__(self, surface: "Surface") -> None:
        super().__init__(surface)
        self._surface = surface
        self._rows: Ints = np.empty(0, np.int64)
        self._from: Floats = np.empty((0, 2))
        self._to: Floats = np.empty((0, 2))
        self._began = 0.0
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._on_frame)

    @property
    def under_way(self) -> bool:
        """Whether cards are moving."""
        return self._timer.isActive()

    def begin(self, places: Places) -> None:
        """Let the cards of the model come from these places to where they stand now."""
        model = self._surface.model
        known = {model.row[id_]: at for id_, at in places.items() if id_ in model.row}
        moved = [row for row, at in known.items() if tuple(model.rects[row, :2].tolist()) != at]
        if not moved:
            return
        self._rows = np.array(moved, np.int64)
        self._to = model.rects[self._rows, :2].copy()
        self._from = np.array([known[row] for row in moved])
        model.place(self._rows, self._from)
        self._began = perf_counter()
        self._timer.start()

    def finish(self) -> None:
        """Put all cards where they belong, at once."""
        if self.under_way:
            self._timer.stop()
            self._surface.model.place(self._rows, self._to)
            self._surface.drawn_anew.emit()
            self._surface.update()

    @Slot()
    def _on_frame(self) -> None:
        share = (perf_counter() - self._began) / LASTS_SECS
        if share >= 1.0:
            self.finish()
            return
        eased = 1.0 - (1.0 - share) ** 3
        self._surface.model.place(self._rows, self._from + (self._to - self._from) * eased)
        self._surface.hurry()
