"""StepPlot: what every chart over the steps shares: range, zoom, the cursor, the axis below."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.core.text import grouped
from studio.runs.axes import Axis
from studio.ui.theme import Tokens, tokens

from .cursor import Cursor
from .holding import Holding, paint_held
from .pace import Pace
from .paint import Row, figures, paint_box, paint_empty
from .scale import Scale
from .step_marks import StepMark, paint_step_marks
from .ticks import linear_ticks, time_of, time_ticks

_AXIS_PX = 20.0
_LABEL_ROOM_PX = 52.0


class StepPlot(QWidget):
    """A plot over the steps of a run.

    The wheel zooms at the pointer, dragging moves, a double click shows everything again. A click
    holds all views at that step; its line can be dragged. Left and Right move the cursor, Return
    holds it, Escape lets go, + and − zoom, Home shows everything.
    """

    def __init__(self, title: str, cursor: Cursor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = "Press Train to fill this chart"
        self.steps_per_epoch = 0
        """Above zero, the axis counts epochs."""
        self.axis: Axis | None = None
        """What is counted along the chart instead of steps, which its lines then speak of, too."""
        self.pace = Pace()
        self.marks: tuple[StepMark, ...] = ()
        """What was done to the run, and when."""
        self.painted = 0
        """How often it was drawn."""
        self._cursor = cursor
        self._range: tuple[float, float] | None = None
        self._area = QRectF()
        self._x = Scale(0, 1, 0, 1)
        self._drag: QPointF | None = None
        self._holding = Holding(cursor, self)
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        cursor.moved.connect(self._show_cursor)

    @property
    def area(self) -> QRectF:
        """Where the plot itself stands, without the axes."""
        return self._area

    @property
    def cursor_step(self) -> float | None:
        """The step that all charts point at."""
        return self._cursor.step

    @property
    def x_scale(self) -> Scale:
        """Steps to pixels."""
        return self._x

    def show_all(self) -> None:
        """Show all steps, and follow the run as it goes on."""
        self._range = None
        self.update()

    def show_steps(self, lo: float, hi: float) -> None:
        """Show the steps from ``lo`` to ``hi``."""
        self._range = (lo, max(hi, lo + 1e-6))
        self.update()

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw the whole chart, on the screen or into a picture."""
        painter.setFont(figures(self))
        painter.fillRect(self.rect(), QColor(theme.panel))
        span = self.span()
        if span is None:
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, QRectF(self.rect()), self.hint, theme)
            return
        lo, hi = self._range or span
        self._area = QRectF(self.rect()).marginsRemoved(self.margins(QFontMetricsF(painter.font())))
        self._x = Scale(lo, hi if hi > lo else lo + 1, self._area.left(), self._area.right())
        self._paint_x_axis(painter, theme)
        self.paint_plot(painter, theme)
        marks = [replace(mark, step=self.at_step(mark.step)) for mark in self.marks]
        paint_step_marks(painter, marks, self._area, self._x, theme)
        self._paint_cursor(painter, theme)

    # for charts

    def span(self) -> tuple[float, float] | None:
        """Return the first and the last step there is; None while there is nothing."""
        raise NotImplementedError

    def margins(self, metrics: QFontMetricsF) -> QMarginsF:
        """Return the room around the plot."""
        return QMarginsF(48, 8, 12, _AXIS_PX)

    def paint_plot(self, painter: QPainter, theme: Tokens) -> None:
        """Draw what is inside the axes, and the axis of values."""
        raise NotImplementedError

    def rows_at(self, step: float, theme: Tokens) -> Sequence[Row]:
        """Return the values at a step."""
        raise NotImplementedError

    def paint_at(self, painter: QPainter, step: float, theme: Tokens) -> None:
        """Draw what marks the values at a step."""

    def at_step(self, step: float) -> float:
        """Return where a step stands on the axis."""
        return step if self.axis is None else float(self.axis.at(np.array([step]))[0])

    def step_at(self, at: float) -> float:
        """Return the step that stands at a place of the axis."""
        return at if self.axis is None else self.axis.step(at)

    def whole_step(self, step: float, span: tuple[float, float]) -> float:
        """Return the whole step next to one, among those that a span of the axis has."""
        return float(np.clip(round(step), self.step_at(span[0]), self.step_at(span[1])))

    def step_label(self, step: float) -> str:
        """Return how a step is named at the cursor."""
        if self.axis is not None and self.axis.kind == "time":
            return f"{time_of(self.at_step(step))} · step {grouped(round(step))}"
        if self.steps_per_epoch:
            return f"epoch {step / self.steps_per_epoch:.2f} · step {grouped(round(step))}"
        return f"step {grouped(round(step))}"

    # painting

    def _paint_x_axis(self, painter: QPainter, theme: Tokens) -> None:
        unit, kind = self.steps_per_epoch or 1, self.axis.kind if self.axis else "step"
        most = max(int(self._area.width() / _LABEL_ROOM_PX), 1)
        lo, hi, whole = self._x.lo / unit, self._x.hi / unit, unit == 1 and kind == "step"
        even = kind != "time"
        ticks = linear_ticks(lo, hi, most, whole=whole) if even else time_ticks(lo, hi, most)
        metrics = QFontMetricsF(painter.font())
        baseline = self._area.bottom() + metrics.ascent() + 4
        name = "epoch" if self.steps_per_epoch else kind
        end = self._area.right() - metrics.horizontalAdvance(name)
        for tick in ticks:
            x = self._x.pixel(tick.value * unit)
            width = metrics.horizontalAdvance(tick.label)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(x, self._area.bottom()), QPointF(x, self._area.bottom() + 3))
            if x + width / 2 < end - 6:
                painter.setPen(QColor(theme.muted))
                painter.drawText(QPointF(x - width / 2, baseline), tick.label)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QPointF(end, baseline), name)

    def _paint_cursor(self, painter: QPainter, theme: Tokens) -> None:
        held, step = self._cursor.held, self._cursor.step
        if held is not None:
            paint_held(painter, self.at_step(held), self._area, self._x, theme)
        if step is None or not self._x.lo <= (at := self.at_step(step)) <= self._x.hi:
            return
        if step == held:
            self.paint_at(painter, at, theme)
            return
        x = self._x.pixel(at)
        painter.setPen(QPen(QColor(theme.muted), 1))
        painter.drawLine(QPointF(x, self._area.top()), QPointF(x, self._area.bottom()))
        self.paint_at(painter, at, theme)
        # Elsewhere the numbers beside the curves say what they were.
        rows = self.rows_at(at, theme) if self.underMouse() or self.hasFocus() else ()
        if rows:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_box(painter, self._area, x, self.step_label(step), rows, theme)

    @Slot()
    def _show_cursor(self) -> None:
        self.update()

    def _zoom(self, x: float, factor: float) -> None:
        span = self.span()
        if span is None:
            return
        lo, hi = self._x.zoomed(x, factor)
        lo, hi = max(lo, span[0]), min(hi, span[1])
        if (lo, hi) == span:
            self.show_all()
        elif self.step_at(hi) - self.step_at(lo) >= 2:
            self.show_steps(lo, hi)

    def _step_cursor(self, pixels: int) -> None:
        span = self.span()
        if span is None:
            return
        now = self._cursor.step if self._cursor.step is not None else self.step_at(self._x.hi)
        there = self.step_at(self._x.value(self._x.pixel(self.at_step(now)) + pixels))
        step = now + (1 if pixels > 0 else -1) if abs(there - now) < 1 else there
        self._cursor.point(self.whole_step(step, span))

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.pace.begin()
        painter = QPainter(self)
        self.paint_all(painter, tokens(self))
        painter.end()
        self.painted += 1
        self.pace.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        self._zoom(event.position().x(), 0.8**turns)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            held = self._holding.press(event.position())
            self._drag = None if held else event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        span = self.span()
        if span is None:
            return
        self._holding.move(event.position())
        if self._drag is not None:
            lo, hi = self._x.moved(event.position().x() - self._drag.x())
            self._drag = event.position()
            by = max(span[0] - lo, 0) + min(span[1] - hi, 0)
            self.show_steps(lo + by, hi + by)
        inside = self._area.left() <= event.position().x() <= self._area.right()
        step = self.step_at(self._x.value(event.position().x()))
        pointed = inside and not self._holding.dragging
        self._cursor.point(self.whole_step(step, span) if pointed else None)
        on_line = self._holding.dragging or self._holding.near(event.position())
        self.setCursor(Qt.CursorShape.SplitHCursor if on_line else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        self._holding.release(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._holding.take_back()
        self.show_all()

    def leaveEvent(self, event: object) -> None:
        self._cursor.point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = self._area.center().x()
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self._step_cursor(-1 if event.key() == Qt.Key.Key_Left else 1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(middle, 0.8)
            case Qt.Key.Key_Minus:
                self._zoom(middle, 1.25)
            case Qt.Key.Key_Home:
                self.show_all()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._cursor.hold(self._cursor.step)
            case Qt.Key.Key_Escape:
                self._cursor.point(None)
                self._cursor.hold(None)
            case _:
                super().keyPressEvent(event)
