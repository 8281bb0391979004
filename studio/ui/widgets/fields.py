"""Fields: one editor for each kind of parameter, live as one types, wrong values shown in place."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from studio.core.errors import ParamError
from studio.core.expressions import fit_in, is_expression, value_of
from studio.core.params import Param, Value, show
from studio.ui.theme import tokens

MIXED = "several"
UNIT_GAP_PX = 6


class LineField(QLineEdit):
    """Numbers, sizes and text. Arrow keys and the wheel step numbers; Ctrl+Z is the document's."""

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, param: Param, parent: QWidget) -> None:
        super().__init__(parent)
        self._param = param
        self._value: Value = None
        self._mixed = False
        self._names: Mapping[str, Value] | None = None
        self.textEdited.connect(self._on_edited)
        self.editingFinished.connect(self._on_finished)
        if param.kind in {"int", "float", "sizes"}:
            self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(64)
        self._make_room()

    def set_names(self, names: Mapping[str, Value] | None) -> None:
        """Take expressions over these names too, such as ``=4*d_model``; None takes none."""
        self._names = names
        self._make_room()

    def set_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show a value; text that already means it is left as it was typed."""
        self._value, self._mixed = value, mixed
        self.setPlaceholderText(MIXED if mixed else ("none" if self._param.optional else ""))
        if mixed:
            self.setText("")
        elif not self.hasFocus() or self._read() != value:
            self.setText("" if value is None else shown(value))
        self._mark("")
        self._make_room()

    @property
    def value(self) -> Value:
        """What was last shown or typed and fits."""
        return self._value

    def step(self, steps: int) -> None:
        """Go up or down, within the range."""
        if self._mixed or isinstance(self._value, bool):
            return
        if not isinstance(self._value, (int, float)):
            return
        value = clamped(self._param, stepped(self._param, self._value, steps))
        if value != self._value:
            self._value = value
            self.setText(shown(value))
            self._mark("")
            self.changed.emit(value)

    @property
    def aside(self) -> str:
        """What stands at the right: the value of an expression, and the unit or what 0 means."""
        if not is_expression(self._value):
            return self._param.zero if self._value == 0 and self._param.zero else self._param.unit
        try:
            value = shown(value_of(self._value, self._names or {}))
        except ParamError:
            return ""
        return f"= {value} {self._param.unit}".rstrip()

    def _make_room(self) -> None:
        width = self.fontMetrics().horizontalAdvance(self.aside)
        self.setTextMargins(0, 0, width + UNIT_GAP_PX if width else 0, 0)
        self.update()

    def _read(self) -> Value | ParamError:
        try:
            return fit_in(self._param, self.text(), self._names)
        except ParamError as error:
            return error

    @Slot(str)
    def _on_edited(self, _text: str) -> None:
        read = self._read()
        if isinstance(read, ParamError):
            self._mark(str(read))
            return
        self._mark("")
        if read != self._value or self._mixed:
            self._value, self._mixed = read, False
            self._make_room()
            self.changed.emit(read)

    @Slot()
    def _on_finished(self) -> None:
        """A finished value is written the usual way: 3x3 becomes 3×3."""
        if not self._mixed and not isinstance(self._read(), ParamError):
            self.setText("" if self._value is None else shown(self._value))

    def _mark(self, sentence: str) -> None:
        if bool(self.property("wrong")) != bool(sentence):
            self.setProperty("wrong", bool(sentence))
            self.style().unpolish(self)
            self.style().polish(self)
        self.refused.emit(sentence)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        aside = self.aside
        if aside:
            painter = QPainter(self)
            painter.setPen(QColor(tokens(self).muted))
            place = self.rect().adjusted(0, 0, -8, 0)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, flags, aside)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if steps and self._param.kind in {"int", "float"}:
            self.step(steps * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            ours = QKeySequence.StandardKey
            if event.matches(ours.Undo) or event.matches(ours.Redo):
                event.ignore()
                return False
        return super().event(event)


class ChoiceField(QComboBox):
    """One of several."""

    changed = Signal(object)

    def __init__(self, param: Param, parent: QWidget) -> None:
        super().__init__(parent)
        self._param = param
        self.addItems(param.choices)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.textActivated.connect(self._on_activated)

    def set_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show a value."""
        self.setPlaceholderText(MIXED)
        self.setCurrentIndex(-1 if mixed else self.findText(str(value)))

    @Slot(str)
    def _on_activated(self, text: str) -> None:
        self.changed.emit(text)

    # Qt

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling past a form must not change it

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = tokens(self)
        painter.setPen(QPen(QColor(theme.muted if self.isEnabled() else theme.disabled), 1.5))
        x, y = self.width() - 15.0, self.height() / 2
        painter.drawPolyline(_chevron(x, y))


