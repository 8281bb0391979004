"""CorrelationMap: how the numbers of a table go together, two by two."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.ui.theme import tokens

CELL_PX, NAME_PX = 22, 110


class CorrelationMap(QWidget):
    """Squares from −1 to 1; the sign is written in those that are large enough."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._values: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.setAccessibleName("Correlations of the numbers")

    def show_values(self, names: tuple[str, ...], values: NDArray[np.float32]) -> None:
        """Show the correlations of columns, names × names."""
        self._names, self._values = names, values
        self.setVisible(len(names) > 1)
        self.setMinimumSize(self.sizeHint())
        self.update()

    def _side(self) -> float:
        room = (self.width() - NAME_PX - 8) / max(len(self._names), 1)
        return float(min(max(room, 10.0), 36.0))

    # Qt

    def sizeHint(self) -> QSize:
        side = len(self._names) * CELL_PX
        return QSize(NAME_PX + side + 8, side + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), tokens(self)
        metrics, side = QFontMetricsF(self.font()), self._side()
        warm, cold = QColor(theme.series[1]), QColor(theme.series[0])
        for row, name in enumerate(self._names):
            box = QRectF(0, row * CELL_PX, NAME_PX - 8, CELL_PX)
            painter.setPen(QColor(theme.muted))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, NAME_PX - 8)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
            for column in range(row + 1):
                value = float(self._values[row, column])
                colour = QColor(warm if value > 0 else cold)
                colour.setAlphaF(min(abs(value), 1.0))
                cell = QRectF(NAME_PX + column * side, row * CELL_PX, side - 1, CELL_PX - 1)
                painter.fillRect(cell, QColor(theme.window))
                painter.fillRect(cell, colour)
                if abs(value) >= 0.5 and side >= 28 and row != column:
                    painter.setPen(QColor(theme.text))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{value:.1f}")

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and self._names:
            QToolTip.showText(event.globalPos(), self._told_at(event.pos()), self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def _told_at(self, at: QPoint) -> str:
        row, column = int(at.y() // CELL_PX), int((at.x() - NAME_PX) // self._side())
        if not 0 <= column <= row < len(self._names):
            return ""
        value = float(self._values[row, column])
        return f"{self._names[row]} and {self._names[column]}: {value:+.2f}"
