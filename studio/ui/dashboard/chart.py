"""CurveChart: curves over the steps, named where they end, with the values at the cursor."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QMarginsF, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.runs.series import View
from studio.ui.theme import Tokens

from .colours import mixed
from .cursor import Cursor
from .curves import Band, Curve, paint_band, paint_dots, paint_line
from .paint import Row, paint_mark, spread
from .plot import StepPlot
from .scale import Scale, value_range
from .ticks import Tick, linear_ticks, log_ticks, number

_MARK_PX = 14
_ROW_PX = 28.0
_ROWS = 6
_DOTS = 60
_MANY = 4
_VALUED = 3
"""So many curves have their values beside their names."""
_NARROW_PX = 240


class CurveChart(StepPlot):
    """Some curves on one axis of values.

    Attributes:
        log: whether the axis of values is logarithmic.
        percent: whether values are shares, shown as per cent.
        within: what a value can be at all.
    """

    def __init__(self, title: str, cursor: Cursor, parent: QWidget | None = None) -> None:
        super().__init__(title, cursor, parent)
        self.log = False
        self.percent = False
        self.within: tuple[float, float] | None = None
        self.ticks: list[Tick] = []
        self._curves: tuple[Curve, ...] = ()
        self._bands: tuple[Band, ...] = ()
        self._y = Scale(0, 1, 1, 0)
        self._zoomed_y: tuple[float, float] | None = None

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is drawn, the later over the earlier."""
        return self._curves

    @property
    def bands(self) -> tuple[Band, ...]:
        """What is filled behind the curves."""
        return self._bands

    @property
    def y_scale(self) -> Scale:
        """Values to pixels."""
        return self._y

    def show_curves(self, curves: Sequence[Curve], bands: Sequence[Band] = ()) -> None:
        """Draw these from now on, the bands behind the curves."""
        self._curves, self._bands = tuple(curves), tuple(bands)
        self.update()

    def show_all(self) -> None:
        """Show all steps and values, and follow the run as it goes on."""
        self._zoomed_y = None
        super().show_all()

    def text_of(self, value: float) -> str:
        """Return a value as it is written beside the chart."""
        if self.percent and np.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)

    # for StepPlot

    def span(self) -> tuple[float, float] | None:
        """Return the first and the last step of any curve."""
        ends = [(curve.first, curve.line.last[0]) for curve in self._curves if curve.line.last]
        return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else None

    def margins(self, metrics: QFontMetricsF) -> QMarginsF:
        """Return the room for the numbers on the left and the names on the right."""
        names = [metrics.horizontalAdvance(curve.name) for curve in self._curves]
        values = [metrics.horizontalAdvance(text) for text in ("0.00000", *self._newest())]
        right = max(*names, *values) + 12 + _MARK_PX
        if right > self.width() * 0.4:  # a narrow chart has none, and long names end in …
            right = 12 if self.width() < _NARROW_PX else self.width() * 0.4
        return QMarginsF(46, 8, right, 20)

    def paint_plot(self, painter: QPainter, theme: Tokens) -> None:
        """Draw grid, curves, marks of broken values and the names."""
        columns = max(int(self.area.width() * 2 * painter.device().devicePixelRatioF()), 16)
        lo, hi = self.x_scale.lo, self.x_scale.hi
        views = [curve.view(lo, hi, columns) for curve in self._curves]
        behind = [
            curve.view(lo, hi, columns, behind=True) if curve.behind else None
            for curve in self._curves
        ]
        bands = [
            (band.low.view(lo, hi, columns), band.high.view(lo, hi, columns))
            for band in self._bands
        ]
        edges = [view for pair in bands for view in pair]
        self._y = self._scale([*views, *(view for view in behind if view), *edges])
        self._paint_y_axis(painter, theme)
        painter.save()
        painter.setClipRect(self.area.adjusted(-1, -1, 2, 1))
        ground = QColor(theme.panel)
        for band, pair in zip(self._bands, bands, strict=True):
            painter.setBrush(mixed(band.colour, ground, 0.2))
            paint_band(painter, pair, (self.x_scale, self._y))
        for curve, raw in zip(self._curves, behind, strict=True):
            if raw is not None:
                pen = QPen(mixed(curve.colour, ground, 0.35), 1.0)
                paint_line(painter, raw, (self.x_scale, self._y), pen)
        for curve, view in zip(self._curves, views, strict=True):
            self._paint_curve(painter, curve, view)
        painter.restore()
        raws = [raw or view for raw, view in zip(behind, views, strict=True)]
        self._paint_broken(painter, raws, theme)
        self._paint_names(painter, views, theme)

    def rows_at(self, step: float, theme: Tokens) -> list[Row]:
        """Return the newest value of every curve until a step."""
        rows = []
        for curve in self._curves:
            point = (curve.behind or curve.line).value_at(step)
            if point is not None:
                text = self.text_of(point[1])
                rows.append(Row(curve.name, text, curve.colour, curve.dashed))
        return rows

    def paint_at(self, painter: QPainter, step: float, theme: Tokens) -> None:
        """Set a dot on every curve at a step."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve in self._curves:
            point = curve.line.value_at(step)
            if point is not None and np.isfinite(at := self._y.pixel(point[1])):
                place = QPointF(self.x_scale.pixel(step), at)
                for colour, size in ((QColor(theme.panel), 10), (curve.colour, 6)):
                    painter.setPen(
                        QPen(colour, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
                    )
                    painter.drawPoint(place)

    # painting

    def _scale(self, views: Sequence[View]) -> Scale:
        area = self.area
        limits = [self._limits(view) for view in views]
        known = [limit for limit in limits if limit is not None]
        low = min((limit[0] for limit in known), default=0.0)
        high = max((limit[1] for limit in known), default=1.0)
        log = self.log and bool(known)
        lo, hi = self._zoomed_y or value_range(low, high, log=log, within=self.within)
        return Scale(lo, hi, area.bottom(), area.top(), log)

    def _limits(self, view: View) -> tuple[float, float] | None:
        if not self.log:
            return view.limits
        positive = view.low[view.low > 0]
        high = view.high[view.high > 0]
        return (float(positive.min()), float(high.max())) if len(positive) else None

    def _paint_y_axis(self, painter: QPainter, theme: Tokens) -> None:
        most = min(max(int(self.area.height() / _ROW_PX), 2), _ROWS)
        y = self._y
        factor = 100 if self.percent else 1
        find = log_ticks if y.log else linear_ticks
        self.ticks = find(y.lo * factor, y.hi * factor, most)
        metrics = QFontMetricsF(painter.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for tick in self.ticks:
            at = y.pixel(tick.value / factor)
            if not tick.label or not self.area.top() - 1 <= at <= self.area.bottom() + 1:
                continue
            painter.setPen(QPen(mixed(QColor(theme.line), QColor(theme.panel), 0.6), 1))
            painter.drawLine(QPointF(self.area.left(), at), QPointF(self.area.right(), at))
            text = f"{tick.label} %" if self.percent else tick.label
            painter.setPen(QColor(theme.muted))
            left = self.area.left() - 6 - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(left, at + metrics.capHeight() / 2), text)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(self.area.bottomLeft(), self.area.bottomRight())

    def _paint_curve(self, painter: QPainter, curve: Curve, view: View) -> None:
        dense = not view.exact or len(view) > self.area.width() or len(self._curves) > _MANY
        width = 1.25 if dense else 1.75
        pen = QPen(curve.colour, width)
        paint_line(painter, view, (self.x_scale, self._y), pen, dashed=curve.dashed)
        if len(view) <= _DOTS and self.area.width() / max(len(view), 1) > 10:
            paint_dots(painter, view, (self.x_scale, self._y), curve.colour, 4.5)

    def _paint_broken(self, painter: QPainter, views: Sequence[View], theme: Tokens) -> None:
        """Mark at the top edge the steps whose value is not a finite number."""
        painter.setPen(QPen(QColor(theme.error), 1.5))
        metrics = QFontMetricsF(painter.font())
        for view in views:
            xs = self.x_scale.pixels(view.broken)
            xs = xs[(xs >= self.area.left()) & (xs <= self.area.right())]
            for x in xs.tolist():
                painter.drawLine(QPointF(x, self.area.top() - 2), QPointF(x, self.area.top() + 5))
            if len(xs):
                room = metrics.horizontalAdvance("NaN")
                left = min(float(xs[0]) + 4, self.area.right() - room)
                painter.drawText(QPointF(left, self.area.top() + metrics.ascent() + 2), "NaN")

    def _paint_names(self, painter: QPainter, views: Sequence[View], theme: Tokens) -> None:
        """Write at the right what each curve is called and its value: at the cursor, or now."""
        if self.width() - self.area.right() < 30:
            return
        metrics = QFontMetricsF(painter.font())
        line = metrics.height()
        both = len(views) <= _VALUED and line * 2 * len(views) <= self.area.height()
        tall = line * (2 if both else 1)
        shown = self._named(views, int(self.area.height() // tall))
        wanted = [self._y.pixel(float(views[at].last[-1])) - line / 2 for at in shown]
        places = spread(wanted, tall, self.area.top() - 4, self.area.bottom() - tall + 4)
        left = self.area.right() + 6
        for at, top in zip(shown, places, strict=True):
            curve = self._curves[at]
            middle = QPointF(left, top + line / 2)
            paint_mark(painter, middle, curve.colour, dashed=curve.dashed)
            painter.setPen(QColor(theme.text))
            room = self.width() - left - _MARK_PX - 2
            name = metrics.elidedText(curve.name, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(QPointF(left + _MARK_PX, top + metrics.ascent()), name)
            if both:
                painter.setPen(QColor(theme.muted))
                baseline = top + line + metrics.ascent() - 1
                painter.drawText(QPointF(left + _MARK_PX, baseline), self._value_text(curve))

    def _newest(self) -> list[str]:
        """Return the values as they end; what the cursor points at must not move the plot."""
        lines = [curve.behind or curve.line for curve in self._curves[:_VALUED]]
        return [self.text_of(line.last[1]) for line in lines if line.last is not None]

    def _value_text(self, curve: Curve) -> str:
        line, step = curve.behind or curve.line, self.cursor_step
        point = line.last if step is None else line.value_at(self.at_step(step))
        return self.text_of(point[1]) if point else ""

    def _named(self, views: Sequence[View], most: int) -> list[int]:
        """Return which curves are named: all, or evenly many of them."""
        known = [
            at
            for at, view in enumerate(views)
            if len(view) and np.isfinite(self._y.pixel(view.last[-1]))
        ]
        every = -(-len(known) // max(most, 1)) if known else 1
        return known[::every]

    # Qt

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoomed_y = self._y.zoomed(
                event.position().y(), 0.8 ** (event.angleDelta().y() / 120)
            )
            self.update()
            event.accept()
        else:
            super().wheelEvent(event)
