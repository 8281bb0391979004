"""Keyboard: what the arrow keys do on the canvas."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, Qt

from studio.app.workspace import Workspace
from studio.core.edits import Move
from studio.core.graph import NodeId

from .geometry import STEP
from .view_model import ViewModel

ARROWS: Mapping[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def nudge(workspace: Workspace, way: tuple[int, int], steps: int) -> None:
    """Move the selected blocks by grid steps; one press after another is one step of undo."""
    by_x, by_y = way[0] * steps * STEP, way[1] * steps * STEP
    to = {node.id: (node.x + by_x, node.y + by_y) for node in workspace.selected}
    label = "Move block" if len(to) == 1 else "Move blocks"
    workspace.apply(Move(to, label, merge=f"nudge {workspace.where} {' '.join(to)}"))


def neighbour(
    workspace: Workspace, model: ViewModel, way: tuple[int, int], middle: QPointF
) -> NodeId | None:
    """Return the nearest block in a direction from the selection, or from the middle of the view.

    Blocks straight ahead are preferred to near ones off to the side.
    """
    if not model.ids:
        return None
    chosen = np.flatnonzero(model.selected)
    centers = model.rects[:, :2] + model.rects[:, 2:] / 2
    if not len(chosen):
        away = np.hypot(*(centers - [middle.x(), middle.y()]).T)
        return model.ids[int(away.argmin())]
    to = centers - centers[chosen].mean(axis=0)
    ahead = to @ np.array(way)
    aside = np.abs(to @ np.array([way[1], way[0]]))
    cost = np.where((ahead > 1.0) & ~model.selected, ahead + 2.0 * aside, np.inf)
    best = int(cost.argmin())
    return model.ids[best] if np.isfinite(cost[best]) else None
