"""Minimap: the whole drawing in a corner, with a frame around what is seen."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from .areas import rect_of
from .batch import draw_rects

if TYPE_CHECKING:
    from .surface import Surface

WIDTH_PX, HEIGHT_PX, AWAY_PX, INSET_PX = 200, 132, 12, 8


class Minimap(QWidget):
    """Hides while everything is seen. A click or a drag on it moves the view."""

    def __init__(self, surface: "Surface") -> None:
        super().__init__(surface)
        self._surface = surface
        self._wanted = True
        self._picture: QPixmap | None = None
        self._area = surface.model.bounding()
        self.setAccessibleName("Minimap")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.resize(WIDTH_PX, HEIGHT_PX)
        surface.shown.connect(self._on_shown)
        surface.drawn_anew.connect(self._on_drawn_anew)
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether it is shown where there is more than what is seen."""
        return self._wanted

    def want(self, wanted: bool) -> None:
        """Show it where there is more than what is seen, or never."""
        self._wanted = wanted
        self.place()

    def place(self) -> None:
        """Stand in the corner, if there is anything to show."""
        area, seen = self._area, self._seen()
        room = self._surface.width() > 2 * WIDTH_PX and self._surface.height() > 2 * HEIGHT_PX
        self.setVisible(self._wanted and room and not area.isEmpty() and not seen.contains(area))
        corner = self._surface.rect().bottomRight()
        self.move(corner.x() - WIDTH_PX - AWAY_PX, corner.y() - HEIGHT_PX - AWAY_PX)

    def _seen(self) -> QRectF:
        return self._surface.camera.rect_to_scene(QRectF(self._surface.rect()))

    def _frame(self) -> tuple[QRectF, float]:
        """Return the part of the canvas that is shown, and its scale."""
        area = self._area
        across = (WIDTH_PX - 2 * INSET_PX) / max(area.width(), 1.0)
        down = (HEIGHT_PX - 2 * INSET_PX) / max(area.height(), 1.0)
        scale = min(across, down)
        size = QSizeF(WIDTH_PX / scale, HEIGHT_PX / scale)
        middle = area.center()
        corner = QPointF(middle.x() - size.width() / 2, middle.y() - size.height() / 2)
        return QRectF(corner, size), scale

    def _draw(self) -> QPixmap:
        """Paint frames and cards, once for each change of the drawing."""
        dpr, theme, model = self.devicePixelRatioF(), self._surface.theme, self._surface.model
        picture = QPixmap(round(WIDTH_PX * dpr), round(HEIGHT_PX * dpr))
        picture.setDevicePixelRatio(dpr)
        picture.fill(QColor(theme.panel))
        area, scale = self._frame()
        painter = QPainter(picture)
        try:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.scale(scale, scale)
            painter.translate(-area.topLeft())
            for frame in model.frames.values():
                colour = theme.area(frame.colour)
                colour.setAlpha(90)
                painter.fillRect(rect_of(frame), colour)
            shown = np.setdiff1d(np.arange(len(model.ids)), list(model.folds))
            for number, family in enumerate(model.families):
                painter.setBrush(theme.family(family))
                draw_rects(painter, model.rects[shown[model.family[shown] == number]])
        finally:
            painter.end()
        return picture

    def _go_to(self, at: QPointF) -> None:
        area, scale = self._frame()
        surface = self._surface
        middle = area.topLeft() + at / scale
        surface.look_through(surface.camera.centered(middle, QSizeF(surface.size())))

    @Slot()
    def _on_shown(self) -> None:
        self.place()
        self.update()

    @Slot()
    def _on_drawn_anew(self) -> None:
        self._picture = None
        self._area = self._surface.model.bounding()
        self._on_shown()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._draw()
        area, scale = self._frame()
        theme, seen = self._surface.theme, self._seen()
        view = QRectF((seen.topLeft() - area.topLeft()) * scale, seen.size() * scale)
        painter = QPainter(self)
        try:
            painter.drawPixmap(QRect(0, 0, WIDTH_PX, HEIGHT_PX), self._picture)
            shade = QColor(theme.accent)
            shade.setAlpha(36)
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(shade)
            inside = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
            painter.drawRect(view.intersected(inside))
            painter.setPen(QPen(QColor(theme.card_line), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        finally:
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._surface.remember_place()
            self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
