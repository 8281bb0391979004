"""Numbers: what was said over what is right, and how the errors spread."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.ui.dashboard.axes import Axes
from studio.ui.dashboard.colours import mixed
from studio.ui.dashboard.ticks import number
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View

_BINS = 40


class Said(View):
    """A point a sample: right is the diagonal."""

    title = "Said and right"
    order = 10
    of_classes = False

    def caption(self, judged: Judged) -> str:
        """Say the root mean squared error, and the share of the variance that is explained."""
        error = judged.values - judged.wanted
        rmse = float(np.sqrt((error**2).mean()))
        spread = float(((judged.wanted - judged.wanted.mean(axis=0)) ** 2).sum())
        explained = f", R² {1 - float((error**2).sum()) / spread:.3f}" if spread > 0 else ""
        return f"root mean squared error {number(rmse)}{explained}"

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the points and the diagonal."""
        both = np.concatenate([judged.values.ravel(), judged.wanted.ravel()])
        ends = _ends(both)
        axes = Axes.within(area, ends, ends)
        axes.paint(painter, "right", "said", theme)
        axes.line(painter, np.array(ends), np.array(ends), QColor(theme.muted), dashed=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for column in range(judged.values.shape[1]):
            colour = mixed(
                QColor(theme.series[column % len(theme.series)]), QColor(theme.panel), 0.7
            )
            painter.setPen(QPen(colour, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            xs = axes.x.pixels(judged.wanted[:, column]).tolist()
            ys = axes.y.pixels(judged.values[:, column]).tolist()
            painter.drawPoints([QPointF(x, y) for x, y in zip(xs, ys, strict=True)])

    def table(self, judged: Judged) -> str:
        """Return the pairs."""
        pairs = zip(judged.wanted.ravel().tolist(), judged.values.ravel().tolist(), strict=True)
        return "\n".join(["right,said", *(f"{a:.6g},{b:.6g}" for a, b in pairs)]) + "\n"


class Residuals(View):
    """A histogram of what was said minus what is right."""

    title = "Residuals"
    order = 20
    of_classes = False

    def caption(self, judged: Judged) -> str:
        """Say the mean and the spread of the errors."""
        error = judged.values - judged.wanted
        return (
            f"mean {number(float(error.mean()))}, standard deviation {number(float(error.std()))}"
        )

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the bars, and a line at zero."""
        counts, edges = self._counts(judged)
        axes = Axes.within(
            area, (float(edges[0]), float(edges[-1])), (0, float(counts.max()) * 1.05)
        )
        axes.paint(painter, "said minus right", "samples", theme)
        colour = mixed(QColor(theme.series[0]), QColor(theme.panel), 0.7)
        for at, count in enumerate(counts.tolist()):
            left, right = axes.x.pixel(float(edges[at])), axes.x.pixel(float(edges[at + 1]))
            top = axes.y.pixel(float(count))
            painter.fillRect(
                QRectF(left, top, right - left - 0.5, axes.area.bottom() - top), colour
            )
        zero = np.array([0.0, 0.0])
        ends = np.array([0.0, float(counts.max())])
        axes.line(painter, zero, ends, QColor(theme.text), dashed=True)

    def table(self, judged: Judged) -> str:
        """Return the bins."""
        counts, edges = self._counts(judged)
        rows = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
        return "\n".join(["from,to,samples", *(f"{a:.6g},{b:.6g},{c}" for a, b, c in rows)]) + "\n"

    @staticmethod
    def _counts(judged: Judged) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        error = (judged.values - judged.wanted).ravel()
        error = error[np.isfinite(error)]
        reach = float(np.abs(error).max()) if len(error) else 1.0
        counts, edges = np.histogram(error, _BINS, (-(reach or 1.0), reach or 1.0))
        return counts.astype(np.int64), edges


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    room = (high - low) * 0.05 or 0.5
    return low - room, high + room
