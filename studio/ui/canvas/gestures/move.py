"""Move: carry the selected cards; they snap to the grid, and freely with Alt."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt

from studio.core.edits import Move as MoveEdit
from studio.core.graph import NodeId
from studio.ui.canvas.geometry import STEP
from studio.ui.canvas.strands import Floats

from .gesture import Gesture, Keys
from .select_box import combined

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Move(Gesture):
    """Carry cards. The drawing is changed once, at the end; until then only the view shows it."""

    cursor = Qt.CursorShape.SizeAllCursor
    follows_edge = True

    def __init__(self, surface: "Surface", at: QPointF, node: NodeId, keys: Keys) -> None:
        super().__init__(surface, at)
        self._node = node
        self._grip = surface.scene_from_view(at)
        self._selection = self.workspace.selection
        self._was_selected = node in self._selection
        if not self._was_selected:
            adding = keys & (Keys.ShiftModifier | Keys.ControlModifier)
            self.workspace.select({*self._selection, node} if adding else {node})
        rows = [surface.model.row[id_] for id_ in sorted(self.workspace.selection)]
        self._rows = np.array(rows, np.int64)
        self._from = surface.model.rects[self._rows, :2].copy()

    def move(self, at: QPointF, keys: Keys) -> None:
        model = self.surface.model
        model.place(self._rows, self._from + self._shift(keys))
        self.surface.hurry()

    def finish(self, at: QPointF, keys: Keys) -> None:
        shift = self._shift(keys)
        self._restore()
        if shift.any():
            ids = [self.surface.model.ids[row] for row in self._rows]
            to = zip(ids, (self._from + shift).tolist(), strict=True)
            label = "Move block" if len(ids) == 1 else "Move blocks"
            self.workspace.apply(MoveEdit({id_: (x, y) for id_, (x, y) in to}, label))

    def click(self, keys: Keys) -> None:
        if not self._was_selected:
            return
        if keys & Keys.ControlModifier:
            self.workspace.select(combined(self._selection, {self._node}, keys))
        elif not keys & Keys.ShiftModifier:
            self.workspace.select({self._node})

    def cancel(self) -> None:
        self._restore()
        self.workspace.select(self._selection)

    def _shift(self, keys: Keys) -> Floats:
        by = self.surface.scene_from_view(self.at) - self._grip
        shift = np.array([by.x(), by.y()])
        if keys & Keys.AltModifier:
            return np.round(shift)
        # The card under the pointer comes to stand on the grid; the others keep their distances.
        lead: Floats = self._from[list(self._rows).index(self.surface.model.row[self._node])]
        snapped: Floats = np.round((lead + shift) / STEP) * STEP - lead
        return snapped

    def _restore(self) -> None:
        self.surface.model.place(self._rows, self._from)
        self.surface.hurry()
