"""Surface: the widget that shows the drawing; what a person does to it is the canvas's part."""

from collections.abc import Mapping
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.app.offer import Offer
from studio.app.workspace import Marked, Workspace
from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.graph import End, NodeId
from studio.ui.theme import Tokens, tokens

from .accessible import Reading, describe_canvases
from .areas import full_of
from .camera import Camera
from .cards import MARGIN
from .frame import FramePainter, activity_bars
from .gestures.gesture import Gesture
from .glide import Glide, Places
from .hits import BendHit, CardHit, FrameHit, Hit, PortHit, WireHit
from .look import Look, Painted
from .marking import paint_beginning
from .viewport import Viewport

QUIET_MS = 110
PATIENCE_SECS = 0.006
"""A careful frame that took longer is not painted again before the gesture is over."""


class Surface(Viewport):
    """Shows a workspace's drawing through a camera."""

    shown = Signal()
    """Another part of the drawing is seen."""
    drawn_anew = Signal()
    """The drawing is another one."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.theme: Tokens = tokens(self)
        self.painted = Painted()
        self.gesture: Gesture | None = None
        self.hovered: Hit | None = None
        self._frame = FramePainter(workspace, self.model, self.theme, self.font())
        self._glide, self._glides = Glide(self), False
        self._where = workspace.where
        self._cameras: dict[str, Camera] = {}
        self._activity: Mapping[NodeId, float] = {}
        self._flow: Mapping[NodeId, float] = {}
        self._moving, self._settling, self._shown = False, False, False
        self._careful_secs = 0.0
        self._quiet = QTimer(self, interval=QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._on_quiet)
        self._refine = QTimer(self, interval=0, singleShot=True)
        self._refine.timeout.connect(self._on_refine)
        self.reading = Reading(self)
        describe_canvases()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        workspace.drawing_changed.connect(self._on_changed)
        workspace.where_changed.connect(self._on_where)
        workspace.renewed.connect(self._on_renewed)
        workspace.here_changed.connect(self._on_checked)
        workspace.selection_changed.connect(self._on_selected)
        workspace.marked_changed.connect(self._on_marked)

    def set_activity(self, activity: Mapping[NodeId, float]) -> None:
        """Show a thin bar on cards, each 0 to 1; only the bars that changed are painted."""
        changed = [
            self.model.row[id_]
            for id_ in activity.keys() | self._activity.keys()
            if id_ in self.model.row and activity.get(id_) != self._activity.get(id_)
        ]
        self._activity = dict(activity)
        if not changed:
            return
        bars = activity_bars(self.model.rects[changed])
        left, top = bars[:, :2].min(axis=0)
        right, bottom = (bars[:, :2] + bars[:, 2:]).max(axis=0)
        self._update_scene(QRectF(QPointF(left, top), QPointF(right, bottom)), margin=2.0)

    def set_flow(self, flow: Mapping[NodeId, float]) -> None:
        """Colour the wires into these blocks, from 0 to 1; none for their usual colours."""
        if flow != self._flow:
            self._flow = dict(flow)
            self.update()

    def settle(self) -> None:
        """Paint carefully and completely until something moves again, as for a picture."""
        self._moving, self._settling = False, True
        self.repaint()

    def hurry(self) -> None:
        """Paint anew, coarsely if the drawing is large; carefully after a moment of quiet."""
        self._moving, self._settling = True, False
        self._quiet.start()
        self.shown.emit()
        self.update()

    def hover(self, found: Hit | None) -> None:
        """Mark what is under the pointer."""
        if found != self.hovered:
            before, self.hovered = self.hovered, found
            for marked in (before, found):
                self._update_hit(marked)

    def glide_next(self) -> None:
        """Let cards glide to where the next change puts them."""
        self._glides = True

    @property
    def glides(self) -> bool:
        """Whether cards are on their way to where they stand."""
        return self._glide.under_way

    def cancel(self) -> None:
        """Give up what the pointer is doing; nothing of it stays."""
        self._glide.finish()
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
            self.update()

    def card_painter(self) -> FramePainter:
        """Return what paints the cards, for a block that is not placed yet."""
        return self._frame

    def _update_scene(self, rect: QRectF, *, margin: float) -> None:
        seen = self._camera.rect_to_view(rect)
        self.update(seen.adjusted(-margin, -margin, margin, margin).toAlignedRect())

    def _update_hit(self, found: Hit | None) -> None:
        match found:
            case CardHit(node=node) | PortHit(end=End(node=node)) if node in self.model.row:
                rows = np.array([self.model.row[node]])
                area = self.model.bounding(rows)
                if isinstance(found, PortHit):
                    for row in self.model.wires_of(rows).tolist():
                        area |= self.model.strands.bounds(self.model.strands.wires[row].target)
                self._update_scene(area, margin=MARGIN * self._camera.zoom + 40.0)
            case FrameHit(frame=frame) if frame in self.model.frames:
                self._update_scene(full_of(self.model.frames[frame]), margin=8.0)
            case WireHit(wire=wire) | BendHit(wire=wire) if wire.target in self.model.strands.rows:
                self._update_scene(self.model.strands.bounds(wire.target), margin=40.0)

    def _look(self, area: QRect) -> Look:
        slow = self._careful_secs > PATIENCE_SECS
        budget = 3600.0 if self._settling else 0.003 if self._moving else 0.006
        return Look(
            camera=self._camera,
            dpr=self.devicePixelRatioF(),
            area=self._camera.rect_to_scene(QRectF(area)),
            view=self._camera.rect_to_scene(QRectF(self.rect())),
            hasty=self._moving and slow and not self._settling,
            still=not self._moving and self.gesture is None,
            hovered=self.hovered,
            hidden=self.gesture.hides if self.gesture else None,
            dims=self.gesture.dims if self.gesture and self.gesture.dimming else None,
            activity=self._activity,
            flow=self._flow,
            frames=self.workspace.marked.frames,
            wires=self.workspace.marked.wires,
            budget_secs=budget,
        )

    def _paint(self, painter: QPainter, area: QRect) -> None:
        look, began = self._look(area), perf_counter()
        painter.save()
        painter.scale(1 / look.dpr, 1 / look.dpr)
        device = QRectF(
            area.x() * look.dpr, area.y() * look.dpr,
            area.width() * look.dpr, area.height() * look.dpr,
        )  # fmt: skip
        self.painted = self._frame.paint(painter, look, device)
        painter.restore()
        if not look.hasty and area.width() * area.height() * 2 > self.width() * self.height():
            self._careful_secs = perf_counter() - began
        if not (self.model.ids or self.model.frames or self.gesture):
            paint_beginning(painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_over(painter, look)
        if self.gesture is not None:
            self.gesture.paint(painter)
        if self.painted.missing:
            self._refine.start()

    def paint_over(self, painter: QPainter, look: Look) -> None:
        """Paint what lies over the drawing and under a gesture; in view pixels."""

    @Slot()
    def _on_quiet(self) -> None:
        self._moving = False
        self._trail.rest(self._camera)
        self.update()

    @Slot()
    def _on_refine(self) -> None:
        self.update()

    def _on_changed(self, change: Diff) -> None:
        if not change.graph:
            return
        self.cancel()  # what the pointer holds may be gone by now
        glides, self._glides = self._glides, False
        places, sight = self._places() if glides else {}, self.sight()
        self.model.follow(change)
        wires = change.connected | change.disconnected
        ends = {end.node for wire in wires for end in wire}
        self._frame.forget(ends | change.changed | change.removed)
        self.hovered = None
        document = self.workspace.document
        if not (document.history or document.redo_label or document.dirty):
            self.fit()  # another experiment was opened
        elif not change.removed:
            self.keep_in_sight(sight, arranged=glides)
        self._glide.begin(places)
        self.drawn_anew.emit()
        self.update()

    def _places(self) -> Places:
        at = self.model.rects[:, :2].tolist()
        return {id_: (x, y) for id_, (x, y) in zip(self.model.ids, at, strict=True)}

    def _on_where(self, _composite: str) -> None:
        """Show another drawing: as it was last looked at, or whole."""
        self.cancel()
        self._cameras[self._where] = self._camera
        self._where = self.workspace.where
        self.model.rebuild()
        self._frame.start_anew()
        self.hovered = None
        self._trail.clear()
        self.drawn_anew.emit()
        known = self._cameras.get(self._where) if not self._where else None
        if known is not None:
            self.look_through(known)
        else:
            self.fit()
        self.update()

    def _on_renewed(self, _offer: Offer) -> None:
        """Show the drawing where it is: its blocks may have other ports now."""
        self.cancel()
        self.model.rebuild()
        self._frame.start_anew()
        self.hovered = None
        self.drawn_anew.emit()

    def _on_checked(self, checked: Checked) -> None:
        self.model.mark(checked)
        self._frame.take(checked)
        self.update()

    def _on_marked(self, _marked: Marked) -> None:
        self.update()

    def _on_selected(self, ids: frozenset[NodeId]) -> None:
        self.model.select(ids)
        self.update()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter, event.rect())
        finally:
            # A painter left active by an exception would break every later frame.
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.theme = tokens(self)
            self._frame.dress(self.theme, self.font())
            self.drawn_anew.emit()
            self.update()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self.fit()
