"""Accessible: what a screen reader is told of the canvas, one child for each block.

Qt asks a factory for an interface to every object it describes; ours answers for canvases alone
and leaves all else to Qt. Decision: every block is stood for by a small QObject of its own. Qt's
cache forgets an interface when its object dies, and a child without one would be left dangling.
"""

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from studio.app.workspace import Workspace
from studio.core.check import BlockFacts
from studio.core.graph import NodeId
from studio.core.text import plural

from .content import problems_text, summary_of
from .hits import card_at

if TYPE_CHECKING:
    from .surface import Surface


class Reading(QObject):
    """Keeps the stand-ins of a canvas's blocks, and tells the reader when another is selected."""

    def __init__(self, surface: "Surface") -> None:
        super().__init__(surface)
        self.surface = surface
        self._blocks: dict[NodeId, SpokenBlock] = {}
        surface.workspace.selection_changed.connect(self._on_selected)

    def block(self, row: int) -> "SpokenBlock | None":
        """Return the stand-in of the block in a row of the view-model."""
        ids = self.surface.model.ids
        if not 0 <= row < len(ids):
            return None
        known = self._blocks.get(ids[row])
        if known is None:
            known = self._blocks[ids[row]] = SpokenBlock(self, ids[row])
        return known

    def _on_selected(self, ids: frozenset[NodeId]) -> None:
        for gone in self._blocks.keys() - self.surface.model.row.keys():
            self._blocks.pop(gone).deleteLater()
        if len(ids) == 1 and QAccessible.isActive():
            block = self.block(self.surface.model.row[next(iter(ids))])
            if block is not None:
                event = QAccessibleEvent(block, QAccessible.Event.Focus)
                QAccessible.updateAccessibility(event)


class SpokenBlock(QObject):
    """Stands for one block."""

    def __init__(self, reading: Reading, node: NodeId) -> None:
        super().__init__(reading)
        self.surface = reading.surface
        self.node = node


class CanvasInterface(QAccessibleWidget):
    """The canvas, with its blocks as children in the order they were placed.

    Where there is no child Qt wants a null pointer, which the stubs of PySide leave out.
    """

    def __init__(self, surface: "Surface") -> None:
        super().__init__(surface, QAccessible.Role.Graphic)
        self._surface = surface

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return f"Network, {plural(len(self._surface.model.ids), 'block')}"
        return super().text(kind)

    def childCount(self) -> int:
        return len(self._surface.model.ids)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        block = self._surface.reading.block(index)
        return QAccessible.queryAccessibleInterface(block) if block is not None else None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        at = self._surface.mapFromGlobal(QPoint(x, y)).toPointF()
        node = card_at(self._surface.model, self._surface.scene_from_view(at))
        return self.child(self._surface.model.row[node]) if node is not None else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        block: QObject | None = child.object()
        if not isinstance(block, SpokenBlock):
            return -1
        return self._surface.model.row.get(block.node, -1)


class BlockInterface(QAccessibleObject):
    """One block: its name, what it does, what feeds it, what is wrong with it."""

    def __init__(self, block: SpokenBlock) -> None:
        super().__init__(block)
        self._surface, self._node = block.surface, block.node

    def isValid(self) -> bool:
        return self._node in self._surface.model.row

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._surface)

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

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
        return state

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        seen = self._surface.node_rect(self._node).toAlignedRect()
        return seen.translated(self._surface.mapToGlobal(QPoint()))


def spoken_name(workspace: Workspace, node: NodeId) -> str:
    """Return a block in one sentence: ``conv1, Conv2d, 16 · 3×3, from image, gives B×16×6×6``."""
    graph, spec = workspace.graph, workspace.spec_of(node)
    placed, facts = graph.nodes[node], workspace.here.blocks.get(node, BlockFacts())
    parts = [placed.title, spec.title if spec else placed.kind]
    if spec is not None:
        parts.append(summary_of(placed, spec))
    sources = [graph.nodes[end.node].title for end in graph.inputs_of[node].values()]
    targets = [graph.nodes[end.node].title for end in graph.consumers_of[node]]
    parts.append(f"from {' and '.join(sources)}" if sources else "")
    parts.append(f"to {' and '.join(targets)}" if targets else "")
    parts += [f"gives {shape}" for shape in facts.outputs.values()]
    parts.append(plural(len(facts.problems), "problem") if facts.problems else "")
    return ", ".join(part for part in parts if part)


@cache
def describe_canvases() -> None:
    """Have Qt ask here before it describes an object; once for the program."""
    QAccessible.installFactory(_interface_of)


def _interface_of(_: str, described: QObject) -> QAccessibleInterface | None:
    reading = getattr(described, "reading", None)
    if isinstance(described, QWidget) and isinstance(reading, Reading):
        return CanvasInterface(reading.surface)
    return BlockInterface(described) if isinstance(described, SpokenBlock) else None
