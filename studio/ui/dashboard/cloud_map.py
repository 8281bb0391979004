"""CloudMap: a cloud to look around in: turned, zoomed, hovered over, and lassoed.

Decision: points in space are turned by NumPy and drawn by the painter that draws flat ones; an
OpenGL view needs a package and a driver more, and paints nothing where there is no screen.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.ui.theme import Tokens

from .hover_card import HoverCard
from .scatter import Cloud, Scatter

_NEAR_PX = 9.0
_DIM = 0.28
_TURN_EACH_PX = 0.01
_CLICK_PX = 4.0

Floats = NDArray[np.float64]


class CloudMap(Scatter):
    """A cloud of 2 or 3 dimensions.

    Dragging draws a lasso around points, in space it turns them (with Shift, it is a lasso there
    too, and adds to what is selected); a click selects a point, one beside them all none. The
    wheel zooms at the pointer, a double click shows everything.

    Attributes:
        chose: told the places of the points that are selected now.
        pointed: told the place of the point under the pointer, −1 for none.
    """

    chose = Signal(object)
    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: HoverCard | None = None
        """What is known of the point under the pointer."""
        self._space: NDArray[np.floating] | None = None
        self._chosen = np.zeros(0, bool)
        self._links: Sequence[int] = ()
        self._turn = np.array([0.6, 0.35])
        self._zoom, self._moved = 1.0, QPointF()
        self._pressed: QPointF | None = None
        self._last: QPointF | None = None
        self._lasso: list[QPointF] = []
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def turned(self) -> bool:
        """Whether points in space are seen."""
        return self._space is not None

    @property
    def hovered(self) -> int:
        """The place of the point under the pointer, −1 for none."""
        return self._hover

    @property
    def chosen(self) -> NDArray[np.intp]:
        """The places of the selected points."""
        return np.flatnonzero(self._chosen)

    def show_space(self, cloud: Cloud | None, *, afresh: bool = False) -> None:
        """Draw points of three dimensions as they are seen from where one stands."""
        self._space = None if cloud is None or cloud.points.shape[1] < 3 else cloud.points
        if cloud is None or self._space is None:
            self.show_flat(cloud, afresh=afresh)
            return
        centred = self._space - (self._space.max(axis=0) + self._space.min(axis=0)) / 2
        self._space = centred
        # A frame that holds the cloud from every side, so that turning does not zoom.
        reach = float(np.sqrt(np.square(centred).sum(axis=1).max())) or 1.0
        self._turned_cloud(cloud, reach, afresh=afresh)

    def show_flat(self, cloud: Cloud | None, *, afresh: bool = False) -> None:
        """Draw points of two dimensions."""
        self._space = None
        self._fresh(cloud)
        self.show_cloud(cloud, afresh=afresh)

    def mark(self, chosen: NDArray[np.bool_], links: Sequence[int] = ()) -> None:
        """Show which points are selected, and to which others the hovered one is joined."""
        self._chosen, self._links = chosen, tuple(links)
        self.update()

    def nearest(self, at: QPointF) -> int:
        """Return the place of the point next to a place of the widget; −1 where none is near."""
        if self.cloud is None or not len(self.cloud.points):
            return -1
        xs, ys = self.places(self.cloud.points)
        apart = np.hypot(xs - at.x(), ys - at.y())
        place = int(apart.argmin())
        return place if apart[place] <= _NEAR_PX else -1

    # for Scatter

    def places(self, points: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Return the pixels of points."""
        xs, ys = super().places(points)
        middle = QRectF(self.rect()).center()
        across = middle.x() + self._moved.x() + (xs - middle.x()) * self._zoom
        return across, middle.y() + self._moved.y() + (ys - middle.y()) * self._zoom

    def colours(self, cloud: Cloud, theme: Tokens) -> NDArray[np.uint32]:
        """Return the colours, those that are not selected pale."""
        found = super().colours(cloud, theme)
        if not self._chosen.any() or len(self._chosen) != len(found):
            return found
        pale = _mixed(found, QColor(theme.panel), _DIM)
        return np.where(self._chosen, found, pale)

    def order(self, cloud: Cloud) -> NDArray[np.intp] | None:
        """Return the far before the near, and what is selected over the rest."""
        chosen = self._chosen if len(self._chosen) == len(cloud.points) else None
        some = chosen is not None and bool(chosen.any())
        if self._space is None and not some:
            return None
        depth = self._depth if self._space is not None else np.zeros(len(cloud.points))
        return np.lexsort((depth, chosen if some and chosen is not None else depth))

    def paint_over(self, painter: QPainter, places: tuple[Floats, Floats], theme: Tokens) -> None:
        """Draw the lasso, the neighbours of the hovered point and what is known of it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        xs, ys = places
        if 0 <= self._hover < len(xs):
            here = QPointF(xs[self._hover], ys[self._hover])
            painter.setPen(QPen(QColor(theme.muted), 1))
            for other in self._links:
                painter.drawLine(here, QPointF(xs[other], ys[other]))
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.drawEllipse(here, 5, 5)
            if self.card is not None:
                self.card.paint(painter, QRectF(self.rect()), here, theme)
        if len(self._lasso) > 1:
            painter.setPen(QPen(QColor(theme.accent), 1.5, Qt.PenStyle.DashLine))
            painter.drawPolygon(QPolygonF(self._lasso))

    # turning

    def _turned_cloud(self, cloud: Cloud, reach: float, *, afresh: bool) -> None:
        assert self._space is not None
        flat = self._seen(self._space)
        self._fresh(cloud)
        self.show_cloud(Cloud(flat, cloud.labels, cloud.names), afresh=afresh)
        self._reach, self._centre = reach, (0.0, 0.0)

    def _seen(self, space: NDArray[np.floating]) -> Floats:
        yaw, pitch = self._turn
        about = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        over = np.array(
            [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        )
        seen = space @ (over @ about).T
        self._depth = seen[:, 2]
        return np.asarray(seen[:, :2], np.float64)

    _depth: Floats = np.zeros(0)

    def _turn_by(self, moved: QPointF) -> None:
        if self.cloud is None or self._space is None:
            return
        self._turn += np.array([moved.x(), moved.y()]) * _TURN_EACH_PX
        self._turned_cloud(self.cloud, self._reach, afresh=False)

    def _fresh(self, cloud: Cloud | None) -> None:
        """Keep what is selected while the points are the same."""
        count = 0 if cloud is None else len(cloud.points)
        if len(self._chosen) != count:
            self._chosen = np.zeros(count, bool)
            self._hover, self._links = -1, ()

    def _show_all(self) -> None:
        self._zoom, self._moved = 1.0, QPointF()
        self.update()

    # Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._last = event.position()
            self._lasso = []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None or self._last is None:
            self._point(self.nearest(at))
            return
        lassoes = self._space is None or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if self._lasso or (lassoes and (at - self._pressed).manhattanLength() > _CLICK_PX):
            self._lasso = [*(self._lasso or [self._pressed]), at]
            self.update()
        elif not lassoes:
            self._turn_by(at - self._last)
        self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        lasso, self._lasso = self._lasso, []
        if pressed is None or self.cloud is None:
            return
        more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        before = self._chosen if more else np.zeros(len(self.cloud.points), bool)
        if len(lasso) > 2:
            inside = within(np.column_stack(self.places(self.cloud.points)), lasso)
            self.chose.emit(np.flatnonzero(before | inside))
        elif (event.position() - pressed).manhattanLength() <= _CLICK_PX:
            place = self.nearest(event.position())
            hit = np.arange(len(before)) == place
            self.chose.emit(np.flatnonzero((before ^ hit) if more else hit))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        factor = 1.25 ** (event.angleDelta().y() / 120)
        zoom = min(max(self._zoom * factor, 1.0), 200.0)
        at = event.position() - QRectF(self.rect()).center()
        self._moved = at - (at - self._moved) * (zoom / self._zoom)
        self._zoom = zoom
        if zoom == 1.0:
            self._moved = QPointF()
        self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: QPointF(-12, 0), Qt.Key.Key_Right: QPointF(12, 0),
            Qt.Key.Key_Up: QPointF(0, -12), Qt.Key.Key_Down: QPointF(0, 12),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps and self._space is not None:
            self._turn_by(steps[key])
        elif key == Qt.Key.Key_Home:
            self._show_all()
        elif key == Qt.Key.Key_Escape:
            self.chose.emit(np.zeros(0, np.intp))
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._point(-1)

    def _point(self, place: int) -> None:
        if place != self._hover:
            self._hover = place
            self.pointed.emit(place)
            self.update()


def within(points: Floats, lasso: Sequence[QPointF]) -> NDArray[np.bool_]:
    """Return which points lie inside a closed line, by how often a ray to the right crosses it."""
    corners = np.array([(corner.x(), corner.y()) for corner in lasso])
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            crossing = (y1 > y) != (y2 > y)
            inside ^= crossing & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def _mixed(colours: NDArray[np.uint32], ground: QColor, share: float) -> NDArray[np.uint32]:
    """Return colours at this opacity over a ground."""
    result = np.full(len(colours), 0xFF000000, np.uint32)
    for shift, below in ((16, ground.red()), (8, ground.green()), (0, ground.blue())):
        part = ((colours >> shift) & 255) * share + below * (1 - share)
        result |= part.round().astype(np.uint32) << np.uint32(shift)
    return result
