"""Precision, recall and F1 of every class, as a table with bars."""

from math import isnan

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from studio.core.text import grouped
from studio.ui.dashboard.colours import mixed
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View

_EDGE_PX = 12.0
_COLUMNS = ("precision", "recall", "F1")


class ByClass(View):
    """A line a class, the weakest first, and their means below."""

    title = "By class"
    order = 20

    def caption(self, judged: Judged) -> str:
        """Say the mean F1, every class counting alike."""
        known = judged.by_class.f1[judged.by_class.support > 0]
        return f"F1 {known.mean():.3f} in the mean of the classes" if len(known) else ""

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw as many lines as there is room for."""
        metrics = QFontMetricsF(painter.font())
        line = metrics.height() + 5
        lines = self._lines(judged)
        names = min(
            max(metrics.horizontalAdvance(name) for name, *_ in lines) + 16, area.width() / 3
        )
        samples = metrics.horizontalAdvance("samples") + 16
        wide = (area.width() - 2 * _EDGE_PX - names - samples) / len(_COLUMNS)
        top, left = area.top() + 4, area.left() + _EDGE_PX
        painter.setPen(QColor(theme.muted))
        for at, head in enumerate(_COLUMNS):
            painter.drawText(QPointF(left + names + at * wide + 4, top + metrics.ascent()), head)
        right = area.right() - _EDGE_PX
        painter.drawText(
            QPointF(right - metrics.horizontalAdvance("samples"), top + metrics.ascent()), "samples"
        )
        for name, values, count in lines[: max(int((area.height() - 8) / line) - 1, 1)]:
            top += line
            painter.setPen(QColor(theme.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names - 8)
            painter.drawText(QPointF(left, top + metrics.ascent()), shown)
            for at, value in enumerate(values):
                place = QRectF(left + names + at * wide, top, wide - 10, line - 3)
                _paint_bar(painter, place, value, theme)
            text = grouped(count)
            at_right = QPointF(right - metrics.horizontalAdvance(text), top + metrics.ascent())
            painter.drawText(at_right, text)

    def table(self, judged: Judged) -> str:
        """Return the same numbers."""
        lines = ["class,precision,recall,f1,samples"]
        lines += [
            ",".join([name, *(f"{value:.6g}" for value in values), str(count)])
            for name, values, count in self._lines(judged)
        ]
        return "\n".join(lines) + "\n"

    @staticmethod
    def _lines(judged: Judged) -> list[tuple[str, tuple[float, float, float], int]]:
        found = judged.by_class
        lines = [
            (
                judged.name(at),
                (float(found.precision[at]), float(found.recall[at]), float(found.f1[at])),
                int(found.support[at]),
            )
            for at in range(len(found.f1))
        ]
        return sorted(lines, key=lambda line: -1.0 if isnan(line[1][2]) else line[1][2])


def _paint_bar(painter: QPainter, place: QRectF, value: float, theme: Tokens) -> None:
    ground = QColor(theme.panel)
    painter.fillRect(place, mixed(QColor(theme.muted), ground, 0.12))
    if isnan(value):
        text = "–"
    else:
        filled = QRectF(place.left(), place.top(), place.width() * value, place.height())
        painter.fillRect(filled, mixed(QColor(theme.series[0]), ground, 0.45))
        text = f"{value:.3f}"
    painter.setPen(QColor(theme.text))
    painter.drawText(place.adjusted(5, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
