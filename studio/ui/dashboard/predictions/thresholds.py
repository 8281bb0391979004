"""ROC, and precision over recall: every class against the rest, at every threshold."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from studio.runs.judging import Curve, precision_recall, roc
from studio.ui.dashboard.axes import Axes
from studio.ui.dashboard.paint import paint_mark
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View

MOST = 8
"""So many classes have a line of their own: those with the smallest areas."""

Maker = Callable[[NDArray[np.float64], NDArray[np.bool_]], Curve]


class _Thresholds(View):
    """A line a class, named beside it with the area below."""

    axes: ClassVar[tuple[str, str]] = ("", "")
    area: ClassVar[str] = ""

    def make(self, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> Curve:
        """Return the line of one class."""
        raise NotImplementedError

    def caption(self, judged: Judged) -> str:
        """Say the mean area, every class counting alike."""
        curves = self._curves(judged)
        if not curves:
            return "There are samples of one class alone"
        mean = sum(curve.area for _, curve in curves) / len(curves)
        of = "" if len(curves) <= MOST else f", the {MOST} weakest of {len(curves)} classes shown"
        return f"{self.area} {mean:.3f} in the mean of the classes{of}"

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the lines, and whose they are."""
        curves = sorted(self._curves(judged), key=lambda pair: pair[1].area)[:MOST]
        metrics = QFontMetricsF(painter.font())
        words = [f"{judged.name(class_)}  {curve.area:.3f}" for class_, curve in curves]
        legend = max((metrics.horizontalAdvance(word) for word in words), default=0.0) + 34
        axes = Axes.within(area.adjusted(0, 0, -legend, 0), (0, 1), (0, 1))
        axes.paint(painter, *self.axes, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = axes.area.top() + metrics.ascent()
        for at, ((_, curve), word) in enumerate(zip(curves, words, strict=True)):
            colour = QColor(theme.series[at % len(theme.series)])
            axes.line(painter, curve.x, curve.y, colour, dashed=False)
            place = QPointF(axes.area.right() + 12, top)
            paint_mark(painter, place - QPointF(0, metrics.capHeight() / 2), colour, dashed=False)
            painter.setPen(QColor(theme.text))
            painter.drawText(place + QPointF(16, 0), word)
            top += metrics.height() + 2

    def table(self, judged: Judged) -> str:
        """Return the points of every line."""
        x, y = self.axes
        lines = [f"class,{x},{y}"]
        for class_, curve in self._curves(judged):
            pairs = zip(curve.x.tolist(), curve.y.tolist(), strict=True)
            lines += [f"{judged.name(class_)},{a:.6g},{b:.6g}" for a, b in pairs]
        return "\n".join(lines) + "\n"

    def _curves(self, judged: Judged) -> list[tuple[int, Curve]]:
        found = []
        for class_ in range(judged.scores.shape[1]):
            positive = judged.classes == class_
            if positive.any() and not positive.all():
                found.append((class_, self.make(judged.scores[:, class_], positive)))
        return found[1:] if judged.scores.shape[1] == 2 else found


class Roc(_Thresholds):
    """True positives over false ones."""

    title = "ROC"
    order = 40
    axes = ("share of others taken for it", "share of its own found")
    area = "area"

    def make(self, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> Curve:
        """Return the ROC curve of one class."""
        return roc(scores, positive)


class PrecisionRecall(_Thresholds):
    """Precision over recall, which tells more where a class is rare."""

    title = "Precision and recall"
    order = 50
    axes = ("recall", "precision")
    area = "average precision"

    def make(self, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> Curve:
        """Return the precision–recall curve of one class."""
        return precision_recall(scores, positive)
