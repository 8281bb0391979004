"""Accessible: what a screen reader is told of the canvas, one child for each block and frame.

Qt asks a factory for an interface to every object it describes; ours answers for canvases alone
and leaves all else to Qt. Decision: each is stood for by a small QObject of its own. Qt's cache
forgets an interface when its object dies, and a child without one would be left dangling.
"""

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from studio.app.workspace import Marked
from studio.core.check import BlockFacts
from studio.core.graph import NodeId

from .areas import rect_of
from .content import problems_text
from .hits import card_at, frame_at
from .spoken import spoken_frame, spoken_name, spoken_whole

if TYPE_CHECKING:
    from .surface import Surface


class Reading(QObject):
    """Keeps the stand-ins of what is drawn, and tells the reader when another is selected."""

    def __init__(self, surface: "Surface") -> None:
        super().__init__(surface)
        self.surface = surface
        self._blocks: dict[NodeId, SpokenBlock] = {}
        self._frames: dict[str, SpokenFrame] = {}
        surface.workspace.selection_changed.connect(self._on_selected)
        surface.workspace.marked_changed.connect(self._on_marked)

    @property
    def frames(self) -> list[str]:
        """Frames and notes in the order in which they are read: by lines, as a page is."""
        known = self.surface.model.frames
        return sorted(known, key=lambda id_: (known[id_].y, known[id_].x, id_))

    def part(self, index: int) -> "SpokenBlock | SpokenFrame | None":
        """Return the stand-in of a child: the blocks as placed, then frames and notes."""
        ids = self.surface.model.ids
        if 0 <= index < len(ids):
            return self._block(ids[index])
        frames = self.frames
        return (
            self._frame(frames[index - len(ids)]) if 0 <= index - len(ids) < len(frames) else None
        )

    def index_of(self, part: QObject | None) -> int:
        """Return which child a stand-in is; -1 if it is none."""
        model, frames = self.surface.model, self.frames
        if isinstance(part, SpokenBlock):
            return model.row.get(part.node, -1)
        if isinstance(part, SpokenFrame) and part.frame in frames:
            return len(model.ids) + frames.index(part.frame)
        return -1

    def _block(self, node: NodeId) -> "SpokenBlock":
        if node not in self._blocks:
            self._blocks[node] = SpokenBlock(self, node)
        return self._blocks[node]

    def _frame(self, frame: str) -> "SpokenFrame":
        if frame not in self._frames:
            self._frames[frame] = SpokenFrame(self, frame)
        return self._frames[frame]

    def _on_selected(self, ids: frozenset[NodeId]) -> None:
        for gone in self._blocks.keys() - self.surface.model.row.keys():
            self._blocks.pop(gone).deleteLater()
        if len(ids) == 1:
            _tell_focus(self._block(next(iter(ids))))

    def _on_marked(self, marked: Marked) -> None:
        for gone in self._frames.keys() - self.surface.model.frames.keys():
            self._frames.pop(gone).deleteLater()
        if len(marked.frames) == 1 and not self.surface.workspace.selection:
            _tell_focus(self._frame(next(iter(marked.frames))))


def _tell_focus(part: QObject) -> None:
    if QAccessible.isActive():
        event = QAccessibleEvent(part, QAccessible.Event.Focus)
        QAccessible.updateAccessibility(event)


class SpokenBlock(QObject):
    """Stands for one block."""

    def __init__(self, reading: Reading, node: NodeId) -> None:
        super().__init__(reading)
        self.surface = reading.surface
        self.node = node


class SpokenFrame(QObject):
    """Stands for one frame or note."""

    def __init__(self, reading: Reading, frame: str) -> None:
        super().__init__(reading)
        self.surface = reading.surface
        self.frame = frame


