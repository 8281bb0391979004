"""Curve: one line over an axis, painted; for what is known before anything is measured."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.core.text import scaled
from studio.ui.theme import tokens

LEFT, TOP, RIGHT, BOTTOM = 56.0, 12.0, 16.0, 28.0


class Curve(QWidget):
    """A line through points, with its highest and lowest value and the ends of the axis."""

    def __init__(self, x_unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._x_unit = x_unit
        self._points: list[tuple[float, float]] = []
        self._x_end = 0.0
        self._ends = ("", "")
        self.setMinimumHeight(160)

    def show_points(
        self,
        points: list[tuple[float, float]],
        *,
        x_end: float,
        ends: tuple[str, str] | None = None,
    ) -> None:
        """Show these points; the axis begins at 0 and ends at ``x_end``, or is told otherwise."""
        self._points, self._x_end = points, x_end
        self._ends = ends or ("0", f"{x_end:g} {self._x_unit}")
        if points:
            first, last = points[0][1], points[-1][1]
            self.setAccessibleDescription(f"From {first:.3g} to {last:.3g}")
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(480, 200)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, plot = tokens(self), self._plot()
        if not self._points:
            return
        high = max(y for _, y in self._points) or 1.0
        metrics = QFontMetricsF(self.font())
        for share in (0.0, 0.5, 1.0):
            y = round(plot.bottom() - share * plot.height()) + 0.5
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(0, y - metrics.height() / 2, LEFT - 8, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, _short(share * high))
        below = QRectF(plot.left(), plot.bottom() + 8, plot.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self._ends[1])
        line = QPolygonF()
        for x, value in self._points:
            across = plot.left() + plot.width() * x / (self._x_end or 1.0)
            line.append(QPointF(across, plot.bottom() - plot.height() * value / high))
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawPolyline(line)


def _short(value: float) -> str:
    """Return a number beside the axis, for which there is room for a few letters."""
    return scaled(float(f"{value:.2g}")) if value >= 1000 else f"{value:.2g}"
