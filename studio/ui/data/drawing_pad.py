"""DrawingPad: a picture drawn with the mouse, as a network that reads pictures would see it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import tokens

SIDE_PX = 196
PEN_SHARE = 0.12


class DrawingPad(QWidget):
    """White strokes on black; ``drawn`` tells when a stroke has ended."""

    drawn = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image = QImage(SIDE_PX, SIDE_PX, QImage.Format.Format_Grayscale8)
        self._last: QPoint | None = None
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Draw a picture here")
        self.clear()

    def clear(self) -> None:
        """Begin with black."""
        self._image.fill(QColor("black"))
        self.update()

    def values(self, shape: tuple[int, int, int]) -> NDArray[np.float32]:
        """Return the drawing from 0 to 1 as channels × height × width of this shape."""
        channels, height, width = shape
        small = self._image.scaled(
            width,
            height,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        ).convertToFormat(QImage.Format.Format_Grayscale8)
        rows = np.frombuffer(small.constBits(), np.uint8).reshape(height, small.bytesPerLine())
        grey = rows[:, :width].astype(np.float32) / np.float32(255)
        return np.repeat(grey[np.newaxis], channels, axis=0)

    def _stroke(self, to: QPoint) -> None:
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor("white"), SIDE_PX * PEN_SHARE)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if self._last is None or self._last == to:
            painter.drawPoint(to)
        else:
            painter.drawLine(QPointF(self._last), QPointF(to))
        painter.end()
        self._last = to
        self.update()

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(SIDE_PX, SIDE_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position().toPoint()
        self._stroke(self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._stroke(event.position().toPoint())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._last = None
        self.drawn.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.setPen(QColor(tokens(self).line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
