"""Pictures: a grid of images with their labels."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.ui.theme import tokens

CELL_PX, GAP_PX, LABEL_PX = 72, 12, 20


class Pictures(QWidget):
    """Images of shape samples × channels × height × width, grey or coloured, each in its range."""

    def __init__(self, values: NDArray[np.generic], labels: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._images = [image_of(values[place]) for place in range(len(values))]
        self._labels = labels
        self.setAccessibleName(f"{len(labels)} pictures: {', '.join(labels[:8])}")

    def _columns(self) -> int:
        return max((self.width() + GAP_PX) // (CELL_PX + GAP_PX), 1)

    def _cell(self, place: int) -> QRect:
        row, column = divmod(place, self._columns())
        left, top = column * (CELL_PX + GAP_PX), row * (CELL_PX + LABEL_PX + GAP_PX)
        return QRect(left, top, CELL_PX, CELL_PX)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(6 * (CELL_PX + GAP_PX), 3 * (CELL_PX + LABEL_PX + GAP_PX))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        rows = -(-len(self._images) // self._columns())
        self.setMinimumHeight(rows * (CELL_PX + LABEL_PX + GAP_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, metrics = QPainter(self), QFontMetrics(self.font())
        painter.fillRect(event.rect(), QColor(tokens(self).panel))
        for place, (image, label) in enumerate(zip(self._images, self._labels, strict=True)):
            cell = self._cell(place)
            if not cell.adjusted(0, 0, 0, LABEL_PX).intersects(event.rect()):
                continue
            painter.drawImage(cell, image)
            painter.setPen(QColor(tokens(self).muted))
            below = QRect(cell.left(), cell.bottom() + 3, CELL_PX, LABEL_PX)
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, CELL_PX)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, shown)


def image_of(values: NDArray[np.generic]) -> QImage:
    """Return a picture of channels × height × width, stretched from its least to its greatest."""
    real = values.astype(np.float32)
    low, high = float(real.min()), float(real.max())
    grey = ((real - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    channels, height, width = grey.shape
    if channels == 1:
        plain = np.ascontiguousarray(grey[0])
        return QImage(plain.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    plain = np.ascontiguousarray(grey.transpose(1, 2, 0))
    return QImage(plain.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
