"""Move: carry the selected cards and frames; they snap to each other and to the grid."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from studio.core.edits import Connect
from studio.core.graph import End, NodeId
from studio.core.marks import Frame, Point
from studio.core.rearranging import Rearrange
from studio.ui.canvas.areas import full_of
from studio.ui.canvas.geometry import STEP
from studio.ui.canvas.guides import Guides
from studio.ui.canvas.strands import Floats

from .gesture import Gesture, Keys
from .insertion import Insertion
from .select_box import combined

if TYPE_CHECKING:
    from studio.ui.canvas.surface import Surface


class Move(Gesture):
    """Carry things. The drawing is changed once, at the end; until then only the view shows it.

    A frame takes along what lies in it, a wire between two carried cards its bends. With Alt
    nothing snaps.
    """

    cursor = Qt.CursorShape.SizeAllCursor
    follows_edge = True

    def __init__(self, surface: "Surface", at: QPointF) -> None:
        super().__init__(surface, at)
        self._grip = surface.scene_from_view(at)
        self._selection, self._marked = self.workspace.selection, self.workspace.marked
        self._begun = False

    def move(self, at: QPointF, keys: Keys) -> None:
        if not self._begun:
            self._take_up()
        self._show(self._shift(keys))

    def finish(self, at: QPointF, keys: Keys) -> None:
        shift = self._shift(keys)
        self._show(np.zeros(2))
        if shift.any():
            self.workspace.apply(self._edit(shift))

    def cancel(self) -> None:
        if self._begun:
            self._show(np.zeros(2))
        self.workspace.select(self._selection)
        self.workspace.mark(self._marked.frames, self._marked.wires)

    def paint(self, painter: QPainter) -> None:
        if self._begun:
            self._guides.paint(painter, self.surface)

    def lead(self) -> tuple[float, float, float, float]:
        """Return the rectangle (x, y, width, height) that snaps."""
        raise NotImplementedError

    def _take_up(self) -> None:
        self._begun = True
        model, marked = self.surface.model, self.workspace.marked
        self._frames = _with_inner(model.frames, marked.frames)
        inside = {row for frame in self._frames.values() for row in model.rows_in(frame)}
        rows = sorted({model.row[id_] for id_ in self.workspace.selection} | inside)
        self._rows = np.array(rows, np.int64)
        self._from = model.rects[self._rows, :2].copy()
        self._all = dict(model.frames)
        ids = {model.ids[row] for row in rows}
        self._bends: dict[End, tuple[Point, ...]] = {
            end: points
            for end, points in model.strands.bends.items()
            if {end.node, model.strands.wires[model.strands.rows[end].start].source.node} <= ids
        }
        self._guides = Guides(self.surface, self._rows, self.lead())

    def _shift(self, keys: Keys) -> Floats:
        by = self.surface.scene_from_view(self.at) - self._grip
        shift = np.array([by.x(), by.y()])
        if keys & Keys.AltModifier:
            self._guides.clear()
            return np.round(shift)
        return self._guides.snapped(shift, STEP)

    def _show(self, shift: Floats) -> None:
        model = self.surface.model
        model.place(self._rows, self._from + shift)
        for end, points in self._bends.items():
            model.strands.bend(end, _shifted(points, shift), model.rects)
        if self._frames:
            moved = {id_: _moved(frame, shift) for id_, frame in self._frames.items()}
            model.frame({**self._all, **moved})
        self.surface.hurry()

    def _edit(self, shift: Floats) -> Rearrange:
        ids = [self.surface.model.ids[row] for row in self._rows.tolist()]
        to = zip(ids, (self._from + shift).tolist(), strict=True)
        frames = tuple(_moved(frame, shift) for frame in self._frames.values())
        what = "block" if len(ids) == 1 else "blocks"
        if self._frames:
            first = next(iter(self._frames.values()))
            what = first.kind if len(self._frames) == 1 else "frames"
        return Rearrange(
            {id_: (x, y) for id_, (x, y) in to},
            frames,
            {end: _shifted(points, shift) for end, points in self._bends.items()},
            label=f"Move {what}",
        )


class MoveCards(Move):
    """Carry the card under the pointer, with all that is selected.

    A lone block without wires that is put on a wire goes into it; with Alt nothing makes room.
    """

    def __init__(self, surface: "Surface", at: QPointF, node: NodeId, keys: Keys) -> None:
        super().__init__(surface, at)
        self._node = node
        self._insertion = Insertion(surface)
        self._was_selected = node in self._selection
        if not self._was_selected:
            adding = keys & (Keys.ShiftModifier | Keys.ControlModifier)
            self.workspace.select({*self._selection, node} if adding else {node})

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        if self._is_lone():
            rect = self.surface.model.rect_of(self._node)
            self._insertion.aim(self.workspace.graph.nodes[self._node], (rect.x(), rect.y()))

    def finish(self, at: QPointF, keys: Keys) -> None:
        wires = self._insertion.wires
        if not wires:
            super().finish(at, keys)
            return
        corner = self._from[0] + self._shift(keys)
        self._show(np.zeros(2))
        tight = bool(keys & Keys.AltModifier)
        place, shift = self._insertion.room((float(corner[0]), float(corner[1])), tight=tight)
        label = f"Insert {self.workspace.graph.nodes[self._node].title}"
        with self.workspace.document.grouped(label):
            self.workspace.apply(Rearrange({self._node: place}, (), {}, label=label))
            if self.workspace.apply(Connect(wires, label)) and shift is not None:
                self.workspace.apply(shift)

    def _is_lone(self) -> bool:
        graph = self.workspace.graph
        alone = len(self._rows) == 1 and not self._frames
        return alone and not graph.inputs_of[self._node] and not graph.consumers_of[self._node]

    def click(self, keys: Keys) -> None:
        if not self._was_selected:
            return
        if keys & Keys.ControlModifier:
            self.workspace.select(combined(self._selection, {self._node}, keys))
        elif not keys & Keys.ShiftModifier:
            self.workspace.select({self._node})

    def lead(self) -> tuple[float, float, float, float]:
        rect = self.surface.model.rect_of(self._node)
        return rect.x(), rect.y(), rect.width(), rect.height()


class MoveFrames(Move):
    """Carry the frame or note under the pointer, with all that is selected."""

    def __init__(self, surface: "Surface", at: QPointF, frame: str, keys: Keys) -> None:
        super().__init__(surface, at)
        self._frame = frame
        self._was_selected = frame in self._marked.frames
        if not self._was_selected:
            adding = bool(keys & (Keys.ShiftModifier | Keys.ControlModifier))
            kept = self._marked.frames if adding else frozenset()
            if not adding:
                self.workspace.select(())
            self.workspace.mark({*kept, frame})

    def click(self, keys: Keys) -> None:
        if self._was_selected and keys & Keys.ControlModifier:
            self.workspace.mark(self._marked.frames - {self._frame})
        elif self._was_selected and not keys & Keys.ShiftModifier:
            self.workspace.select(())
            self.workspace.mark({self._frame})

    def lead(self) -> tuple[float, float, float, float]:
        frame = self.surface.model.frames[self._frame]
        return frame.x, frame.y, frame.width, frame.height


def _with_inner(frames: Mapping[str, Frame], ids: frozenset[str]) -> dict[str, Frame]:
    """Return frames and all that lie in them."""
    outer = [full_of(frames[id_]) for id_ in ids if id_ in frames]
    return {
        id_: frame
        for id_, frame in frames.items()
        if id_ in ids or any(rect.contains(full_of(frame)) for rect in outer)
    }


def _moved(frame: Frame, shift: Floats) -> Frame:
    return replace(frame, x=frame.x + float(shift[0]), y=frame.y + float(shift[1]))


def _shifted(points: tuple[Point, ...], shift: Floats) -> tuple[Point, ...]:
    return tuple((x + float(shift[0]), y + float(shift[1])) for x, y in points)
