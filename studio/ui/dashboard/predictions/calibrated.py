"""Calibration: whether answers are right as often as they are sure."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from studio.ui.dashboard.axes import Axes
from studio.ui.dashboard.colours import mixed
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View


class Calibrated(View):
    """Bars of how often answers of a sureness are right, on the diagonal where they should end."""

    title = "Calibration"
    order = 30

    def caption(self, judged: Judged) -> str:
        """Say the expected calibration error, and which way it lies."""
        found = judged.calibration
        sure = float(judged.scores.max(axis=1).mean())
        gap = sure - judged.accuracy
        way = "well matched" if abs(gap) < 0.02 else "too sure" if gap > 0 else "not sure enough"
        return f"expected calibration error {100 * found.error:.1f} %, {way}"

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the bars and the diagonal."""
        found = judged.calibration
        axes = Axes.within(area, (0, 1), (0, 1))
        axes.paint(painter, "sureness of the answer", "share that is right", theme)
        bins = len(found.counts)
        heaviest = max(int(found.counts.max()), 1)
        for at in range(bins):
            if not found.counts[at]:
                continue
            left, right = axes.x.pixel(at / bins), axes.x.pixel((at + 1) / bins)
            top = axes.y.pixel(float(found.accuracy[at]))
            weight = 0.25 + 0.65 * float(found.counts[at]) / heaviest
            bar = QRectF(QPointF(left + 1, top), QPointF(right - 1, axes.area.bottom()))
            painter.fillRect(bar, mixed(QColor(theme.series[0]), QColor(theme.panel), weight))
            sure = axes.y.pixel(float(found.confidence[at]))
            painter.fillRect(QRectF(left + 1, sure - 1, right - left - 2, 2), QColor(theme.text))
        diagonal = np.array([0.0, 1.0])
        axes.line(painter, diagonal, diagonal, QColor(theme.muted), dashed=True)

    def table(self, judged: Judged) -> str:
        """Return the bins."""
        found = judged.calibration
        rows = zip(
            found.confidence.tolist(), found.accuracy.tolist(), found.counts.tolist(), strict=True
        )
        lines = [f"{sure:.6g},{right:.6g},{count}" for sure, right, count in rows]
        return "\n".join(["sureness,right,samples", *lines]) + "\n"
