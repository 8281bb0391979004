"""Resize: pull an edge or a corner of a frame or note."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from studio.app.framing import fold
from studio.core.marking import SetFrame
from studio.core.marks import Frame
from studio.ui.canvas.areas import SMALLEST
from studio.ui.canvas.geometry import STEP
from studio.ui.canvas.hits import FrameHit

from .gesture import Gesture, Keys

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Resize(Gesture):
    """Make a frame larger or smaller; nothing in it moves."""

    follows_edge = True

    def __init__(self, surface: "Surface", at: QPointF, found: FrameHit) -> None:
        super().__init__(surface, at)
        self.cursor = edge_cursor(found.edge)
        self._edge = found.edge
        self._grip = surface.scene_from_view(at)
        self._frame = surface.model.frames[found.frame]

    def move(self, at: QPointF, keys: Keys) -> None:
        self._show(self._sized(at))

    def finish(self, at: QPointF, keys: Keys) -> None:
        sized = self._sized(at)
        self._show(self._frame)
        if sized != self._frame:
            self.workspace.apply(SetFrame(sized))

    def click(self, keys: Keys) -> None:
        self.workspace.select(())
        self.workspace.mark({self._frame.id})

    def cancel(self) -> None:
        self._show(self._frame)

    def _sized(self, at: QPointF) -> Frame:
        by, frame = self.surface.scene_from_view(at) - self._grip, self._frame
        x, width = _pulled(frame.x, frame.width, by.x(), self._edge[0], SMALLEST[0])
        y, height = _pulled(frame.y, frame.height, by.y(), self._edge[1], SMALLEST[1])
        return replace(frame, x=x, y=y, width=width, height=height)

    def _show(self, frame: Frame) -> None:
        self.surface.model.frame({**self.surface.model.frames, frame.id: frame})
        self.surface.hurry()


class Collapse(Gesture):
    """Click the triangle of a frame: what is in it is hidden, or shown again."""

    def __init__(self, surface: "Surface", at: QPointF, frame: str) -> None:
        super().__init__(surface, at)
        self._frame = frame

    def click(self, keys: Keys) -> None:
        fold(self.workspace, frozenset({self._frame}))


def edge_cursor(edge: tuple[int, int]) -> Qt.CursorShape:
    """Return the arrow that says in which direction an edge is pulled."""
    match edge:
        case (0, 0):
            return Qt.CursorShape.ArrowCursor
        case (_, 0):
            return Qt.CursorShape.SizeHorCursor
        case (0, _):
            return Qt.CursorShape.SizeVerCursor
        case (across, down) if across == down:
            return Qt.CursorShape.SizeFDiagCursor
        case _:
            return Qt.CursorShape.SizeBDiagCursor


def _pulled(
    start: float, length: float, by: float, side: int, smallest: float
) -> tuple[float, float]:
    """Return start and length after one side (-1, 0 or 1) was pulled."""
    if not side:
        return start, length
    stop = start + length
    if side < 0:
        start = min(round((start + by) / STEP) * STEP, stop - smallest)
        return start, stop - start
    stop = max(round((stop + by) / STEP) * STEP, start + smallest)
    return start, stop - start