class CanvasInterface(QAccessibleWidget):
    """The canvas; its children are the blocks in the order they were placed, then frames and notes.

    Where there is no child Qt wants a null pointer, which the stubs of PySide leave out.
    """

    def __init__(self, surface: "Surface") -> None:
        super().__init__(surface, QAccessible.Role.Graphic)
        self._surface = surface

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return spoken_whole(self._surface.model)
        return super().text(kind)

    def childCount(self) -> int:
        return len(self._surface.model.ids) + len(self._surface.model.frames)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        part = self._surface.reading.part(index)
        return QAccessible.queryAccessibleInterface(part) if part is not None else None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        view = self._surface.mapFromGlobal(QPoint(x, y)).toPointF()
        reading, model = self._surface.reading, self._surface.model
        at = self._surface.scene_from_view(view)
        node, frame = card_at(model, at), frame_at(model, at)
        if node is not None:
            return self.child(model.row[node])
        if frame is not None:
            return self.child(len(model.ids) + reading.frames.index(frame))
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self._surface.reading.index_of(child.object())


class PartInterface(QAccessibleObject):
    """A part of the drawing: a child of the canvas, with no children of its own."""

    def __init__(self, part: SpokenBlock | SpokenFrame) -> None:
        super().__init__(part)
        self._surface = part.surface

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._surface)

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def _on_screen(self, seen: QRectF) -> QRect:
        return seen.toAlignedRect().translated(self._surface.mapToGlobal(QPoint()))


class BlockInterface(PartInterface):
    """One block: its name, what it does, what feeds it, what is wrong with it."""

    def __init__(self, block: SpokenBlock) -> None:
        super().__init__(block)
        self._node = block.node

    def isValid(self) -> bool:
        return self._node in self._surface.model.row

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return spoken_name(self._surface.workspace, self._node)
        if kind == QAccessible.Text.Description:
            facts = self._surface.workspace.here.blocks.get(self._node, BlockFacts())
            return problems_text(facts.problems)
        return ""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selectable = state.focusable = True
        chosen = self._node in self._surface.workspace.selection
        state.selected = chosen
        state.focused = chosen and len(self._surface.workspace.selection) == 1
        state.invalid = not self.isValid()
        state.invisible = self._surface.model.row.get(self._node) in self._surface.model.folds
        return state

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        return self._on_screen(self._surface.node_rect(self._node))


class FrameInterface(PartInterface):
    """A frame or a note: its title and blocks, and what is written on it."""

    def __init__(self, frame: SpokenFrame) -> None:
        super().__init__(frame)
        self._id = frame.frame

    def isValid(self) -> bool:
        return self._id in self._surface.model.frames

    def role(self) -> QAccessible.Role:
        note = self.isValid() and self._surface.model.frames[self._id].kind == "note"
        return QAccessible.Role.Note if note else QAccessible.Role.Grouping

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        frame = self._surface.model.frames[self._id]
        if kind == QAccessible.Text.Name:
            return spoken_frame(self._surface.model, self._surface.workspace, frame)
        written = frame.kind == "frame" and kind == QAccessible.Text.Description
        return frame.text if written else ""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selectable = state.focusable = True
        marked, valid = self._surface.workspace.marked.frames, self.isValid()
        state.selected = self._id in marked
        state.focused = marked == {self._id} and not self._surface.workspace.selection
        if valid and self._surface.model.frames[self._id].kind == "frame":
            state.expandable = True
            state.collapsed = self._surface.model.frames[self._id].collapsed
            state.expanded = not state.collapsed
        state.invalid = not valid
        return state

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        shown = rect_of(self._surface.model.frames[self._id])
        return self._on_screen(self._surface.camera.rect_to_view(shown))


@cache
def describe_canvases() -> None:
    """Have Qt ask here before it describes an object; once for the program."""
    QAccessible.installFactory(_interface_of)


def _interface_of(_: str, described: QObject) -> QAccessibleInterface | None:
    reading = getattr(described, "reading", None)
    if isinstance(described, QWidget) and isinstance(reading, Reading):
        return CanvasInterface(reading.surface)
    if isinstance(described, SpokenFrame):
        return FrameInterface(described)
    return BlockInterface(described) if isinstance(described, SpokenBlock) else None
