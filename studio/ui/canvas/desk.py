"""Desk: the surface with its two live fields, to add a block by name and to rename one."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.app.building import Chain, chain_of
from studio.app.joining import Loose, offers
from studio.app.rewiring import Target, connect, targets
from studio.app.workspace import Workspace
from studio.core.composites import composite_of
from studio.core.edits import AddNodes
from studio.core.graph import End, NodeId
from studio.core.marks import Point

from .camera import Camera
from .geometry import WIDTH
from .gestures.bend import paint_course
from .gestures.place import corner
from .look import Look
from .marking import paint_marks
from .minimap import Minimap
from .quick_add import QuickAdd
from .surface import Surface
from .target_list import TargetList
from .title_editor import TitleEditor
from .words_editor import WordsEditor


class Desk(Surface):
    """Adds, wires in and renames blocks."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.pointer = QPointF(-1.0, -1.0)
        self.overlays: list[Callable[[QPainter], None]] = []
        """What others paint over the drawing, in view pixels."""
        self._adding: tuple[QPointF, Loose | None, tuple[Point, ...]] | None = None
        self.title_editor = TitleEditor(workspace, self)
        self.title_editor.closed.connect(self._on_popup_closed)
        self.words_editor = WordsEditor(workspace, self)
        self.words_editor.closed.connect(self._on_popup_closed)
        self._looked_at: Target | None = None
        self.minimap = Minimap(self)
        self.setAccessibleName("Network")

    @cached_property
    def quick(self) -> QuickAdd:
        """The field to add a block by name; made when it is first wanted, as it takes a while."""
        field = QuickAdd(self)
        field.chosen.connect(self._on_chosen)
        field.built.connect(self._on_built)
        field.closed.connect(self._on_popup_closed)
        return field

    @cached_property
    def target_list(self) -> TargetList:
        """The list of inputs to wire to; made when it is first wanted."""
        found = TargetList(self)
        found.looked_at.connect(self._on_looked_at)
        found.chosen.connect(self._on_target_chosen)
        found.closed.connect(self._on_popup_closed)
        return found

    def quick_add(
        self,
        at: QPointF | None = None,
        loose: Loose | None = None,
        bends: tuple[Point, ...] = (),
    ) -> None:
        """Offer blocks to type the name of; with a loose wire, only those that would take it."""
        point = at if at is not None else self._pointer_or_middle()
        blocks = self.workspace.offer.specs
        kinds = offers(self.workspace, loose) if loose else blocks
        self._adding = (self.scene_from_view(point), loose, bends)
        self.quick.open_at(point.toPoint(), [blocks[kind] for kind in kinds], self._read)

    def _read(self, text: str) -> Chain:
        """Return what a line means that was typed where a block is being added."""
        if self._adding is None:
            return Chain("")
        at, loose = self._adding[:2]
        if loose is not None:
            at = at + QPointF(WIDTH / 2 if loose.from_output else -WIDTH / 2, 0.0)
        return chain_of(self.workspace, text, corner(at), loose)

    @Slot(str)
    def _on_built(self, text: str) -> None:
        """Place the blocks of a line, and select them."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        edit, self._adding = self._read(text).edit, None
        if edit is not None and self.workspace.apply(edit):
            self.workspace.select(node.id for node in edit.nodes)
            self.bring_into_view(*(node.id for node in edit.nodes))

    def rename(self, node: NodeId | None = None) -> None:
        """Change the title of a block in place; of the only selected one if none is named."""
        chosen = self.workspace.selection
        node = next(iter(chosen)) if node is None and len(chosen) == 1 else node
        if node in self.model.row:
            self.title_editor.open_on(node, self.camera)

    def open_up(self, node: NodeId | None = None) -> bool:
        """Open the composite that a block stands for, the only selected one if none is named.

        Returns:
            Whether there was one to open.
        """
        chosen = self.workspace.selection
        node = next(iter(chosen)) if node is None and len(chosen) == 1 else node
        placed = self.workspace.graph.nodes.get(node or "")
        composite = composite_of(placed.kind) if placed else ""
        if placed is None or composite not in self.workspace.document.experiment.composites:
            return False
        self.workspace.open_composite(composite, through=placed.id)
        return True

    def enter(self) -> None:
        """Open the selected composite, or rename the selected block."""
        if not self.open_up():
            self.rename()

    def leave(self) -> None:
        """Go back to the drawing around the open one; a selection is for Delete to deal with."""
        if not self.workspace.selection:
            self.workspace.close_composite()

    def place(
        self,
        kind: str,
        at: QPointF,
        loose: Loose | None = None,
        bends: tuple[Point, ...] = (),
    ) -> NodeId | None:
        """Place a block around a point of the canvas, wired to a loose wire if there is one."""
        spec = self.workspace.offer.specs.get(kind)
        if spec is None:
            return None
        port = offers(self.workspace, loose).get(kind) if loose else None
        if loose is not None:  # the port that is joined comes under the pointer
            at = at + QPointF(WIDTH / 2 if loose.from_output else -WIDTH / 2, 0.0)
        node = self.workspace.new_node(kind, *corner(at))
        wires = (loose.to(End(node.id, port)),) if loose and port else ()
        brought = self.workspace.brought_by(kind)
        edit = AddNodes((node,), wires, f"Add {spec.title}", composites=brought)
        if wires and bends:
            edit = replace(edit, bends={wires[0].target: bends})
        if not self.workspace.apply(edit):
            return None
        self.workspace.select({node.id})
        return node.id

    def look_through(self, camera: Camera) -> None:
        super().look_through(camera)
        self.title_editor.follow(camera)
        self.words_editor.follow(camera)

    def write(self, frame: str | None = None) -> None:
        """Write on a frame or note; on the only selected one if none is named."""
        chosen = self.workspace.marked.frames
        frame = next(iter(chosen)) if frame is None and len(chosen) == 1 else frame
        if frame is not None and frame in self.model.frames:
            self.words_editor.open_on(frame, self.camera)

    def ask_target(self) -> None:
        """Offer the inputs that the selected block may feed, to be chosen by the keyboard."""
        chosen = self.workspace.selection
        if len(chosen) == 1:
            (node,) = chosen
            rect = self.node_rect(node)
            at = QPointF(rect.right() + 16.0, rect.top()).toPoint()
            self.target_list.open_at(at, targets(self.workspace, node))

    def paint_over(self, painter: QPainter, look: Look) -> None:
        paint_marks(painter, self, look, self.pointer)
        for overlay in self.overlays:
            overlay(painter)
        self._paint_loose(painter)
        if self._looked_at is not None and self.target_list.isVisible():
            ends = self._looked_at.wire
            start = self.model.port_at(ends.source, output=True)
            paint_course(painter, self, [start, self.model.port_at(ends.target, output=False)])

    def _paint_loose(self, painter: QPainter) -> None:
        """Keep a wire that was dropped on the canvas in sight while it is asked what takes it."""
        at, loose, bends = self._adding or (QPointF(), None, ())
        if loose is None or not self.quick.isVisible():
            return
        fixed = self.model.port_at(loose.fixed, output=loose.from_output)
        dots = [QPointF(*point) for point in bends]
        ends = (fixed, at) if loose.from_output else (at, fixed)
        paint_course(painter, self, [ends[0], *dots, ends[1]])

    def _pointer_or_middle(self) -> QPointF:
        inside = self.rect().contains(self.pointer.toPoint())
        return self.pointer if inside else QPointF(self.rect().center())

    @Slot(str)
    def _on_chosen(self, kind: str) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._adding is not None:
            (at, loose, bends), self._adding = self._adding, None
            self.place(kind, at, loose, bends)

    @Slot(object)
    def _on_looked_at(self, target: Target | None) -> None:
        self._looked_at = target
        self.update()

    @Slot(object)
    def _on_target_chosen(self, target: Target) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if connect(self.workspace, target.wire):
            self.workspace.select({target.wire.target.node})
            self.bring_into_view(target.wire.target.node)

    @Slot()
    def _on_popup_closed(self) -> None:
        self.update()
        if self.isVisible() and self.focusWidget() is not None:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.place()
