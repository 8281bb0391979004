"""Binding: inside a composite, the button that ties a value to a parameter or an expression."""

from collections.abc import Mapping
from contextlib import suppress

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.core.errors import ParamError
from studio.core.expressions import is_expression, value_of
from studio.core.params import Param, Value, show


class BindButton(QToolButton):
    """Opens a menu: parameters that fit, an expression, a new parameter, a plain value again."""

    bound = Signal(object)
    writing = Signal()
    exposed = Signal()

    def __init__(self, param: Param, parent: QWidget, *, exposing: bool) -> None:
        super().__init__(parent)
        self._param, self._exposing = param, exposing
        self._names: Mapping[str, Value] | None = None
        self._value: Value = None
        self.setObjectName("reset")
        self.setText("ƒx")
        self.setFixedSize(28, 24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"Bind {param.label}")
        self.setToolTip("Take the value from a parameter of the composite, or from an expression")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._on_menu)
        menu.triggered.connect(self._on_triggered)
        self.setMenu(menu)
        self.hide()

    def set_names(self, names: Mapping[str, Value] | None) -> None:
        """Offer these names; None, as outside composites, hides the button."""
        self._names = names
        self.setVisible(names is not None)

    def set_value(self, value: Value) -> None:
        """Know what the parameter is bound to now."""
        self._value = value

    def _add(self, text: str, data: object, *, checked: bool = False) -> QAction:
        row = self.menu().addAction(text)
        row.setData(data)
        row.setCheckable(checked)
        row.setChecked(checked)
        return row

    def _fits(self, value: Value) -> bool:
        try:
            self._param.fit(value)
        except ParamError:
            return False
        return not is_expression(value)

    @Slot()
    def _on_menu(self) -> None:
        names, is_bound = self._names or {}, is_expression(self._value)
        self.menu().clear()
        for name, value in names.items():
            if self._fits(value):
                bound = f"={name}"
                self._add(f"= {name}    {show(value)}", bound, checked=self._value == bound)
        self.menu().addSeparator()
        self._add("Write an expression", "write")
        if self._exposing and not is_bound:
            self._add(f"New parameter {self._param.name}", "expose")
        if is_bound:
            self._add("A plain value again", "plain")

    @Slot(QAction)
    def _on_triggered(self, row: QAction) -> None:
        chosen = row.data()
        if chosen == "write":
            self.writing.emit()
        elif chosen == "expose":
            self.exposed.emit()
        elif chosen == "plain":
            self.bound.emit(self._plain())
        elif isinstance(chosen, str):
            self.bound.emit(chosen)

    def _plain(self) -> Value:
        with suppress(ParamError):
            return self._param.fit(value_of(self._value, self._names or {}))
        return self._param.default
