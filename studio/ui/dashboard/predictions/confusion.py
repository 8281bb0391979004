"""The confusion matrix: what was taken for what."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from studio.core.text import grouped, plural
from studio.ui.dashboard.colours import mixed
from studio.ui.dashboard.paint import Row
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View

_EDGE_PX = 10.0
_SMALLEST_NUMBER_PX = 20.0


class Confusion(View):
    """Rows are what is right, columns what was said; colours are shares of a row."""

    title = "Confusion"
    order = 10

    def __init__(self) -> None:
        self._cells = QRectF()

    def caption(self, judged: Judged) -> str:
        """Say how many were right."""
        right, of = int((judged.said == judged.classes).sum()), len(judged.said)
        return f"{grouped(right)} of {grouped(of)} right, {100 * right / max(of, 1):.1f} %"

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the cells with their counts."""
        matrix, names = judged.matrix, judged.names
        metrics = QFontMetricsF(painter.font())
        widest = max(metrics.horizontalAdvance(name) for name in names)
        left = min(widest + 2 * _EDGE_PX, area.width() / 3)
        below = metrics.height() * 2 + 6
        room = area.adjusted(left + metrics.height(), 4, -_EDGE_PX, -below)
        side = max(min(room.width(), room.height()), 10.0)
        # With its names it stands in the middle.
        self._cells = QRectF(room.left() + (room.width() - side) / 2, room.top(), side, side)
        sums = matrix.sum(axis=1, keepdims=True)
        shares = matrix / np.maximum(sums, 1)
        for row in range(len(matrix)):
            for column in range(len(matrix)):
                self._paint_cell(painter, (row, column), matrix, float(shares[row, column]), theme)
        self._paint_names(painter, names, theme)

    def rows_at(self, at: QPointF, judged: Judged) -> tuple[str, Sequence[Row]] | None:
        """Return what a cell counts."""
        cell = self.cell_at(at, len(judged.matrix))
        if cell is None:
            return None
        row, column = cell
        count, of = int(judged.matrix[row, column]), int(judged.matrix[row].sum())
        return plural(count, "sample"), [
            Row("is", judged.name(row)),
            Row("said", judged.name(column)),
            Row("share", f"{100 * count / max(of, 1):.1f} %"),
        ]

    def samples_at(self, at: QPointF, judged: Judged) -> Sequence[int]:
        """Return the samples that a cell counts."""
        cell = self.cell_at(at, len(judged.matrix))
        if cell is None:
            return ()
        inside = (judged.classes == cell[0]) & (judged.said == cell[1])
        places: list[int] = np.flatnonzero(inside).tolist()
        return places

    def cell_at(self, at: QPointF, classes: int) -> tuple[int, int] | None:
        """Return row and column under a point."""
        if not self._cells.contains(at):
            return None
        cell = self._cells.width() / classes
        row = int((at.y() - self._cells.top()) / cell)
        column = int((at.x() - self._cells.left()) / cell)
        return min(row, classes - 1), min(column, classes - 1)

    def table(self, judged: Judged) -> str:
        """Return the counts, a line a class."""
        lines = [",".join(["is \\ said", *judged.names])]
        lines += [
            ",".join([name, *map(str, row)])
            for name, row in zip(judged.names, judged.matrix.tolist(), strict=True)
        ]
        return "\n".join(lines) + "\n"

    def _paint_cell(
        self,
        painter: QPainter,
        cell: tuple[int, int],
        matrix: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
        share: float,
        theme: Tokens,
    ) -> None:
        size = self._cells.width() / len(matrix)
        row, column = cell
        place = QRectF(
            self._cells.left() + column * size, self._cells.top() + row * size, size, size
        )
        count, ground = int(matrix[row, column]), QColor(theme.panel)
        tint = QColor(theme.series[0] if row == column else theme.error)
        colour = mixed(tint, ground, 0.08 + 0.92 * share) if count else QColor(theme.canvas)
        painter.fillRect(place.adjusted(0.5, 0.5, -0.5, -0.5), colour)
        if size >= _SMALLEST_NUMBER_PX and count:
            dark = colour.lightness() < 140
            painter.setPen(QColor("#FFFFFF" if dark else "#1B1F24"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(count))

    def _paint_names(self, painter: QPainter, names: Sequence[str], theme: Tokens) -> None:
        metrics = QFontMetricsF(painter.font())
        cells, size = self._cells, self._cells.width() / len(names)
        painter.setPen(QColor(theme.text))
        every = max(1, int(np.ceil(metrics.height() / size)))
        across = max(1, int(np.ceil((max(map(metrics.horizontalAdvance, names)) + 4) / size)))
        for at in range(0, len(names), every):
            shown = metrics.elidedText(
                names[at], Qt.TextElideMode.ElideRight, cells.left() - metrics.height() - 8
            )
            y = cells.top() + (at + 0.5) * size + metrics.capHeight() / 2
            painter.drawText(QPointF(cells.left() - 6 - metrics.horizontalAdvance(shown), y), shown)
        for at in range(0, len(names), across):
            x = cells.left() + (at + 0.5) * size - metrics.horizontalAdvance(names[at]) / 2
            painter.drawText(QPointF(x, cells.bottom() + metrics.ascent() + 3), names[at])
        painter.setPen(QColor(theme.muted))
        below = cells.bottom() + metrics.height() + metrics.ascent() + 3
        painter.drawText(
            QPointF(cells.center().x() - metrics.horizontalAdvance("said") / 2, below), "said"
        )
        painter.save()
        widest = max(map(metrics.horizontalAdvance, names))
        x = max(cells.left() - 12 - widest - metrics.descent(), metrics.ascent() + 4)
        painter.translate(x, cells.center().y())
        painter.rotate(-90)
        painter.drawText(QPointF(-metrics.horizontalAdvance("is") / 2, 0), "is")
        painter.restore()
