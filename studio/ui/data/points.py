"""Points: samples of two numbers as points of the plane, coloured and shaped by class."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import tokens

MARGIN_PX, DOT_PX = 32.0, 4.0


class Points(QWidget):
    """A scatter plot with equal scales on both axes."""

    def __init__(
        self,
        values: NDArray[np.generic],
        classes: NDArray[np.generic] | None,
        labels: tuple[str, ...],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._points = values.astype(np.float64).reshape(-1, 2)
        size = len(self._points)
        self._classes = [0] * size if classes is None else [int(c) for c in classes.reshape(-1)]
        self._labels = labels
        self._reach = float(np.abs(self._points).max()) * 1.05 if size else 1.0
        self.setAccessibleName(f"{size} points of the plane")
        self.setMinimumHeight(320)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(480, 420)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = tokens(self), QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, self.height() / 2 + 8)
        scale = (min(self.width(), self.height()) / 2 - MARGIN_PX) / (self._reach or 1.0)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(
            QPointF(MARGIN_PX, middle.y()), QPointF(self.width() - MARGIN_PX, middle.y())
        )
        painter.drawLine(QPointF(middle.x(), MARGIN_PX), QPointF(middle.x(), self.height() - 16))
        for (x, y), kind in zip(self._points, self._classes, strict=True):
            at = QPointF(middle.x() + x * scale, middle.y() - y * scale)
            self._dot(painter, at, kind)
        left = 0.0
        for kind, label in enumerate(self._labels[: len(theme.series)]):
            self._dot(painter, QPointF(left + 6, 10), kind)
            painter.setPen(QColor(theme.muted))
            painter.drawText(QRectF(left + 16, 0, 160, 20), Qt.AlignmentFlag.AlignVCenter, label)
            left += 32 + painter.fontMetrics().horizontalAdvance(label)

    def _dot(self, painter: QPainter, at: QPointF, kind: int) -> None:
        """Mark a point: colour is never the only sign, so odd classes are squares."""
        series = tokens(self).series
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(series[kind % len(series)]))
        box = QRectF(at.x() - DOT_PX, at.y() - DOT_PX, 2 * DOT_PX, 2 * DOT_PX)
        if kind % 2:
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.drawEllipse(box)
