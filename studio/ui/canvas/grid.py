"""Grid: quiet dots to judge distances by, as rows cut from one strip."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from studio.ui.theme import Tokens

from .look import Look

PERIOD = 24.0
NEAREST_PX = 18.0


class Grid:
    """Keeps the strip of dots between frames."""

    def __init__(self) -> None:
        self._made_for: tuple[float, float, int, str] | None = None
        self._strip = QPixmap()

    def paint(self, painter: QPainter, look: Look, theme: Tokens, device: QRectF) -> None:
        """Paint the dots of a part of the view; all in device pixels."""
        period = PERIOD * look.scale
        while period < NEAREST_PX * look.dpr:
            period *= 2.0
        strip = self._strip_for(period, look.dpr, int(device.right() + period) + 2, theme)
        left = (look.camera.x * look.dpr) % period - period
        row = (look.camera.y * look.dpr - device.top()) % period - period + device.top()
        while row < device.bottom():
            painter.drawPixmap(QPointF(round(left), round(row)), strip)
            row += period

    def _strip_for(self, period: float, dpr: float, width: int, theme: Tokens) -> QPixmap:
        # Room to spare, so that a window being widened does not make a strip per frame.
        wanted = (period, dpr, -(-(width + round(period)) // 512) * 512, theme.line)
        if wanted != self._made_for:
            self._made_for = wanted
            colour = QColor(theme.line)
            colour.setAlphaF(0.75)
            dot = max(round(1.5 * dpr), 1)
            self._strip = QPixmap(wanted[2], dot)
            self._strip.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._strip)
            x = 0.0
            while x < wanted[2]:
                painter.fillRect(round(x), 0, dot, dot, colour)
                x += period
            painter.end()
        return self._strip
