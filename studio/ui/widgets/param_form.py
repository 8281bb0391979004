"""ParamForm: a form drawn from declared parameters, the same for blocks, data and training."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from studio.core.errors import ParamError
from studio.core.expressions import is_expression, value_of
from studio.core.params import Param, Value, complete, show
from studio.ui.icons import drawn
from studio.ui.theme import tokens

from .fields import Field, LineField, Switch, field_for
from .labels import Text

LABEL_PX = 112


class ParamForm(QWidget):
    """One row for each parameter: label, editor, unit, and a way back to the default."""

    changed = Signal(str, object)

    def __init__(
        self,
        params: tuple[Param, ...],
        values: Mapping[str, Value],
        parent: QWidget,
        *,
        label_px: int = LABEL_PX,
    ) -> None:
        super().__init__(parent)
        self.params = params
        self._names: Mapping[str, Value] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnMinimumWidth(0, label_px)
        self._grid.setColumnStretch(1, 1)
        self._rows = {
            param.name: _Row(param, self._grid, place, self) for place, param in enumerate(params)
        }
        for row in self._rows.values():
            row.changed.connect(self.changed)
        self.set_values(values)

    def set_values(
        self, values: Mapping[str, Value], *, mixed: Collection[str] = frozenset()
    ) -> None:
        """Show these values, the default where none is given; ``mixed`` names differ by block."""
        plain = self._plain(values)
        for name, value in complete(self.params, plain).items():
            kept = plain.get(name)
            shown = kept if self._names is not None and is_expression(kept) else value
            self._rows[name].set_value(shown, mixed=name in mixed)

    def set_names(self, names: Mapping[str, Value] | None) -> None:
        """Take expressions over these names, as inside a composite; None takes none."""
        self._names = names
        for row in self._rows.values():
            if isinstance(row.field, LineField):
                row.field.set_names(names)

    def _plain(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return the values with expressions evaluated where a field cannot show them."""
        found = dict(values)
        for name, row in self._rows.items():
            value = found.get(name)
            if is_expression(value) and not isinstance(row.field, LineField):
                with suppress(ParamError):
                    found[name] = value_of(value, self._names or {})
        return found

    def field(self, name: str) -> Field:
        """Return the editor of a parameter."""
        return self._rows[name].field

    def error(self, name: str) -> str:
        """Return the sentence shown under a field; empty while its text fits."""
        return self._rows[name].error.text()


class _Row(QWidget):
    """One parameter's label, editor and reset; lives as the owner of widgets in the form's grid."""

    changed = Signal(str, object)

    def __init__(self, param: Param, grid: QGridLayout, place: int, form: QWidget) -> None:
        super().__init__(form)
        self.setVisible(False)
        self._param = param
        self.field = field_for(param, form)
        self.field.setAccessibleName(param.label)
        self.field.setAccessibleDescription(param.help)
        self.field.setToolTip(_tip(param))
        self._label = QLabel(_capital(param.label), form)
        self._label.setToolTip(_tip(param))
        self._label.setBuddy(self.field)
        self._reset = _reset_button(param, form)
        self._reset.clicked.connect(self._on_reset)
        self.error = Text("", form, "error")
        self.error.setVisible(False)
        grid.addWidget(self._label, 2 * place, 0)
        grid.addWidget(self.field, 2 * place, 1, alignment=_alignment(self.field))
        grid.addWidget(self._reset, 2 * place, 2)
        grid.addWidget(self.error, 2 * place + 1, 1, 1, 2)
        self.field.changed.connect(self._on_changed)
        if isinstance(self.field, LineField):
            self.field.refused.connect(self.error.say)

    def set_value(self, value: Value, *, mixed: bool) -> None:
        """Show a value; one that differs from the default is marked, and can be reset."""
        self.field.set_value(value, mixed=mixed)
        differs = mixed or value != self._param.default
        self._label.setProperty("tone", "heading" if differs else "muted")
        self._label.style().unpolish(self._label)
        self._label.style().polish(self._label)
        self._reset.setVisible(differs)
        if differs and self._reset.icon().isNull():
            self._reset.setIcon(drawn("rotate-ccw", tokens(self).muted, 28))

    @Slot(object)
    def _on_changed(self, value: Value) -> None:
        self.changed.emit(self._param.name, value)

    @Slot()
    def _on_reset(self) -> None:
        self.field.set_value(self._param.default)
        self.changed.emit(self._param.name, self._param.default)


def _reset_button(param: Param, form: QWidget) -> QToolButton:
    button = QToolButton(form)
    button.setObjectName("reset")
    button.setFixedSize(24, 24)
    button.setIconSize(QSize(14, 14))
    button.setAccessibleName(f"Reset {param.label} to {show(param.default)}")
    button.setToolTip(f"Back to {show(param.default)}")
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    return button


def _capital(label: str) -> str:
    """Begin a label with a capital, but leave symbols such as β alone."""
    return label[0].upper() + label[1:] if label[0].isascii() else label


def _alignment(field: Field) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if isinstance(field, Switch) else Qt.AlignmentFlag(0)


def _tip(param: Param) -> str:
    return f"{param.help}\n{param.wanted}".strip() if param.kind != "bool" else param.help
