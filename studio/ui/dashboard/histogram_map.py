"""HistogramMap: how the values of one tensor spread, over the steps of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.histograms import BINS, LOWEST_POWER, POWERS, edges
from studio.ui.theme import Tokens

from .colours import mapped
from .paint import Row
from .ticks import number, power

_LEFT_PX, _BELOW_PX, _TOP_PX, _RIGHT_PX = 52.0, 24.0, 8.0, 12.0
_LABEL_PX = 15.0
_HARDLY = 0.002
"""The share of all values that may lie in the one row around zero."""


@dataclass(eq=False)
class HistogramMap:
    """Columns are looks, rows the fixed bins that were ever used; colours are shares of a look.

    Negative values lie below zero, positive ones above, both on logarithmic scales.
    """

    snapshots: Sequence[Snapshot]
    step: float | None = None
    _area: QRectF = field(default_factory=QRectF, init=False)

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """Looks × bins, from the most negative to the most positive."""
        rows = [array_to_numpy(one.arrays["counts"])[:-1] for one in self.snapshots]
        return np.asarray(np.stack(rows), np.float64)

    @cached_property
    def broken(self) -> int:
        """How many values of the newest look are not finite."""
        return int(array_to_numpy(self.snapshots[-1].arrays["counts"])[-1])

    @cached_property
    def rows(self) -> list[tuple[int, int]]:
        """The bins of every row (first, one past the last), from the most negative values on.

        Bins that were never used at the ends are left out; those nearest to zero, of which hardly
        any value is one, are one row.
        """
        sums = self.counts.sum(axis=0)
        there = np.flatnonzero(sums)
        first, last = (int(there[0]), int(there[-1])) if len(there) else (BINS, BINS)
        inside = np.cumsum([sums[BINS], *(sums[BINS + k] + sums[BINS - k] for k in range(1, BINS))])
        near = max(int(np.searchsorted(inside, _HARDLY * inside[-1], side="right")) - 1, 0)
        below = [(at, at + 1) for at in range(first, BINS - near)]
        above = [(at, at + 1) for at in range(BINS + near + 1, last + 1)]
        return [*below, (BINS - near, BINS + near + 1), *above]

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Rows × looks, the greatest values at the top, from 0 to 1; NaN where there are none.

        Square roots, so that thin tails are seen beside a tall middle.
        """
        shares = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shown = np.stack([shares[:, low:high].sum(axis=1) for low, high in self.rows])[::-1]
        top = float(shown.max()) or 1.0
        return np.where(shown > 0, np.sqrt(shown / top), np.nan)

    def paint(self, painter: QPainter, area: QRectF, theme: Tokens) -> None:
        """Draw the map with its axes."""
        self._area = area.adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BELOW_PX)
        pixels = np.ascontiguousarray(mapped(self.shares, QColor(theme.canvas)))
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.drawImage(self._area, image.copy())
        self._paint_values(painter, theme)
        self._paint_steps(painter, theme)

    def rows_at(self, at: QPointF) -> tuple[str, Sequence[Row]] | None:
        """Return the range of values under a point, and how many there are."""
        if not self._area.contains(at):
            return None
        look = int((at.x() - self._area.left()) / self._area.width() * len(self.snapshots))
        look = min(look, len(self.snapshots) - 1)
        up = (self._area.bottom() - at.y()) / self._area.height()
        first, last = self.rows[min(int(up * len(self.rows)), len(self.rows) - 1)]
        count, whole = self.counts[look, first:last].sum(), self.counts[look].sum()
        low, high = limits_of(first)[0], limits_of(last - 1)[1]
        return f"step {grouped(self.snapshots[look].step)}", [
            Row("values", f"{number(low)} to {number(high)}"),
            Row("share", f"{100 * count / max(whole, 1):.2g} %"),
        ]

    def table(self) -> str:
        """Return the counts as lines of ``step, from, to, count``."""
        lines = ["step,from,to,count"]
        for snapshot, row in zip(self.snapshots, self.counts, strict=True):
            for bin_ in np.flatnonzero(row).tolist():
                low, high = limits_of(bin_)
                lines.append(f"{snapshot.step},{low:.6g},{high:.6g},{int(row[bin_])}")
        return "\n".join(lines) + "\n"

    def _paint_values(self, painter: QPainter, theme: Tokens) -> None:
        metrics = QFontMetricsF(painter.font())
        tall = self._area.height() / len(self.rows)
        told: list[float] = []
        for row, label in _marks(self.rows):
            y = self._area.bottom() - (row + 0.5) * tall
            if any(abs(y - other) < _LABEL_PX for other in told):
                continue
            told.append(y)
            painter.setPen(QColor(theme.muted))
            left = self._area.left() - 5 - metrics.horizontalAdvance(label)
            painter.drawText(QPointF(left, y + metrics.capHeight() / 2), label)

    def _paint_steps(self, painter: QPainter, theme: Tokens) -> None:
        metrics = QFontMetricsF(painter.font())
        steps = [one.step for one in self.snapshots]
        y = self._area.bottom() + metrics.ascent() + 3
        painter.setPen(QColor(theme.muted))
        painter.drawText(QPointF(self._area.left(), y), f"step {grouped(steps[0])}")
        last = grouped(steps[-1])
        painter.drawText(QPointF(self._area.right() - metrics.horizontalAdvance(last), y), last)
        if self.step is not None:
            at = max(int(np.searchsorted(steps, self.step, side="right")) - 1, 0)
            x = self._area.left() + (at + 0.5) * self._area.width() / len(steps)
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawLine(QPointF(x, self._area.top()), QPointF(x, self._area.bottom()))


def limits_of(bin_: int) -> tuple[float, float]:
    """Return the values between which a bin lies."""
    limits = edges()
    if bin_ == BINS:
        return -float(limits[0]), float(limits[0])
    place = abs(bin_ - BINS) - 1
    low, high = float(limits[place]), float(limits[place + 1])
    return (low, high) if bin_ > BINS else (-high, -low)


def _marks(rows: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return rows at zero and at powers of ten with their labels, zero first."""
    place = {first: row for row, (first, last) in enumerate(rows) if last == first + 1}
    middle = next(row for row, (first, last) in enumerate(rows) if first <= BINS < last)
    marks = [(middle, "0")]
    each = BINS // POWERS
    for exponent in range(POWERS, -1, -1):
        label = power(10.0 ** (LOWEST_POWER + exponent))
        for sign, at in (("", BINS + 1 + each * exponent), ("−", BINS - 1 - each * exponent)):
            if at in place:
                marks.append((place[at], f"{sign}{label}"))
    return marks
