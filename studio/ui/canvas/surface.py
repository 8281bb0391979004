"""Surface: the widget that shows the drawing; what a person does to it is the canvas's part."""

from collections.abc import Mapping
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.app.workspace import Workspace
from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.graph import End, NodeId
from studio.ui.theme import Tokens, tokens

from .accessible import Reading, describe_canvases
from .camera import Camera
from .cards import MARGIN
from .frame import FramePainter, activity_bars
from .gestures.gesture import Gesture
from .hits import CardHit, Hit, PortHit, WireHit, hit
from .look import Look, Painted
from .marking import paint_beginning
from .view_model import ViewModel

FIT_MARGIN_PX = 48.0
QUIET_MS = 110
PATIENCE_SECS = 0.006
"""A careful frame that took longer is not painted again before the gesture is over."""


class Surface(QWidget):
    """Shows a workspace's drawing through a camera."""

    zoom_changed = Signal(float)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.model = ViewModel(workspace)
        self.theme: Tokens = tokens(self)
        self.painted = Painted()
        self.gesture: Gesture | None = None
        self.hovered: Hit | None = None
        self._frame = FramePainter(workspace, self.model, self.theme, self.font())
        self._camera = Camera()
        self._where = workspace.where
        self._cameras: dict[str, Camera] = {}
        self._activity: Mapping[NodeId, float] = {}
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
        workspace.here_changed.connect(self._on_checked)
        workspace.selection_changed.connect(self._on_selected)

    @property
    def camera(self) -> Camera:
        """Which part of the plane is seen."""
        return self._camera

    def look_through(self, camera: Camera) -> None:
        """See another part of the plane."""
        if camera != self._camera:
            zoomed = camera.zoom != self._camera.zoom
            self._camera = camera
            self.hurry()
            if zoomed:
                self.zoom_changed.emit(camera.zoom)

    def scene_from_view(self, point: QPointF) -> QPointF:
        """Return the point of the canvas under a point of the widget."""
        return self._camera.to_scene(point)

    def view_from_scene(self, point: QPointF) -> QPointF:
        """Return where in the widget a point of the canvas is seen."""
        return self._camera.to_view(point)

    def center(self) -> QPointF:
        """Return the point of the canvas in the middle of the widget."""
        return self.scene_from_view(QRectF(self.rect()).center())

    def node_rect(self, node: NodeId) -> QRectF:
        """Return where in the widget a card is seen."""
        return self._camera.rect_to_view(self.model.rect(self.model.row[node]))

    def port_position(self, end: End) -> QPointF:
        """Return where in the widget a port is seen."""
        spec = self.workspace.spec_of(end.node)
        output = spec is not None and spec.input(end.port) is None
        return self.view_from_scene(self.model.port_at(end, output=output))

    def hit(self, at: QPointF, *, wires: bool = True) -> Hit | None:
        """Return what lies under a point of the widget."""
        return hit(self.model, self.scene_from_view(at), self._camera.zoom, wires=wires)

    def fit(self) -> None:
        """Show the whole drawing, at most in its natural size."""
        self._frame_in(self.model.bounding())

    def fit_selection(self) -> None:
        """Show the selected blocks; without any, the whole drawing."""
        rows = np.flatnonzero(self.model.selected)
        self._frame_in(self.model.bounding(rows if len(rows) else None))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Come nearer or go farther; what is seen at ``at`` (else the middle) stays there."""
        point = QRectF(self.rect()).center() if at is None else at
        self.look_through(self._camera.zoomed(factor, point))

    def reset_zoom(self) -> None:
        """Show the drawing in its natural size."""
        self.zoom_by(1.0 / self._camera.zoom)

    def center_on(self, node: NodeId) -> None:
        """Bring a block to the middle; one that is not placed is no error."""
        row = self.model.row.get(node)
        if row is not None:
            middle = self.model.rect(row).center()
            self.look_through(self._camera.centered(middle, QSizeF(self.size())))

    def bring_into_view(self, node: NodeId) -> None:
        """Move the view only as far as it takes to see all of a block."""
        seen, view = self.node_rect(node), QRectF(self.rect()).adjusted(24, 24, -24, -24)
        x = max(view.left() - seen.left(), 0.0) or min(view.right() - seen.right(), 0.0)
        y = max(view.top() - seen.top(), 0.0) or min(view.bottom() - seen.bottom(), 0.0)
        self.look_through(self._camera.panned(x, y))

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

    def settle(self) -> None:
        """Paint carefully and completely until something moves again, as for a picture."""
        self._moving, self._settling = False, True
        self.repaint()

    def hurry(self) -> None:
        """Paint anew, coarsely if the drawing is large; carefully after a moment of quiet."""
        self._moving, self._settling = True, False
        self._quiet.start()
        self.update()

    def hover(self, found: Hit | None) -> None:
        """Mark what is under the pointer."""
        if found != self.hovered:
            before, self.hovered = self.hovered, found
            for marked in (before, found):
                self._update_hit(marked)

    def cancel(self) -> None:
        """Give up what the pointer is doing; nothing of it stays."""
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
            self.update()

    def card_painter(self) -> FramePainter:
        """Return what paints the cards, for a block that is not placed yet."""
        return self._frame

    def _frame_in(self, rect: QRectF) -> None:
        if rect.isEmpty():
            self.look_through(Camera().centered(QPointF(), QSizeF(self.size())))
            return
        size = QSizeF(self.size())
        self.look_through(Camera().framing(rect, size, margin=FIT_MARGIN_PX, largest=1.0))

    def _update_scene(self, rect: QRectF, *, margin: float) -> None:
        seen = self._camera.rect_to_view(rect)
        self.update(seen.adjusted(-margin, -margin, margin, margin).toAlignedRect())

    def _update_hit(self, found: Hit | None) -> None:
        match found:
            case CardHit(node=node) | PortHit(end=End(node=node)) if node in self.model.row:
                rows = np.array([self.model.row[node]])
                area = self.model.bounding(rows)
                if isinstance(found, PortHit):
                    for row in self.model.wires_of(rows):
                        area = area.united(self._wire_area(int(row)))
                self._update_scene(area, margin=MARGIN * self._camera.zoom + 40.0)
            case WireHit(wire=wire) if wire.target in self.model.wire_row:
                area = self._wire_area(self.model.wire_row[wire.target])
                self._update_scene(area, margin=40.0)

    def _wire_area(self, row: int) -> QRectF:
        left, top, right, bottom = self.model.wire_bounds(row)
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def _look(self, area: QRect) -> Look:
        slow = self._careful_secs > PATIENCE_SECS
        budget = 3600.0 if self._settling else 0.003 if self._moving else 0.006
        return Look(
            camera=self._camera,
            dpr=self.devicePixelRatioF(),
            area=self._camera.rect_to_scene(QRectF(area)),
            hasty=self._moving and slow and not self._settling,
            hovered=self.hovered,
            hidden=self.gesture.hides if self.gesture else None,
            dims=self.gesture.dims if self.gesture and self.gesture.dimming else None,
            activity=self._activity,
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
        if not self.model.ids and self.gesture is None:
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
        self.update()

    @Slot()
    def _on_refine(self) -> None:
        self.update()

    def _on_changed(self, change: Diff) -> None:
        if not change.graph:
            return
        self.cancel()  # what the pointer holds may be gone by now
        self.model.follow(change)
        wires = change.connected | change.disconnected
        ends = {end.node for wire in wires for end in wire}
        self._frame.forget(ends | change.changed | change.removed)
        self.hovered = None
        document = self.workspace.document
        if not (document.history or document.redo_label or document.dirty):
            self.fit()  # another experiment was opened
        self.update()

    def _on_where(self, _composite: str) -> None:
        """Show another drawing: as it was last looked at, or whole."""
        self.cancel()
        self._cameras[self._where] = self._camera
        self._where = self.workspace.where
        self.model.rebuild()
        self._frame.start_anew()
        self.hovered = None
        known = self._cameras.get(self._where) if not self._where else None
        if known is not None:
            self.look_through(known)
        else:
            self.fit()
        self.update()

    def _on_checked(self, checked: Checked) -> None:
        self.model.mark(checked)
        self._frame.take(checked)
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
            self.update()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self.fit()
