"""Viewport: which part of the endless plane is seen, and how a person gets about on it."""

from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Signal
from PySide6.QtWidgets import QWidget

from studio.app.workspace import Workspace
from studio.core.graph import End, NodeId
from studio.core.marks import View

from .camera import Camera
from .hits import Hit, hit
from .trail import Trail
from .view_model import ViewModel

FIT_MARGIN_PX = 48.0
EDGE_PX = 24.0
"""So far from the edge of the view stands a block that was brought into it."""
FARTHEST = 0.5
"""To see new blocks together, the view goes at most this much farther away."""
TOO_SMALL = 0.75
"""A drawing that could be shown so much larger looks lost in its view."""

Sight = Literal["whole", "part", "none"]


class Viewport(QWidget):
    """Looks at a workspace's drawing through a camera."""

    zoom_changed = Signal(float)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.model = ViewModel(workspace)
        self._camera = Camera()
        self._trail = Trail()

    def hurry(self) -> None:
        """Paint anew."""
        self.update()

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

    def sight(self) -> Sight:
        """Return how much of the drawing is seen; none if no card is."""
        view = self._camera.rect_to_scene(QRectF(self.rect()))
        if not len(self.model.cards_in(view)):
            return "none"
        return "whole" if view.contains(self.model.bounding()) else "part"

    def keep_in_sight(self, before: Sight, *, arranged: bool) -> None:
        """Show the whole drawing if a change has taken it away from the view.

        That is, if no card is seen any more; and, where cards were ``arranged``, if all were seen
        and now are not, or are much smaller than they need to be.
        """
        now = self.sight()
        lost = now == "none" and before != "none"
        if arranged and before == "whole" and not lost:
            size, rect = QSizeF(self.size()), self.model.bounding()
            best = Camera().framing(rect, size, margin=FIT_MARGIN_PX, largest=1.0)
            lost = now != "whole" or self._camera.zoom < TOO_SMALL * best.zoom
        if lost:
            self.fit()

    def fit(self) -> None:
        """Show the whole drawing, at most in its natural size."""
        self._trail.rest(self._camera)
        self._frame_in(self.model.bounding())

    def fit_selection(self) -> None:
        """Show the selected blocks; without any, the whole drawing."""
        rows = np.flatnonzero(self.model.selected)
        self._frame_in(self.model.bounding(rows if len(rows) else None))

    def view(self) -> View:
        """Return what is seen, as a place to come back to."""
        at = self.center()
        return View(at.x(), at.y(), self._camera.zoom)

    def show_view(self, view: View) -> None:
        """See a place again."""
        self._trail.rest(self._camera)
        camera = Camera(view.zoom).centered(QPointF(view.x, view.y), QSizeF(self.size()))
        self.look_through(camera)

    def remember_place(self) -> None:
        """Take what is seen now for a place to go back to."""
        self._trail.rest(self._camera)

    def go(self, way: Literal["back", "forward"]) -> None:
        """See the place that was seen before, or the one that was left by going back."""
        trail = self._trail
        found = trail.back(self._camera) if way == "back" else trail.forward(self._camera)
        if found is not None:
            self.look_through(found)

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
            self._trail.rest(self._camera)
            middle = self.model.rect(row).center()
            self.look_through(self._camera.centered(middle, QSizeF(self.size())))

    def bring_into_view(self, *nodes: NodeId) -> None:
        """Move the view only as far as it takes to see all of these blocks.

        Where they take a little more room than there is, see them from farther away; where they
        take much more, see the last of them.
        """
        rows = np.array([self.model.row[node] for node in nodes])
        size, rect = QSizeF(self.size()), self.model.bounding(rows)
        room = Camera().framing(rect, size, margin=EDGE_PX, largest=self._camera.zoom)
        if room.zoom < FARTHEST * self._camera.zoom:
            rect = self.model.rect_of(nodes[-1])
        elif room.zoom < self._camera.zoom:
            self.look_through(room)
            return
        seen = self._camera.rect_to_view(rect)
        view = QRectF(self.rect()).adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX)
        x = max(view.left() - seen.left(), 0.0) or min(view.right() - seen.right(), 0.0)
        y = max(view.top() - seen.top(), 0.0) or min(view.bottom() - seen.bottom(), 0.0)
        self.look_through(self._camera.panned(x, y))

    def _frame_in(self, rect: QRectF) -> None:
        if rect.isEmpty():
            self.look_through(Camera().centered(QPointF(), QSizeF(self.size())))
            return
        size = QSizeF(self.size())
        self.look_through(Camera().framing(rect, size, margin=FIT_MARGIN_PX, largest=1.0))