class Switch(QAbstractButton):
    """On or off."""

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._mixed = False
        self.clicked.connect(self._on_clicked)

    def set_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show a value."""
        self._mixed = mixed
        self.setChecked(bool(value) and not mixed)
        self.update()

    @Slot(bool)
    def _on_clicked(self, on: bool) -> None:
        self._mixed = False
        self.changed.emit(on)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(36, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = tokens(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(1.5, (self.height() - 18) / 2 + 0.5, 32, 17)
        on = self.isChecked()
        painter.setPen(QPen(QColor(theme.accent if on or self.hasFocus() else theme.muted), 1))
        painter.setBrush(QColor(theme.accent if on else theme.field))
        painter.drawRoundedRect(track, 8.5, 8.5)
        place = track.center().x() if self._mixed else track.right() - 8.5 if on else 10.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.on_accent if on else theme.muted))
        painter.drawEllipse(QRectF(place - 5.5, track.center().y() - 5.5, 11, 11))
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), 9.5, 9.5)


Field = LineField | ChoiceField | Switch


def field_for(param: Param, parent: QWidget) -> Field:
    """Return the editor for a parameter."""
    if param.kind == "bool":
        return Switch(parent)
    return ChoiceField(param, parent) if param.kind == "choice" else LineField(param, parent)


def shown(value: Value) -> str:
    """Return a value as a field shows it: reals with all the figures they have."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return show(value)


def stepped(param: Param, value: float, steps: int) -> float:
    """Return the value some steps on: 1, 2, 5, 10, … where the parameter is logarithmic."""
    if param.kind == "int":
        if not param.log:
            return int(value) + steps
        return float(int(value) << steps if steps > 0 else int(value) >> -steps)
    if not param.log or value <= 0:
        span = param.high - param.low if param.high is not None and param.low is not None else 10.0
        step = 0.01 if span <= 1 else 0.1
        return round(value + steps * step, 10)
    for _ in range(abs(steps)):
        value = _next_decade(value, up=steps > 0)
    return value


def clamped(param: Param, value: float) -> float:
    """Return the value within the parameter's range, of the parameter's kind."""
    low = -math.inf if param.low is None else param.low
    high = math.inf if param.high is None else param.high
    inside = min(max(value, low), high)
    return int(inside) if param.kind == "int" else float(inside)


def _next_decade(value: float, *, up: bool) -> float:
    exponent = math.floor(math.log10(value))
    ladder = [m * 10.0**e for e in (exponent - 1, exponent, exponent + 1) for m in (1, 2, 5)]
    above = [rung for rung in ladder if rung > value * 1.001]
    below = [rung for rung in ladder if rung < value * 0.999]
    return float(f"{(above[0] if up else below[-1]):.3g}")


def _chevron(x: float, y: float) -> QPolygonF:
    polygon = QPolygonF()
    for dx, dy in ((-4.0, -2.0), (0.0, 2.0), (4.0, -2.0)):
        polygon.append(QRectF(x + dx, y + dy, 0, 0).topLeft())
    return polygon
